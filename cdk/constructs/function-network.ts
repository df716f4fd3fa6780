import { CfnOutput, Fn, Stack, Tags, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { VpcConfiguration } from '../configuration.ts';
import { KeptLogGroup, type KeptLogGroupProps } from './request-log-group.ts';

interface Place {
  readonly vpc: ec2.IVpc;
  readonly subnets: readonly ec2.ISubnet[];
}

/**
 * The private network of the functions that call Confluence: a VPC of the customer's or one of its own. The functions reach AWS by
 * endpoints (DynamoDB, SQS, Secrets Manager) or through a NAT gateway that the settings name. They need no others: Lambda ships the
 * logs itself, and KMS is called by the services. Outgoing traffic only; Confluence may listen on any port.
 */
export class FunctionNetwork extends Construct {
  readonly placement: { readonly vpc: ec2.IVpc; readonly vpcSubnets: ec2.SubnetSelection; readonly securityGroups: ec2.ISecurityGroup[] };

  constructor(scope: Construct, id: string, settings: VpcConfiguration, log: KeptLogGroupProps) {
    super(scope, id);
    const place = 'cidr' in settings ? this.#make(settings.cidr, settings.natGateway, log) : this.#find(settings.vpcId, settings.subnetIds);
    const given = 'cidr' in settings ? undefined : settings.securityGroupIds;
    const securityGroups = given?.map((securityGroup) => ec2.SecurityGroup.fromSecurityGroupId(this, securityGroup, securityGroup)) ?? [
      new ec2.SecurityGroup(this, 'SecurityGroup', {
        vpc: place.vpc,
        description: 'Functions that call Confluence: outgoing traffic only',
      }),
    ];
    this.placement = { vpc: place.vpc, vpcSubnets: { subnets: [...place.subnets] }, securityGroups };
    if (settings.endpoints) this.#addEndpoints(place, securityGroups, 'cidr' in settings ? undefined : settings.routeTableIds);
  }

  /** What Lambda needs to put a function into the network. */
  allowInterfaces(role: IRole): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Lambda makes and removes its own network interfaces; their names are not known before, and Describe takes no resource.',
    });
  }

  #find(vpcId: string, subnetIds: readonly string[]): Place {
    // Synthesis looks nothing up; the zones matter to nobody here, but the VPC's class wants one a subnet.
    const availabilityZones = subnetIds.map((_, i) => Fn.select(i, Fn.getAzs()));
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones });
    const subnets = subnetIds.map((subnetId) => ec2.Subnet.fromSubnetId(this, subnetId, subnetId));
    for (const subnet of subnets)
      Validations.of(subnet).acknowledge({
        id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
        reason: 'Routes are set by the ids in the settings, never through the subnet.',
      });
    return { vpc, subnets };
  }

  #make(cidr: string, natGateway: string | undefined, log: KeptLogGroupProps): Place {
    const subnetType = natGateway === undefined ? ec2.SubnetType.PRIVATE_ISOLATED : ec2.SubnetType.PRIVATE_WITH_EGRESS;
    const functions = { name: 'functions', subnetType } as const;
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(cidr),
      maxAzs: 2,
      natGateways: natGateway === undefined ? 0 : 1,
      subnetConfiguration: natGateway === undefined ? [functions] : [functions, { name: 'nat', subnetType: ec2.SubnetType.PUBLIC }],
      restrictDefaultSecurityGroup: false,
    });
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(new KeptLogGroup(this, 'FlowLogGroup', log)),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    });
    if (natGateway !== undefined) this.#nameNatGateway(vpc, natGateway);
    return { vpc: vpc as ec2.IVpc, subnets: vpc.selectSubnets({ subnetType }).subnets };
  }

  /** The address is what the customer's firewall must let through to Confluence. */
  #nameNatGateway(vpc: ec2.Vpc, name: string): void {
    for (const child of vpc.publicSubnets.flatMap((subnet) => subnet.node.findAll())) {
      if (child instanceof ec2.CfnNatGateway) Tags.of(child).add('Name', name, { priority: 300 });
      if (child instanceof ec2.CfnEIP)
        new CfnOutput(Stack.of(this), 'WorkerAddress', { value: child.ref, description: 'The address from which Confluence is called' });
    }
  }

  #addEndpoints({ vpc, subnets }: Place, callers: readonly ec2.ISecurityGroup[], routeTableIds: readonly string[] | undefined): void {
    if (routeTableIds === undefined) vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    else
      new ec2.CfnVPCEndpoint(this, 'DynamoDb', {
        vpcId: vpc.vpcId,
        vpcEndpointType: 'Gateway',
        serviceName: `com.amazonaws.${Stack.of(this).region}.dynamodb`,
        routeTableIds: [...routeTableIds],
      });
    const securityGroup = new ec2.SecurityGroup(this, 'Endpoints', {
      vpc,
      description: 'AWS endpoints of the functions',
      allowAllOutbound: false,
    });
    for (const caller of callers) securityGroup.addIngressRule(caller, ec2.Port.HTTPS, 'The functions');
    const services = { Sqs: ec2.InterfaceVpcEndpointAwsService.SQS, SecretsManager: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER };
    for (const [id, service] of Object.entries(services))
      new ec2.InterfaceVpcEndpoint(this, id, {
        vpc,
        service,
        subnets: { subnets: [...subnets] },
        securityGroups: [securityGroup],
        open: false,
      });
  }
}
