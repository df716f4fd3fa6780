import { resourceTypesOf } from '../../../shared/provisioning/schema-extension/resource-types-of.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import type { Administration } from '../administration.ts';
import { type Command, type Options, type Outcome, Unreachable, UsageError } from '../command.ts';
import { findConnection, onlyConnection } from '../find-connection.ts';
import { attributesBySchema, withoutSecrets } from '../inspect/attributes-by-schema.ts';
import { findResource, unknownResource } from '../inspect/find-resource.ts';
import { renderInspection } from '../inspect/render-inspection.ts';
import type { AboutWhom, TimedRecord } from '../log/recent-records.ts';

const RECORDS = 20;
const DEFAULT_HOURS = 24;
const MOST_HOURS = 24 * 31;

const options = {
  connection: { type: 'string', help: 'name or id of the connection; needed if there are several' },
  hours: { type: 'string', help: `how far back the last requests are looked for (${DEFAULT_HOURS})` },
} as const;

const user: Command = {
  name: 'inspect user',
  positionals: ['NAME'],
  options,
  summary: 'why somebody has access or none, from what was sent to what would be done',
  help: `NAME is the userName, or the id; a deleted user is found by the id. It reads only, in Confluence from where the worker runs.
In the list of groups:
  present   given, a default group too, and there         missing   given, and not there yet
  obsolete  there, and taken away by the next run         extra     there, and not given by this connection
  waiting   for the account or the group                  withheld  until the user is active again
  held      by the brake                                  skipped   the settings don't provision the group
Exit code 4 says that something needs a person: it is parked or held, or Confluence can't be asked.
Example: npm run admin -- inspect user jane.doe@example.com --stack ScimForConfluence`,
  run: (administration, [name], given) => inspect(administration, 'user', name, given),
};

const group: Command = {
  name: 'inspect group',
  positionals: ['NAME'],
  options,
  summary: 'the same of a group and its members',
  help: `NAME is the displayName, or the id; a deleted group is found by the id. It reads only, in Confluence from where the worker runs.
The first 50 members are shown, and those of the first 1000 that are not as they should be; sync --group compares all.
Example: npm run admin -- inspect group "Engineering" --stack ScimForConfluence`,
  run: (administration, [name], given) => inspect(administration, 'group', name, given),
};

async function inspect(administration: Administration, type: 'user' | 'group', name: string | undefined, given: Options): Promise<Outcome> {
  if (name === undefined) throw new UsageError(`name the ${type}, by its ${type === 'user' ? 'userName' : 'displayName'} or id`);
  const hours = hoursOf(given['hours']);
  const named = given['connection'];
  const connection = typeof named === 'string' ? await findConnection(administration, named) : await onlyConnection(administration);
  const id = await findResource(administration, connection, type, name);
  const inspection = await administration.inspect({ connection: connection.id, type, id });
  if (!inspection) throw unknownResource(connection, type, id);

  const types = resourceTypesOf(connection.settings);
  const resourceType = type === 'user' ? types.User : types.Group;
  const resource = withoutSecrets(resourceType, inspection.resource);
  const attributes = attributesBySchema(resourceType, resource);
  const records = await recordsOf(administration, { connection: connection.id, ids: [id], names: [inspection.name] }, hours);
  const { state, notAsked } = inspection;
  const isHeld = state.pending?.marker === 'held' || state.pending?.marker === 'rejected';
  return {
    json: {
      connection: { id: connection.id, name: connection.name, confluence: describeTarget(connection.target) },
      ...inspection,
      resource,
      attributes: attributes.sent,
      requests: typeof records === 'string' ? [] : records,
    },
    text: renderInspection({ connection, inspection, attributes, records, hours }),
    attention: state.parked !== undefined || isHeld || notAsked !== undefined,
  };
}

/** The log is not worth the rest: if it can't be read, the reason stands in its place. */
async function recordsOf(administration: Administration, about: AboutWhom, hours: number): Promise<readonly TimedRecord[] | string> {
  try {
    return await administration.recentRecords(about, { limit: RECORDS, hours });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `the request log can't be read: ${why}${error instanceof Unreachable ? '' : ' (it needs logs:StartQuery and logs:GetQueryResults)'}`;
  }
}

function hoursOf(text: Options[string]): number {
  if (text === undefined) return DEFAULT_HOURS;
  const hours = Number(text);
  if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS)
    throw new UsageError(`--hours takes a whole number from 1 to ${MOST_HOURS}, not "${text}"`);
  return hours;
}

export const inspectCommands: readonly Command[] = [user, group];
