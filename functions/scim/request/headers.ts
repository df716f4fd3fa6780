import type { APIGatewayProxyEvent } from 'aws-lambda';

/** A request header whatever case the client wrote it in (RFC 9110 §5.1); several lines of one name are joined with commas. */
export function headerOf(event: APIGatewayProxyEvent, name: string): string | undefined {
  const values = valueNamed(event.multiValueHeaders ?? {}, name, (given) => given.length > 0);
  return values === undefined ? valueNamed(event.headers ?? {}, name, () => true) : values.join(', ');
}

/** Looked for several times a request, among some twenty names: only one of the same length is folded. */
function valueNamed<T>(headers: Readonly<Record<string, T | undefined>>, name: string, isGiven: (value: T) => boolean): T | undefined {
  const wanted = name.toLowerCase();
  for (const key of Object.keys(headers)) {
    if (key.length !== wanted.length || key.toLowerCase() !== wanted) continue;
    const value = headers[key];
    if (value !== undefined && isGiven(value)) return value;
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
