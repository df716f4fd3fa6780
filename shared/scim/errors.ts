/**
 * The error told to a SCIM client: RFC 7644 §3.12. The keyword, its status and its section stand in one table.
 * `detail` is written for the administrator who reads it in the IdP: what is wrong and what to do.
 */
const KEYWORDS = {
  invalidFilter: { status: 400, section: 'RFC 7644 §3.4.2.2' },
  tooMany: { status: 400, section: 'RFC 7644 §3.4.2' },
  uniqueness: { status: 409, section: 'RFC 7644 §3.3.1' },
  mutability: { status: 400, section: 'RFC 7644 §3.5.1' },
  invalidSyntax: { status: 400, section: 'RFC 7644 §3.12' },
  invalidPath: { status: 400, section: 'RFC 7644 §3.5.2' },
  noTarget: { status: 400, section: 'RFC 7644 §3.5.2' },
  invalidValue: { status: 400, section: 'RFC 7644 §3.12' },
  invalidVers: { status: 400, section: 'RFC 7644 §3.13' },
  invalidCursor: { status: 400, section: 'RFC 9865 §2.1' },
  expiredCursor: { status: 400, section: 'RFC 9865 §2.1' },
  invalidCount: { status: 400, section: 'RFC 9865 §2.1' },
  sensitive: { status: 403, section: 'RFC 7644 §7.5.2' },
} as const;

export type ScimType = keyof typeof KEYWORDS;

/** No detail is as long as this, but one that a client's text is part of. */
const MAX_DETAIL = 1_000;

/**
 * What the client is told: RFC 7644 §3.12. By a keyword of the table above, which has its status, or by a status that has none.
 * `detail` is a sentence that says what to do.
 */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly status: number;
  readonly scimType: ScimType | undefined;
  /** Extra response headers, e.g. Retry-After or WWW-Authenticate. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ScimType | number, detail: string, options: { cause?: unknown; headers?: Record<string, string> } = {}) {
    super(readable(detail), options.cause === undefined ? undefined : { cause: options.cause });
    this.status = typeof kind === 'number' ? kind : KEYWORDS[kind].status;
    this.scimType = typeof kind === 'number' ? undefined : kind;
    this.headers = options.headers ?? {};
  }
}

/** Details are returned and logged, and a client's names are part of some: no half characters, no control characters, no end of it. */
function readable(detail: string): string {
  return detail
    .slice(0, MAX_DETAIL)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '\ufffd');
}
