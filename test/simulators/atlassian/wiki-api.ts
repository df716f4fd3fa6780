import type { Organization } from './organization.ts';
import type { Answer, ApiRequest } from './routes.ts';

export interface WikiApiOptions {
  readonly organization: Organization;
  readonly base: string;
  readonly isSettled: (made: { readonly madeAt: number }) => boolean;
}

export function wikiApi(_options: WikiApiOptions): (request: ApiRequest) => Answer {
  return () => ({ status: 501 });
}

/** Confluence's RestError. */
export function wikiError(status: number, message: string): Answer {
  return { status, body: { statusCode: status, data: { authorized: status !== 403, valid: true, errors: [] }, message } };
}
