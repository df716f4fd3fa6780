import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, readConfiguration } from '../../cdk/configuration.ts';

const problems = (context: Readonly<Record<string, unknown>>): string => {
  try {
    readConfiguration(context);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'none';
};
const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/0123-abcd';
const existing = { vpcId: 'vpc-0123abcd', subnetIds: ['subnet-0123abcd'] };

describe('settings of the stack', () => {
  it('have defaults for everything', () => {
    expect(readConfiguration({})).toEqual({
      ...{ stackName: 'ScimForConfluence', retentionDays: 365, lateCallSeconds: 120, sweepAfterSeconds: 120, workerConcurrency: 5 },
      ...{ requestsPerSecond: 1000, nightlySyncHour: 2 },
      ...{ waf: false, allowedIps: [], apiGatewayAccountRole: true },
    });
  });

  it('come from cdk.json, and the command line goes before it', () => {
    const context = { 'scim-for-confluence': { retentionDays: 30, workerConcurrency: 9 }, workerConcurrency: '2' };
    expect(readConfiguration(context)).toMatchObject({ retentionDays: 30, workerConcurrency: 2 });
  });

  it('are read from the text of -c key=value', () => {
    expect(
      readConfiguration({
        ...{ retentionDays: '30', lateCallSeconds: '60', waf: 'true', alarmEmail: 'ops@example.com', apiGatewayAccountRole: 'false' },
        allowedIps: '203.0.113.0/24, 2001:db8::/32',
        vpc: '{"cidr":"10.0.0.0/16","endpoints":true}',
        domain: JSON.stringify({ name: 'scim.example.com', certificateArn }),
      }),
    ).toMatchObject({
      ...{ retentionDays: 30, lateCallSeconds: 60, waf: true, alarmEmail: 'ops@example.com', apiGatewayAccountRole: false },
      allowedIps: ['203.0.113.0/24', '2001:db8::/32'],
      vpc: { cidr: '10.0.0.0/16', endpoints: true },
      domain: { name: 'scim.example.com', certificateArn },
    });
  });

  it('leave the CDK’s own context alone', () => {
    expect(problems({ '@aws-cdk/core:checkSecretUsage': true, 'aws:cdk:enable-path-metadata': true, 'cdk-migrate': true })).toBe('none');
  });

  it('resolve the CA file to a path', () => {
    const file = fileURLToPath(new URL('../../package.json', import.meta.url));
    expect(readConfiguration({ targetCaFile: file }).targetCaFile).toBe(file);
  });

  it('are all wrong in one message', () => {
    const message = problems({
      'scim-for-confluence': { retentionDays: 31, allowedIps: ['203.0.113.7'], vpc: { ...existing, natGateway: 'nat', subnets: [] } },
      ...{ workerConcurency: '3', lateCallSeconds: 'long', alarmEmail: 'nobody', targetCaFile: 'no/such.pem' },
    });
    for (const setting of ['retentionDays', 'allowedIps.0', 'vpc', 'workerConcurency', 'lateCallSeconds', 'alarmEmail', 'targetCaFile'])
      expect(message).toMatch(new RegExp(`^ {2}- ${setting}: `, 'm'));
    expect(message.split('\n')).toHaveLength(8);
  });

  it.each([
    ['a typo, and names the settings', { retensionDays: '30' }, /retensionDays: no such setting; there are .*retentionDays/],
    ['an API that takes less than one connection may send', { requestsPerSecond: '199' }, /requestsPerSecond: .*>=200/],
    ['fewer than two workers, which SQS refuses', { workerConcurrency: '1' }, /workerConcurrency: .*>=2/],
    ['a stack name that is no prefix of secrets', { stackName: 'a/b' }, /stackName: must be/],
    ['an existing VPC without its subnets', { vpc: { vpcId: 'vpc-0123abcd', natGateway: 'nat' } }, /vpc.subnetIds: /],
    ['a VPC without a way out', { vpc: existing }, /vpc: needs exactly one of/],
    ['a VPC with two ways out', { vpc: { cidr: '10.0.0.0/16', endpoints: true, natGateway: 'nat' } }, /vpc: needs exactly one of/],
    ['endpoints without route tables', { vpc: { ...existing, endpoints: true } }, /vpc: endpoints need routeTableIds/],
    [
      'a certificate that is no ARN',
      { domain: { name: 'scim.example.com', certificateArn: 'x' } },
      /domain.certificateArn: must be the ARN/,
    ],
    [
      'a base path of two segments',
      { domain: { name: 'scim.example.com', certificateArn, basePath: 'a/b' } },
      /domain.basePath: must be one/,
    ],
    ['text in place of an object', { 'scim-for-confluence': 'on' }, /"scim-for-confluence" in cdk.json must be an object/],
  ])('refuse %s', (_, context, message) => {
    expect(problems(context)).toMatch(message);
  });
});
