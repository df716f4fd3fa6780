import { describe, expect, it } from 'vitest';
import { WINDOW_SECONDS } from '../../functions/scim/rate-limit.ts';
import { DEFAULT_REQUESTS_PER_SECOND } from '../../shared/provisioning/settings/settings.ts';
import { synthesise } from './synthesise.ts';

const { all, one, template } = synthesise();
const responses = Object.values(all('AWS::ApiGateway::GatewayResponse')).map(({ Properties }) => Properties);

describe('the API', () => {
  it('is a regional REST API without binary media types: SCIM stays text', () => {
    expect(one('AWS::ApiGateway::RestApi').Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
    expect(one('AWS::ApiGateway::RestApi').Properties.BinaryMediaTypes).toBeUndefined();
  });

  it('sends everything below /scim and /scim/v2 to the function', () => {
    expect(
      Object.values(all('AWS::ApiGateway::Resource'))
        .map(({ Properties }) => Properties.PathPart)
        .toSorted(),
    ).toEqual([...['scim', 'v2', '{proxy+}', '{proxy+}']]);
    const methods = Object.values(all('AWS::ApiGateway::Method'));
    expect(methods).toHaveLength(3);
    for (const { Properties } of methods)
      expect(Properties).toMatchObject({ HttpMethod: 'ANY', AuthorizationType: 'NONE', Integration: { Type: 'AWS_PROXY' } });
  });

  it('limits how fast it is called, never below what one connection may send: 200 a second, 2,000 at once', () => {
    const { ThrottlingRateLimit, ThrottlingBurstLimit } = one('AWS::ApiGateway::Stage').Properties.MethodSettings[0];
    expect({ ThrottlingRateLimit, ThrottlingBurstLimit }).toEqual({ ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 2_000 });
    expect(ThrottlingRateLimit).toBeGreaterThanOrEqual(DEFAULT_REQUESTS_PER_SECOND);
    expect(ThrottlingBurstLimit).toBeGreaterThanOrEqual(DEFAULT_REQUESTS_PER_SECOND * WINDOW_SECONDS);
  });

  it('logs each request without header, query or body', () => {
    const { Format } = one('AWS::ApiGateway::Stage').Properties.AccessLogSetting;
    const variables = Object.values(JSON.parse(Format) as Record<string, string>).filter((value) => value.startsWith('$context.'));
    expect(variables).toContain('$context.requestId');
    expect(variables.filter((variable) => /header|querystring|authoriz|body|\$input/i.test(variable))).toEqual([]);
    expect(one('AWS::ApiGateway::Stage').Properties.MethodSettings[0]).toMatchObject({ DataTraceEnabled: false, LoggingLevel: 'OFF' });
  });

  it('tells what the identity provider must call, and what to do next', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining([
        ...['ScimBaseUrl', 'TableName', 'QueueUrl', 'LogGroupName', 'SecretPrefix', 'WorkerFunctionName', 'DashboardUrl', 'NextStep'],
      ]),
    );
    expect(JSON.stringify(outputs['ScimBaseUrl']?.['Value'])).toMatch(/\/scim\/v2"/);
    expect(outputs['NextStep']?.['Value']).toMatch(/^npm run admin -- connection create .*--stack ScimForConfluence$/);
  });
});

describe('answers of the gateway itself (RFC 7644 §3.12)', () => {
  it.each([
    ['UNAUTHORIZED', '401'],
    ['ACCESS_DENIED', '403'],
    ['WAF_FILTERED', '403'],
    ['MISSING_AUTHENTICATION_TOKEN', '404'],
    ['INVALID_SIGNATURE', '404'],
    ['RESOURCE_NOT_FOUND', '404'],
    ['REQUEST_TOO_LARGE', '413'],
    ['THROTTLED', '429'],
    ['QUOTA_EXCEEDED', '429'],
    ['INTEGRATION_FAILURE', '504'],
    ['INTEGRATION_TIMEOUT', '504'],
    ['DEFAULT_4XX', '400'],
    ['DEFAULT_5XX', '500'],
  ])('%s is a SCIM error with status %s', (type, status) => {
    const response = responses.find(({ ResponseType }) => ResponseType === type);
    expect(response).toMatchObject({
      StatusCode: status,
      ResponseParameters: { 'gatewayresponse.header.Content-Type': "'application/scim+json'" },
    });
    expect(JSON.parse(response.ResponseTemplates['application/json'])).toEqual({
      ...{
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status,
        detail: expect.stringMatching(/\.\s\(request \$context\.requestId\)$/),
      },
    });
  });

  it('say when to try again, and how to authenticate', () => {
    const headersOf = (type: string) => responses.find(({ ResponseType }) => ResponseType === type).ResponseParameters;
    expect(headersOf('THROTTLED')).toMatchObject({ 'gatewayresponse.header.Retry-After': "'1'" });
    expect(headersOf('UNAUTHORIZED')).toMatchObject({ 'gatewayresponse.header.WWW-Authenticate': "'Bearer'" });
  });
});
