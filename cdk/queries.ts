/**
 * The saved Logs Insights queries. Logs Insights finds the fields of JSON lines by itself (`subject.name`); `@timestamp` is when the
 * line was written. Each query is run in test/queries against lines that the code wrote.
 */
export interface SavedQuery {
  readonly title: string;
  readonly query: string;
  /** What the person fills in, each with its explanation: `{{name}}` in the text. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export const savedQueries = {
  /** From the IdP's request to the last call to Confluence, also memberships: those name the member by id only. */
  story: {
    title: 'The story of one person',
    parameters: {
      userName: 'The userName, as the identity provider sends it',
      userId: 'The SCIM id of the user, from the first lines found by userName; finds memberships too. Else leave a dash',
    },
    query: `fields @timestamp, kind, method, path, status, outcome, code, reason, revision, subject.type, subject.id, subject.name, correlationId
| filter subject.name = "{{userName}}" or subject.id = "{{userId}}" or subject.member = "{{userId}}"
| sort @timestamp asc
| limit 1000`,
  },

  failedRequests: {
    title: 'Failed SCIM requests',
    query: `fields @timestamp, connection, method, path, status, scimType, detail, client, correlationId
| filter kind = "scim.request" and status >= 400
| sort @timestamp desc
| limit 200`,
  },

  /** What had no answer has no status, but an outcome. Looking for somebody who is not there yet is no failure. */
  failedCalls: {
    title: 'Failed Confluence calls',
    query: `fields @timestamp, target, method, path, status, outcome, attempt, retryAfterMs, loginReason, subject.name, correlationId
| filter kind = "confluence.request" and outcome != "ok" and (method != "GET" or outcome != "not-found")
| sort @timestamp desc
| limit 200`,
  },

  parked: {
    title: 'Parked changes and why',
    query: `fields @timestamp, connection, subject.type, subject.name, subject.id, code, reason, target, correlationId
| filter kind = "change.parked"
| sort @timestamp desc
| limit 200`,
  },

  /** Who it is, and when it went on: brake.engaged says the limit. */
  held: {
    title: 'What the brake holds',
    query: `fields @timestamp, connection, kind, subject.type, subject.name, subject.id, subject.member, limit, users, correlationId
| filter kind = "change.held" or kind = "brake.engaged"
| sort @timestamp desc
| limit 500`,
  },

  /** One line an action: a connection in dry run tells each change once, `sync --dry-run` all that it finds. */
  dryRun: {
    title: 'What a dry run would do',
    query: `fields jsonParse(@message) as record
| filter kind = "change.planned" and ispresent(dryRun)
| unnest record.actions into action
| display @timestamp, connection, action, subject.type, subject.name, subject.id, subject.member, correlationId
| sort @timestamp desc
| limit 1000`,
  },

  /** A request may use several: unnest counts each, once a request. Entra ID sends no User-Agent: its client is empty. */
  tolerances: {
    title: 'Tolerances used by a connection',
    query: `fields jsonParse(@message) as record
| filter kind = "scim.request" and tolerated > 0
| unnest record.toleranceIds into tolerance
| stats count(*) as requests, max(@timestamp) as lastUsed by connection, client, tolerance
| sort requests desc
| limit 200`,
  },

  slowest: {
    title: 'Slowest SCIM requests',
    query: `fields @timestamp, durationMs, connection, method, path, status, client, correlationId
| filter kind = "scim.request"
| sort durationMs desc
| limit 50`,
  },
} as const satisfies Readonly<Record<string, SavedQuery>>;
