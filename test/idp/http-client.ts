import { Agent, type IncomingMessage, request } from 'node:http';
import type { Json, Reply } from '../protocol/scim-client.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly path: string;
  /** null takes a default header away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string;
}

/** REST APIs answer some headers under another name (DESIGN §6); here they have their own again. */
const REMAPPED = 'x-amzn-remapped-';

/** An IdP as the network sees it: HTTP/1.1 with keep-alive, no User-Agent unless a request has one. */
export class HttpClient {
  readonly #url: URL;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true });
  constructor(url: string, token: string) {
    this.#url = new URL(url);
    this.#token = token;
  }

  async send({ method, path, headers = {}, body }: HttpRequest): Promise<Reply> {
    const defaults = {
      authorization: `Bearer ${this.#token}`,
      accept: 'application/scim+json',
      ...(body !== undefined && { 'content-type': 'application/scim+json', 'content-length': String(Buffer.byteLength(body)) }),
    };
    const sent = Object.entries({ ...defaults, ...headers }).filter((entry): entry is [string, string] => entry[1] !== null);
    const { hostname, port } = this.#url;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request({ hostname, port, method, path, headers: Object.fromEntries(sent), agent: this.#agent }, resolve);
      call.on('error', reject).end(body);
    });
    return reply(response);
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function reply(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name.startsWith(REMAPPED) ? name.slice(REMAPPED.length) : name,
      String(value),
    ]),
  );
  const isJson = text !== '' && (headers['content-type'] ?? '').includes('json');
  return { status: response.statusCode ?? 0, headers, text, json: isJson ? (JSON.parse(text) as Json) : {} };
}
