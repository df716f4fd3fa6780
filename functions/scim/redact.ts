/** Names whose values never reach a log, wherever they stand: `password`, `clientSecret`, `api_key`, `Authorization` … */
const SECRET = /pass(word|wd|phrase)|secret|token|credential|authorization|api[-_]?key|private[-_]?key/i;
const REDACTED = '[redacted]';
/** What a log line may hold of one body; CloudWatch takes 256 KB an event. */
const MAX_LOGGED_CHARACTERS = 64 * 1024;

/**
 * A copy of a JSON value for the request log at full detail: no value under a name that sounds like a secret, nor in a PATCH
 * operation whose path names one, nor text that quotes something beside such a name (a filter, JSON in a string); of what is
 * longer than 64 KB only its size. Never changes its input.
 */
export function redact(value: unknown): unknown {
  const clean = redactValue(value);
  const length = JSON.stringify(clean)?.length ?? 0;
  return length > MAX_LOGGED_CHARACTERS ? { omitted: `${length} characters` } : clean;
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return SECRET.test(value) && value.includes('"') ? REDACTED : value;
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  const secretPath = Object.entries(value).some(
    ([name, path]) => name.toLowerCase() === 'path' && typeof path === 'string' && SECRET.test(path),
  );
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isSecret = SECRET.test(name) || (secretPath && name.toLowerCase() === 'value');
      return [name, isSecret ? REDACTED : redactValue(inner)];
    }),
  );
}
