import type { Credentials } from './credentials.ts';
import type { ProvisioningCode } from './target.ts';

/** What is known of a login without its secret: what may be shown and logged. */
export interface CredentialNote {
  readonly kind: Credentials['kind'];
  /** The version of the secret that it is about. */
  readonly version: string;
  /** What an API key is called where it was made. */
  readonly name?: string;
  /** When the login ends, ISO 8601, UTC; absent where nobody has told. */
  readonly expires?: string;
  /** When the target was last asked for the date, ISO 8601. */
  readonly asked?: string;
  /** A second login is stored with it, to compare groups with what the site itself says. */
  readonly site?: true;
}

/** So many days before a login ends people are warned: `status`, the sweep's record and the alarm. */
export const EXPIRY_WARNING_DAYS = 30;

const DAY_MS = 86_400_000;

/**
 * What may be known of a login. A date that was told later on for this version of the secret stays, whatever the secret says.
 * @param known what was noted before
 */
export function noteOf(credentials: Credentials, version: string, known?: CredentialNote): CredentialNote {
  const told = credentials.kind === 'basic' ? undefined : credentials.expires;
  const { expires = told, asked } = known?.version === version ? known : {};
  return {
    kind: credentials.kind,
    version,
    ...(credentials.kind === 'api-key' && credentials.name !== undefined && { name: credentials.name }),
    ...(expires !== undefined && { expires: new Date(expires).toISOString() }),
    ...(asked !== undefined && { asked }),
    ...(credentials.kind === 'api-key' && credentials.site && { site: true }),
  };
}

/** Whole days until then; negative from the moment on when it has passed. */
export function daysUntil(expires: string, now: Date): number {
  return Math.floor((Date.parse(expires) - now.getTime()) / DAY_MS);
}

/** True from EXPIRY_WARNING_DAYS before, and ever after. */
export function isExpiring(expires: string, now: Date): boolean {
  return daysUntil(expires, now) <= EXPIRY_WARNING_DAYS;
}

/** What follows "The login": `expires on 2027-11-01, in 344 days`, `expired on 2026-11-20, 2 days ago`. Days are those of UTC. */
export function describeExpiry(expires: string, now: Date): string {
  const day = expires.slice(0, 10);
  const left = daysUntil(expires, now);
  if (left >= 1) return `expires on ${day}, in ${countDays(left)}`;
  if (left === 0) return `expires at ${expires.slice(0, 16).replace('T', ' ')} UTC, within a day`;
  const since = Math.floor((now.getTime() - Date.parse(expires)) / DAY_MS);
  return `expired on ${day}, ${since === 0 ? 'less than a day' : countDays(since)} ago`;
}

/** What a login is called in a sentence. */
export function describeKind(kind: Credentials['kind']): string {
  if (kind === 'api-key') return 'API key';
  return kind === 'basic' ? 'password' : 'personal access token';
}

function countDays(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

/** Why a target can't be used: of a refused login also that it has ended, where that is known. */
export function reasonWithExpiry(code: string, reason: string, note: CredentialNote | undefined, now: Date): string {
  if (code !== ('login-refused' satisfies ProvisioningCode) || note?.expires === undefined || daysUntil(note.expires, now) >= 0)
    return reason;
  return `${reason} The ${describeKind(note.kind)} ${describeExpiry(note.expires, now)}: make a new one and store it with credentials set.`;
}
