import { Response, type fetch as undiciFetch } from 'undici';

export interface ScriptedRequest {
  readonly method: string;
  /** With its query, decoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface ScriptedAnswer {
  readonly status: number;
  /** A text as it is, everything else as JSON; undefined: no content. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** In place of a server: what each request is answered. */
export function scriptedFetch(answer: (request: ScriptedRequest) => ScriptedAnswer): typeof undiciFetch {
  return async (url, init) => {
    const { pathname, search } = new URL(String(url));
    const { status, body, headers } = answer({
      method: init?.method ?? 'GET',
      path: decodeURIComponent(`${pathname}${search}`),
      headers: init?.headers as Record<string, string>,
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
    });
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const given = Object.entries(headers ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as [string, string]],
    );
    return new Response(text, { status, headers: given });
  };
}
