import type { Answer } from '../simulator-server.ts';

/** A request to one of the simulated APIs, past the login. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The media type of the body, in lower case; empty without a body or without a type. */
  readonly mediaType: string;
  /** Undefined: none was sent, or it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

export interface ApiCall {
  /** Decoded path parameters, in the order of the template. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Route {
  readonly method: string;
  /** `{}` stands for a parameter. */
  readonly path: string;
  readonly answer: (call: ApiCall) => Answer;
}

export const NO_CONTENT: Answer = { status: 204 };

/** The route that a request falls under, with its parameters; else whether it is the path or only the method that there is not. */
export function findRoute<R extends Route>(
  routes: readonly R[],
  { method, path }: Pick<ApiRequest, 'method' | 'path'>,
): { readonly route: R; readonly names: readonly string[] } | 'no-path' | 'no-method' {
  const segments = path.split('/');
  const matching = routes
    .map((route) => ({ route, template: route.path.split('/') }))
    .filter(
      ({ template }) => template.length === segments.length && template.every((part, index) => part === '{}' || part === segments[index]),
    );
  if (matching.length === 0) return 'no-path';
  const found = matching.find(({ route }) => route.method === method);
  if (!found) return 'no-method';
  const names = segments.filter((_, index) => found.template[index] === '{}').map((segment) => decodeURIComponent(segment));
  return { route: found.route, names };
}
