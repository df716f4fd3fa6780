import { describe, expect, it } from 'vitest';
import { savedQueries } from '../../cdk/queries.ts';
import { commands } from '../../functions/admin/commands.ts';
import { synthesise } from './synthesise.ts';

const { all, one } = synthesise({ alarmEmail: 'ops@example.com' });
const alarms = Object.entries(all('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => ({ id, ...Properties }));
const alarm = (name: string) => alarms.find(({ id }) => id.startsWith(`Alarms${name}`));
const filters = Object.values(all('AWS::Logs::MetricFilter')).map(({ Properties }) => ({
  pattern: Properties.FilterPattern as string,
  ...(Properties.MetricTransformations[0] as { MetricName: string; MetricNamespace: string; MetricValue: string }),
}));

describe('alarms (DESIGN §5)', () => {
  it.each([
    ['DeadLetters', { Threshold: 1, MetricName: 'ApproximateNumberOfMessagesVisible' }],
    ['OldestPending', { Threshold: 900_000, MetricName: 'OldestPendingMs' }],
    ['TargetPaused', { Threshold: 1, MetricName: 'PausedTargets' }],
    ['BrakeEngaged', { Threshold: 1, MetricName: 'EngagedBrakes', Statistic: 'Maximum' }],
    ['SeatsFull', { Threshold: 1, MetricName: 'FullTargets', Statistic: 'Maximum' }],
    ['ApiErrors', { Threshold: 5, MetricName: '5XXError' }],
    ['WorkerErrors', { Threshold: 1, MetricName: 'Errors' }],
    [
      'TokenExpires',
      { Threshold: 14, MetricName: 'TokenExpiresInDays', ComparisonOperator: 'LessThanOrEqualToThreshold', Statistic: 'Minimum' },
    ],
    [
      'CredentialsExpire',
      { Threshold: 30, MetricName: 'CredentialsExpireInDays', ComparisonOperator: 'LessThanOrEqualToThreshold', Statistic: 'Minimum' },
    ],
    ['SilentIdentityProvider', { Threshold: 24, MetricName: 'SilentHours' }],
    ['SynchronizeLate', { Threshold: 24, MetricName: 'LateRunHours', Statistic: 'Maximum' }],
    ['SweepStopped', { Threshold: 1, MetricName: 'Sweeps', ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' }],
  ])('%s watches its number', (name, properties) => {
    expect(alarm(name)).toMatchObject(properties);
  });

  it.each(alarms.map(({ id, AlarmDescription, AlarmActions }) => [id, AlarmDescription, AlarmActions] as const))(
    '%s says the impact and the next step, and tells the topic',
    (_, description, actions) => {
      expect(description.length).toBeLessThanOrEqual(1024);
      expect(description).toMatch(/^Impact: .{20,}\. Next step: .{20,}\.$/s);
      expect(actions).toEqual([{ Ref: expect.stringMatching(/^AlarmsTopic/) }]);
    },
  );

  it('name commands that exist, with what they need', () => {
    const named = alarms.flatMap(({ AlarmDescription }) =>
      Array.from(AlarmDescription.matchAll(/npm run admin -- (.+?) --stack ScimForConfluence/g), ([, command]) => command),
    );
    expect(named.length).toBeGreaterThan(5);
    const known = commands.map(({ name, positionals }) => [name, ...positionals].join(' '));
    expect(known).toEqual(expect.arrayContaining(named));
  });

  it('watch numbers of the log that a metric filter really counts', () => {
    const ours = alarms.filter(({ Namespace }) => Namespace.startsWith('ScimForConfluence/'));
    expect(ours.length).toBeGreaterThanOrEqual(5);
    for (const { MetricName, Namespace } of ours)
      expect(filters).toContainEqual(expect.objectContaining({ MetricName, MetricNamespace: Namespace }));
  });

  it('can publish to the encrypted topic, and somebody hears it', () => {
    expect(one('AWS::SNS::Topic').Properties.KmsMasterKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^DataKey/), 'Arn'] });
    expect(JSON.stringify(one('AWS::SNS::TopicPolicy').Properties.PolicyDocument)).toContain('cloudwatch.amazonaws.com');
    expect(one('AWS::SNS::Subscription').Properties).toMatchObject({ Protocol: 'email', Endpoint: 'ops@example.com' });
  });
});

describe('metrics of the request log', () => {
  it('count a kind of record each', () => {
    for (const { pattern } of filters) expect(pattern).toMatch(/^\{ \$\.kind = "[a-z.-]+"( && \$\.\w+ = \*)? \}$/);
  });

  it('take the number from the field that the pattern asks for', () => {
    for (const { pattern, MetricValue } of filters) if (MetricValue !== '1') expect(pattern).toContain(`${MetricValue} = *`);
  });
});

describe('saved queries and dashboard', () => {
  it('are there for the request log, in the stack’s folder', () => {
    const definitions = Object.values(all('AWS::Logs::QueryDefinition')).map(({ Properties }) => Properties);
    expect(definitions.map(({ Name }) => Name).toSorted()).toEqual(
      Object.values(savedQueries)
        .map(({ title }) => `ScimForConfluence/${title}`)
        .toSorted(),
    );
    for (const { LogGroupNames } of definitions) expect(LogGroupNames).toEqual([{ Ref: expect.stringMatching(/^RequestLog/) }]);
  });

  it('ask for what a query needs to know', () => {
    const story = Object.values(all('AWS::Logs::QueryDefinition')).find(({ Properties }) =>
      Properties.QueryString.includes('{{userName}}'),
    );
    expect(story?.Properties.Parameters.map(({ Name }: { Name: string }) => Name)).toEqual(['userName', 'userId']);
  });

  it('show what comes in, what goes out and what waits', () => {
    const body = JSON.stringify(one('AWS::CloudWatch::Dashboard').Properties.DashboardBody);
    for (const title of ['SCIM requests by status', 'SCIM latency', 'Tolerances', 'Confluence calls by outcome', 'Pending', 'dead letters'])
      expect(body).toContain(title);
  });
});
