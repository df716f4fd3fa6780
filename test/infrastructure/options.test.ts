import { describe, expect, it } from 'vitest';
import { certificateArn, options } from './options.ts';
import { type Synthesised, synthesise } from './synthesise.ts';

const plain = synthesise(options.plain);
const guarded = synthesise(options.guarded);
const isolated = synthesise(options.isolated);
const existing = synthesise(options.existing);
const count = ({ all }: Synthesised, type: string) => Object.keys(all(type)).length;
const environmentOf = ({ one }: Synthesised, id: string) => one('AWS::Lambda::Function', id).Properties.Environment.Variables;

describe('cdk-nag', () => {
  it.each(Object.entries({ guarded, isolated, existing }))('finds nothing unexplained in the stack %s', (_, { findings }) => {
    expect(findings).toEqual([]);
  });
});

describe('the template', () => {
  it.each(Object.entries({ guarded, isolated, existing }))(
    'is plain ASCII: CloudFormation turns anything else into ? (%s)',
    (_, { template }) => {
      expect(JSON.stringify(template.toJSON())).toMatch(/^[\x20-\x7e]*$/);
    },
  );
});

describe('option requestsPerSecond', () => {
  it('is the throttle of the API, with twice as many at once as far as an account may', () => {
    const throttle = guarded.one('AWS::ApiGateway::Stage').Properties.MethodSettings[0];
    expect(throttle).toMatchObject({ ThrottlingRateLimit: 4_000, ThrottlingBurstLimit: 5_000 });
  });
});

describe('option nightlySyncHour', () => {
  it('off: nothing is compared by itself', () => {
    const { one } = synthesise({ nightlySyncHour: 'off' });
    expect(one('AWS::Lambda::Function', 'Reconcile').Properties.Environment.Variables).not.toHaveProperty('NIGHTLY_HOUR');
  });
});

describe('option vpc', () => {
  it('is off by default', () => {
    expect(plain.one('AWS::Lambda::Function', 'Worker').Properties.VpcConfig).toBeUndefined();
    expect(count(plain, 'AWS::EC2::VPC')).toBe(0);
  });

  it.each(Object.entries({ guarded, isolated, existing }))('puts worker and sweep into the network, and only them (%s)', (_, { one }) => {
    for (const id of ['Worker', 'Sweep']) expect(one('AWS::Lambda::Function', id).Properties.VpcConfig.SubnetIds).toHaveLength(2);
    for (const id of ['Scim', 'Reconcile']) expect(one('AWS::Lambda::Function', id).Properties.VpcConfig).toBeUndefined();
  });

  it('makes a NAT gateway of that name and tells its address', () => {
    expect(guarded.one('AWS::EC2::NatGateway').Properties.Tags).toContainEqual({ Key: 'Name', Value: 'confluence' });
    expect(guarded.template.findOutputs('WorkerAddress')['WorkerAddress']?.['Value']).toEqual({ Ref: expect.stringContaining('EIP') });
    expect(count(guarded, 'AWS::EC2::VPCEndpoint')).toBe(0);
  });

  it.each(Object.entries({ isolated, existing }))(
    'makes the endpoints that the functions need, and no way out beside them (%s)',
    (_, made) => {
      const services = Object.values(made.all('AWS::EC2::VPCEndpoint')).map(({ Properties }) => JSON.stringify(Properties.ServiceName));
      for (const service of ['dynamodb', 'sqs', 'secretsmanager'])
        expect(services.filter((name) => name.includes(service))).toHaveLength(1);
      expect(count(made, 'AWS::EC2::NatGateway')).toBe(0);
      expect(count(made, 'AWS::EC2::InternetGateway')).toBe(0);
    },
  );

  it('takes the subnets, security groups and route tables of an existing VPC', () => {
    expect(existing.one('AWS::Lambda::Function', 'Worker').Properties.VpcConfig).toMatchObject({
      ...{ SubnetIds: ['subnet-0123abcd', 'subnet-0123abce'], SecurityGroupIds: ['sg-0123abcd'] },
    });
    expect(existing.one('AWS::EC2::VPCEndpoint', 'NetworkDynamoDb').Properties).toMatchObject({
      ...{ VpcId: 'vpc-0123abcd', RouteTableIds: ['rtb-0123abcd'] },
    });
    expect(count(existing, 'AWS::EC2::VPC')).toBe(0);
  });

  it('adds what Lambda needs for its network interfaces, the one grant on every resource', () => {
    for (const role of ['WorkerRole', 'SweepRole']) {
      const statements: { Resource: unknown; Action: string[] }[] = existing.one('AWS::IAM::Policy', role).Properties.PolicyDocument
        .Statement;
      expect(statements.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action)).toEqual([
        [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:UnassignPrivateIpAddresses',
        ],
      ]);
    }
  });
});

describe('option domain', () => {
  it('is off by default: the API has its own address', () => {
    expect(count(plain, 'AWS::ApiGateway::DomainName')).toBe(0);
    expect(plain.one('AWS::ApiGateway::RestApi').Properties.DisableExecuteApiEndpoint).not.toBe(true);
  });

  it('serves the name with TLS 1.2 below its base path, and closes the other address', () => {
    expect(guarded.one('AWS::ApiGateway::DomainName').Properties).toMatchObject({
      ...{ DomainName: 'scim.example.com', RegionalCertificateArn: certificateArn, SecurityPolicy: 'TLS_1_2' },
    });
    expect(guarded.one('AWS::ApiGateway::BasePathMapping').Properties.BasePath).toBe('idp');
    expect(guarded.one('AWS::ApiGateway::RestApi').Properties.DisableExecuteApiEndpoint).toBe(true);
    expect(guarded.template.findOutputs('ScimBaseUrl')['ScimBaseUrl']?.['Value']).toBe('https://scim.example.com/idp/scim/v2');
  });
});

describe('option waf', () => {
  it('is off by default', () => {
    expect(count(plain, 'AWS::WAFv2::WebACL')).toBe(0);
  });

  it('lets through what identity providers send: no User-Agent, large bodies, long filters', () => {
    const { Rules } = guarded.one('AWS::WAFv2::WebACL').Properties;
    const common = Rules.find(({ Name }: { Name: string }) => Name === 'common').Statement.ManagedRuleGroupStatement;
    expect(common.RuleActionOverrides).toEqual(
      ['NoUserAgent_HEADER', 'SizeRestrictions_BODY', 'SizeRestrictions_QUERYSTRING'].map((Name) => ({ Name, ActionToUse: { Count: {} } })),
    );
    expect(Rules.find(({ Name }: { Name: string }) => Name === 'rate').Action).toEqual({ Block: {} });
    expect(count(guarded, 'AWS::WAFv2::WebACLAssociation')).toBe(1);
  });

  it('keeps no sample of a request, since samples show the Authorization header', () => {
    const { Rules, VisibilityConfig } = guarded.one('AWS::WAFv2::WebACL').Properties;
    for (const visibility of [VisibilityConfig, ...Rules.map((rule: { VisibilityConfig: unknown }) => rule.VisibilityConfig)])
      expect(visibility.SampledRequestsEnabled).toBe(false);
  });
});

describe('option allowedIps', () => {
  it('is off by default: the token decides', () => {
    expect(plain.one('AWS::ApiGateway::RestApi').Properties.Policy).toBeUndefined();
  });

  it('denies calls from everywhere else', () => {
    expect(guarded.one('AWS::ApiGateway::RestApi').Properties.Policy.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } } }),
    );
  });
});

describe('other options', () => {
  it('give the functions that call Confluence its certificate authority', () => {
    for (const id of ['Worker', 'Sweep']) {
      expect(environmentOf(guarded, id).TARGET_CA_FILE).toBe('/opt/target-ca.pem');
      expect(guarded.one('AWS::Lambda::Function', id).Properties.Layers).toHaveLength(1);
      expect(environmentOf(plain, id).TARGET_CA_FILE).toBeUndefined();
    }
  });

  it('leave the account’s API Gateway role alone where another stack sets it', () => {
    expect(count(plain, 'AWS::ApiGateway::Account')).toBe(1);
    expect(count(guarded, 'AWS::ApiGateway::Account')).toBe(0);
  });

  it('keep the secrets of two stacks apart', () => {
    expect(environmentOf(isolated, 'Worker').SECRET_PREFIX).toBe('Scim-Test/targets/');
  });
});
