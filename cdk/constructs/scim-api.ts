import { CfnOutput, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DomainConfiguration } from '../configuration.ts';
import { answerWithScimErrors } from './gateway-errors.ts';
import type { NodeFunction } from './node-function.ts';
import { KeptLogGroup, type KeptLogGroupProps } from './request-log-group.ts';
import { WebAcl } from './web-acl.ts';

export interface ScimApiProps {
  readonly scim: NodeFunction;
  readonly log: KeptLogGroupProps;
  readonly domain?: DomainConfiguration | undefined;
  readonly waf: boolean;
  /** All connections together. */
  readonly requestsPerSecond: number;
  readonly allowedIps: readonly string[];
  /** Sets the account's role by which API Gateway writes logs: one for account and region. */
  readonly accountRole: boolean;
}

/**
 * API Gateway REST, regional, everything below /scim to the function: it keeps percent-encoded paths, and WAF and a resource policy
 * attach to it (DESIGN §6). With it come an access log, throttling, SCIM errors for what the gateway answers by itself, and by
 * option a name of one's own, a firewall and a list of networks.
 */
export class ScimApi extends Construct {
  readonly api: RestApi;
  /** What the IdP calls; ends in /scim/v2. */
  readonly baseUrl: string;

  constructor(scope: Construct, id: string, props: ScimApiProps) {
    super(scope, id);
    const { domain } = props;
    this.api = new RestApi(this, 'Rest', {
      description: 'SCIM 2.0 for Confluence',
      endpointTypes: [EndpointType.REGIONAL],
      // With a name of its own the API has no second address that passes it by.
      disableExecuteApiEndpoint: domain !== undefined,
      cloudWatchRole: props.accountRole,
      ...(props.allowedIps.length > 0 && { policy: onlyFrom(props.allowedIps) }),
      ...(domain && {
        domainName: {
          domainName: domain.name,
          certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
          endpointType: EndpointType.REGIONAL,
          securityPolicy: SecurityPolicy.TLS_1_2,
          ...(domain.basePath !== undefined && { basePath: domain.basePath }),
        },
      }),
      deployOptions: {
        stageName: 'prod',
        // All connections together, and whoever has no token: it protects the account's Lambda concurrency. The limit of each connection
        // is the function's (200 a second over 10 seconds, unless it is set otherwise). This one must not cut below it: the default
        // is five connections at their limit, and a burst as large as all that one may send in its 10 seconds.
        throttlingRateLimit: props.requestsPerSecond,
        throttlingBurstLimit: Math.min(2 * props.requestsPerSecond, ACCOUNT_BURST),
        metricsEnabled: true,
        // Execution logs would copy requests into a second log.
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(new KeptLogGroup(this, 'AccessLog', props.log)),
        accessLogFormat: AccessLogFormat.custom(ACCESS_LOG_LINE),
      },
    });
    const integration = new LambdaIntegration(props.scim, { allowTestInvoke: false });
    const mount = this.api.root.addResource('scim');
    mount.addProxy({ anyMethod: true, defaultIntegration: integration });
    const version = mount.addResource('v2');
    version.addMethod('ANY', integration);
    version.addProxy({ anyMethod: true, defaultIntegration: integration });
    answerWithScimErrors(this.api);
    if (props.waf) new WebAcl(this, 'WebAcl', { api: this.api });
    this.baseUrl = domain
      ? `https://${[domain.name, domain.basePath, 'scim/v2'].filter((part) => part !== undefined).join('/')}`
      : this.api.urlForPath('/scim/v2');
    if (this.api.domainName)
      new CfnOutput(this, 'DomainTarget', {
        value: this.api.domainName.domainNameAliasDomainName,
        description: `Where the DNS record (CNAME) of ${domain?.name} must point`,
      });
    this.#acknowledge(props.waf);
  }

  #acknowledge(waf: boolean): void {
    const reasons: Record<string, string> = {
      'AwsSolutions-APIG2': 'The function validates: what is wrong with a request must be told as a SCIM error (RFC 7644 §3.12).',
      'AwsSolutions-APIG4': 'The function checks the bearer token: errors stay SCIM errors, and a revoked token is not cached (DESIGN §6).',
      'AwsSolutions-COG4': 'Identity providers present the bearer token of their connection; none can log in to Cognito.',
      'AwsSolutions-APIG6': 'Execution logs would copy requests into a second log; access log and request log tell each one.',
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'API Gateway writes its logs by AWS’s own policy for it; the role belongs to the account and not to the stack.',
      ...(!waf && { 'AwsSolutions-APIG3': 'AWS WAF is the customer’s choice: setting waf.' }),
    };
    for (const [id, reason] of Object.entries(reasons)) Validations.of(this).acknowledge({ id, reason });
  }
}

/** What API Gateway lets through at once, for a whole account and region. */
const ACCOUNT_BURST = 5_000;

/** One JSON line a request. The path has ids and no query; headers are not logged, and so no token is. */
const ACCESS_LOG_LINE = JSON.stringify({
  kind: 'gateway.request',
  requestId: '$context.requestId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  gatewayError: '$context.error.responseType',
  wafStatus: '$context.waf.status',
  functionStatus: '$context.integration.status',
  durationMs: '$context.responseLatency',
  sourceIp: '$context.identity.sourceIp',
  tls: '$context.tlsVersion',
});

/** Everybody may call, except from elsewhere. */
function onlyFrom(networks: readonly string[]): PolicyDocument {
  const call = { principals: [new AnyPrincipal()], actions: ['execute-api:Invoke'], resources: ['execute-api:/*'] };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({ ...call, effect: Effect.ALLOW }),
      new PolicyStatement({ ...call, effect: Effect.DENY, conditions: { NotIpAddress: { 'aws:SourceIp': [...networks] } } }),
    ],
  });
}
