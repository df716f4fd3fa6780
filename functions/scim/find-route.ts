import { ScimError } from '../../shared/scim/errors.ts';
import type { Operation } from './exchange.ts';
import type { ScimRequest } from './request/request.ts';

export interface Route {
  /** Segments below the base URL; `:id` is any one segment. The first route that fits is taken. */
  readonly path: string;
  readonly methods: Readonly<Record<string, Operation>>;
}

/** @throws ScimError 404 for a path that is none of these, 405 with `Allow` for a method it does not take */
export function findRoute(
  routes: readonly Route[],
  { method, path }: Pick<ScimRequest, 'method' | 'path'>,
): { operation: Operation; id: string } {
  const route = routes.find((candidate) => isMatch(candidate, path));
  if (!route) throw new ScimError(404, 'There is no such SCIM endpoint here. Resources are at /Users and /Groups below the base URL.');
  const operation = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
  if (!operation) {
    const allowed = Object.keys(route.methods).join(', ');
    throw new ScimError(405, `This endpoint takes ${allowed}.`, { headers: { Allow: allowed } });
  }
  return { operation, id: path.at(-1) ?? '' };
}

function isMatch(route: Route, path: readonly string[]): boolean {
  const segments = segmentsOf(route);
  return segments.length === path.length && segments.every((segment, i) => segment === ':id' || segment === path[i]);
}

const segmentsOfRoutes = new WeakMap<Route, readonly string[]>();

function segmentsOf(route: Route): readonly string[] {
  const known = segmentsOfRoutes.get(route);
  if (known) return known;
  const segments = route.path.split('/').filter((segment) => segment !== '');
  segmentsOfRoutes.set(route, segments);
  return segments;
}
