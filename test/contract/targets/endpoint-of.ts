import type { Endpoint } from '../../../shared/targets/http/rest-client.ts';

/** The endpoint of an adapter's table that a request belongs to: the one with the fewest parameters. @throws Error for none */
export function endpointOf(
  endpoints: Readonly<Record<string, Endpoint>>,
  request: { readonly method: string; readonly path: string },
): Endpoint {
  const segments = request.path.split('/');
  const [found] = Object.values(endpoints)
    .filter(({ method, path }) => {
      const parts = path.split('/');
      return (
        method === request.method &&
        parts.length === segments.length &&
        parts.every((part, index) => part.startsWith('{') || part === segments[index])
      );
    })
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  if (!found) throw new Error(`${request.method} ${request.path} is in no endpoint`);
  return found;
}

export function labelOf({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}
