import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface GatewayError {
  readonly status: number;
  /** For the administrator who reads it in the IdP: what is wrong and what to do. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const NO_SUCH_PATH: GatewayError = { status: 404, detail: 'This is no SCIM address; the base URL ends in /scim/v2.' };
const TOO_MANY: GatewayError = {
  status: 429,
  detail: 'Too many requests at once. Send this one again in a second.',
  headers: { 'Retry-After': '1' },
};
const NO_ANSWER: GatewayError = { status: 504, detail: 'The request took too long. Send it again; nothing is lost when it is repeated.' };

/**
 * What API Gateway answers by itself, before or instead of the function. A path without a route is MISSING_AUTHENTICATION_TOKEN to
 * API Gateway, and INVALID_SIGNATURE when the request carries a bearer token: no route uses IAM, so both mean 404.
 */
const errors: readonly (readonly [ResponseType, GatewayError])[] = [
  [
    ResponseType.UNAUTHORIZED,
    {
      status: 401,
      detail: 'No valid bearer token. Put a token of this connection into the identity provider.',
      headers: { 'WWW-Authenticate': 'Bearer' },
    },
  ],
  [
    ResponseType.ACCESS_DENIED,
    { status: 403, detail: 'Calls from this network are not allowed. The administrator can add its address to allowedIps.' },
  ],
  [
    ResponseType.WAF_FILTERED,
    { status: 403, detail: 'The web application firewall refused this request. Its metrics in CloudWatch say which rule did.' },
  ],
  [ResponseType.REQUEST_TOO_LARGE, { status: 413, detail: 'The request is larger than 10 MB. Send fewer members at once.' }],
  [ResponseType.THROTTLED, TOO_MANY],
  [ResponseType.QUOTA_EXCEEDED, TOO_MANY],
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, NO_SUCH_PATH],
  [ResponseType.INVALID_SIGNATURE, NO_SUCH_PATH],
  [ResponseType.RESOURCE_NOT_FOUND, NO_SUCH_PATH],
  [ResponseType.INTEGRATION_TIMEOUT, NO_ANSWER],
  [ResponseType.INTEGRATION_FAILURE, NO_ANSWER],
  [ResponseType.DEFAULT_4XX, { status: 400, detail: 'The request is not readable.' }],
  [
    ResponseType.DEFAULT_5XX,
    { status: 500, detail: 'An error inside. Send the request again; the access log has it under its request id.' },
  ],
];

/** Makes every answer of the gateway itself a SCIM error: clients parse it (RFC 7644 §3.12). */
export function answerWithScimErrors(api: RestApi): void {
  for (const [type, { status, detail, headers }] of errors)
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(status),
      responseHeaders: quoted({ 'Content-Type': 'application/scim+json', ...headers }),
      templates: { 'application/json': scimError(status, detail) },
    });
}

/**
 * RFC 7644 §3.12: "SCIM error responses are identified using the following "schema" URI"; `status` is "The HTTP status code […]
 * expressed as a JSON string". API Gateway fills `$context.requestId` in.
 */
function scimError(status: number, detail: string): string {
  return JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail: `${detail} (request $context.requestId)`,
  });
}

/** API Gateway takes a constant header value in single quotes. */
function quoted(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
}
