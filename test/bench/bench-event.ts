import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { apiGatewayEvent } from '../protocol/scim-client.ts';

/** What a REST API adds to a request of Okta's client: about 2 KB that the function is handed with every one. */
const HEADERS = {
  accept: 'application/scim+json',
  'accept-charset': 'utf-8',
  'accept-encoding': 'gzip,deflate',
  host: 'abc123.execute-api.eu-west-1.amazonaws.com',
  'user-agent': 'Okta SCIM Client 1.0.0',
  'x-amzn-trace-id': 'Root=1-6740a0b1-2d1f4c5e6a7b8c9d0e1f2a3b',
  'x-forwarded-for': '198.51.100.17',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
};
const IDENTITY = {
  cognitoIdentityPoolId: null,
  accountId: null,
  cognitoIdentityId: null,
  caller: null,
  sourceIp: '198.51.100.17',
  principalOrgId: null,
  accessKey: null,
  cognitoAuthenticationType: null,
  cognitoAuthenticationProvider: null,
  userArn: null,
  userAgent: 'Okta SCIM Client 1.0.0',
  user: null,
};

/** An event as Lambda's runtime hands it over: parsed from text, so no two share an object. */
export function eventOf(token: string, method: string, pathAndQuery: string, body?: unknown): APIGatewayProxyEvent {
  const headers = { ...HEADERS, authorization: `Bearer ${token}` };
  const event = apiGatewayEvent(method, pathAndQuery, { headers, ...(body !== undefined && { body }) });
  const requestContext = {
    ...event.requestContext,
    accountId: '123456789012',
    apiId: 'abc123',
    stage: 'prod',
    protocol: 'HTTP/1.1',
    requestTime: '22/Nov/2026:10:00:00 +0000',
    requestTimeEpoch: 1_795_341_600_000,
    extendedRequestId: 'AbCdEfGhIjKlMnOp=',
    resourceId: 'a1b2c3',
    resourcePath: '/scim/v2/{proxy+}',
    identity: IDENTITY,
  };
  return JSON.parse(JSON.stringify({ ...event, requestContext })) as APIGatewayProxyEvent;
}

/** A user as Entra ID and Okta make them, with the extension; no two alike. */
export function aUser(number: number) {
  const userName = `person.${number}@example.com`;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
    userName,
    externalId: randomUUID(),
    active: true,
    displayName: `Person ${number}`,
    title: 'Engineer',
    preferredLanguage: 'en-GB',
    name: { formatted: `Given Family${number}`, familyName: `Family${number}`, givenName: 'Given' },
    emails: [{ primary: true, type: 'work', value: userName }],
    phoneNumbers: [{ type: 'work', value: '+44 20 7946 0000' }],
    addresses: [{ type: 'work', locality: 'Bristol', country: 'GB', streetAddress: '1 Long Row', postalCode: 'BS1 1AA', primary: true }],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
      employeeNumber: String(number),
      department: 'Engineering',
      organization: 'Example',
    },
  };
}
