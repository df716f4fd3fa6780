import type { Organization } from './organization.ts';
import type { Answer, ApiRequest } from './routes.ts';

export interface AdminApiOptions {
  readonly organization: Organization;
  readonly organizationId: string;
  readonly directoryId: string;
  readonly missingScopes: readonly string[];
  readonly paid: boolean;
  readonly seats: number;
  /** E-mail addresses of the organisation's administrators. */
  readonly admins: readonly string[];
  readonly verifiedDomains: readonly string[];
  readonly keyExpires?: string;
  readonly maxPageSize: number;
  readonly isSettled: (made: { readonly madeAt: number }) => boolean;
}

export function adminApi(_options: AdminApiOptions): (request: ApiRequest) => Answer {
  return () => ({ status: 501 });
}
