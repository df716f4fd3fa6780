import type { APIGatewayProxyEvent } from 'aws-lambda';

/** A request header whatever case the client wrote it in (RFC 9110 §5.1); several lines of one name are joined with commas. */
export function headerOf(event: APIGatewayProxyEvent, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, values] of Object.entries(event.multiValueHeaders ?? {})) {
    if (key.toLowerCase() === wanted && values !== undefined && values.length > 0) return values.join(', ');
  }
  for (const [key, value] of Object.entries(event.headers ?? {})) {
    if (key.toLowerCase() === wanted && value !== undefined) return value;
  }
  return undefined;
}

/**
 * RFC 7644 §3.1 and §8.1: application/scim+json unless the client accepts application/json and not that. Clients that accept
 * neither get it all the same: RFC 9110 §12.5.1 allows it, and an error they can't read helps nobody.
 */
export function replyMediaType(accept: string | undefined): 'application/scim+json' | 'application/json' {
  const accepted = (accept ?? '*/*')
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim().toLowerCase()))
    .filter(([, ...parameters]) => !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)))
    .map(([range]) => range);
  const takesScim = accepted.some((range) => range === 'application/scim+json' || range === 'application/*' || range === '*/*');
  return !takesScim && accepted.includes('application/json') ? 'application/json' : 'application/scim+json';
}
