/** Names whose values never reach a log, wherever they stand: `password`, `clientSecret`, `api_key`, `Authorization` … */
const SECRET = /pass(word|wd|phrase)|secret|token|credential|authorization|api[-_]?key|private[-_]?key/i;
const REDACTED = '[redacted]';
/** What a log line may hold of one body; CloudWatch takes 256 KB an event. */
const MAX_LOGGED_CHARACTERS = 64 * 1024;

/**
 * A copy of a JSON value for the request log at full detail: no value under a name that sounds like a secret, nor in a PATCH
 * operation whose path names one, nor text that quotes something beside such a name (a filter, JSON in a string); of what is
 * longer than 64 KB only its size. Never changes its input.
 * @param hidden names that are secrets of this connection beside those: of attributes that it declared never to be returned
 */
export function redact(value: unknown, hidden: readonly string[] = []): unknown {
  const secret = secretNames(hidden);
  const clean = redactValue(value, secret);
  const length = JSON.stringify(clean)?.length ?? 0;
  return length > MAX_LOGGED_CHARACTERS ? { omitted: `${length} characters` } : clean;
}

/** The usual names anywhere in a text; the connection's own as whole names, since `code` is in `costCode` too. */
function secretNames(hidden: readonly string[]): RegExp {
  if (hidden.length === 0) return SECRET;
  const own = hidden.map((name) => name.replaceAll('$', '\\$')).join('|');
  return new RegExp(`${SECRET.source}|(?<![\\w$-])(?:${own})(?![\\w$-])`, 'i');
}

function redactValue(value: unknown, secret: RegExp): unknown {
  if (typeof value === 'string') return secret.test(value) && value.includes('"') ? REDACTED : value;
  if (Array.isArray(value)) return value.map((each) => redactValue(each, secret));
  if (typeof value !== 'object' || value === null) return value;
  const secretPath = Object.entries(value).some(
    ([name, path]) => name.toLowerCase() === 'path' && typeof path === 'string' && secret.test(path),
  );
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isSecret = secret.test(name) || (secretPath && name.toLowerCase() === 'value');
      return [name, isSecret ? REDACTED : redactValue(inner, secret)];
    }),
  );
}
