import type { z } from 'zod';
import { ProvisioningError } from '../target.ts';

/**
 * A login page or a proxy's page with status 200 is no success, not even where no content is expected.
 * @throws ProvisioningError 'unexpected-answer'
 */
export function parseAnswer<T>({ body, status }: { readonly body: string; readonly status: number }, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = body === '' ? undefined : JSON.parse(body);
  } catch {
    throw new ProvisioningError(
      'unexpected-answer',
      `Not JSON but something else came back, such as a login page or a proxy's page (HTTP ${status}). Check the address that is called, and what stands in front of it.`,
      { status },
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`).join('; ');
  throw new ProvisioningError('unexpected-answer', `The answer is of a form that is not known here (HTTP ${status}): ${where}`, {
    status,
    cause: parsed.error,
  });
}

/** `?name=value&…`, encoded; nothing for no query. */
export function queryOf(query: Readonly<Record<string, string | number>> | undefined): string {
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
