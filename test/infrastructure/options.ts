import { fileURLToPath } from 'node:url';

export type Options = Readonly<Record<string, unknown>>;

export const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef';

/** Settings that together use every option of the stack. */
export const options = {
  plain: {},
  guarded: {
    waf: true,
    requestsPerSecond: 4000,
    allowedIps: ['203.0.113.0/24'],
    alarmEmail: 'ops@example.com',
    domain: { name: 'scim.example.com', certificateArn, basePath: 'idp' },
    targetCaFile: fileURLToPath(new URL('../../LICENSE', import.meta.url)),
    vpc: { cidr: '10.0.0.0/16', natGateway: 'confluence' },
    apiGatewayAccountRole: false,
  },
  isolated: { stackName: 'Scim-Test', vpc: { cidr: '10.0.0.0/16', endpoints: true } },
  existing: {
    vpc: {
      vpcId: 'vpc-0123abcd',
      subnetIds: ['subnet-0123abcd', 'subnet-0123abce'],
      routeTableIds: ['rtb-0123abcd'],
      securityGroupIds: ['sg-0123abcd'],
      endpoints: true,
    },
  },
} as const satisfies Readonly<Record<string, Options>>;
