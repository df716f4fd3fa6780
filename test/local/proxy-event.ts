import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';

/** The part of an event that the product may read: the rest of API Gateway's request context does not exist locally. */
type RequestContext = Pick<
  APIGatewayProxyEvent['requestContext'],
  'requestId' | 'path' | 'domainName' | 'stage' | 'httpMethod' | 'resourcePath'
> & {
  readonly identity: Pick<APIGatewayProxyEvent['requestContext']['identity'], 'sourceIp' | 'userAgent'>;
};

/**
 * An HTTP request as API Gateway's REST API hands it to a Lambda proxy integration: the path stays percent-encoded, query names and
 * values are decoded once (`+` is a space), headers and query come single (the last one) and multiple. No binary media types are
 * configured, so the body is always text.
 */
export function proxyEvent(request: IncomingMessage, body: Buffer): APIGatewayProxyEvent {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const headers = multiple(pairs(request.rawHeaders).filter(([name]) => !name.toLowerCase().startsWith('x-forwarded-')));
  const { remoteAddress: sourceIp = '127.0.0.1', localPort = 0 } = request.socket;
  for (const [name, value] of Object.entries({
    'X-Forwarded-For': sourceIp,
    'X-Forwarded-Port': String(localPort),
    'X-Forwarded-Proto': 'http',
  })) {
    headers[name] = [value];
  }
  const query = mark < 0 ? {} : multiple([...new URLSearchParams(target.slice(mark + 1))]);
  const hasQuery = Object.keys(query).length > 0;
  const requestContext: RequestContext = {
    requestId: randomUUID(),
    path,
    domainName: request.headers.host ?? `127.0.0.1:${localPort}`,
    stage: 'local',
    httpMethod: request.method ?? 'GET',
    resourcePath: '/scim/{proxy+}',
    identity: { sourceIp, userAgent: request.headers['user-agent'] ?? null },
  };
  return {
    resource: requestContext.resourcePath,
    path,
    httpMethod: requestContext.httpMethod,
    headers: last(headers),
    multiValueHeaders: headers,
    queryStringParameters: hasQuery ? last(query) : null,
    multiValueQueryStringParameters: hasQuery ? query : null,
    pathParameters: { proxy: path.replace(/^\/scim\/?/, '') },
    stageVariables: null,
    requestContext: requestContext as APIGatewayProxyEvent['requestContext'],
    body: body.length === 0 ? null : body.toString('utf8'),
    isBase64Encoded: false,
  };
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] as string, raw[2 * i + 1] as string]);
}

function multiple(entries: readonly (readonly [string, string])[]): Record<string, string[]> {
  // Without a prototype: a query may well have a parameter `__proto__`.
  const all: Record<string, string[]> = Object.create(null);
  for (const [name, value] of entries) {
    all[name] ??= [];
    all[name].push(value);
  }
  return all;
}

function last(all: Readonly<Record<string, string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values[values.length - 1] as string]));
}
