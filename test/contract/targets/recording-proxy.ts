import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  readonly method: string;
  /** As it came over the wire, without the base path. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server on loopback that writes down each request and hands it on to `upstream` unchanged. */
export async function startRecordingProxy(upstream: string): Promise<{ url: string; recorded: RecordedRequest[]; close(): Promise<void> }> {
  const recorded: RecordedRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const method = request.method ?? '';
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    recorded.push({ method, path, query: new URLSearchParams(query), headers: request.headers, body });
    const answer = await fetch(`${upstream}${request.url}`, {
      method,
      headers: {
        authorization: request.headers.authorization ?? '',
        ...(request.headers['content-type'] !== undefined && { 'content-type': request.headers['content-type'] }),
      },
      ...(body !== '' && { body }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    recorded,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
