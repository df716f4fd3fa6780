import type { Connection } from '../../../shared/directory/connection.ts';
import type { ConnectionId } from '../../../shared/directory/ids.ts';
import { ALWAYS_PROTECTED_GROUPS } from '../../../shared/provisioning/settings/safety-settings.ts';
import { DEFAULT_REQUESTS_PER_SECOND, SETTINGS_VERSION, type Settings } from '../../../shared/provisioning/settings/settings.ts';
import { describeTarget, normaliseBaseUrl, targetIdOf } from '../../../shared/targets/target-address.ts';
import type { Terminal } from '../administration.ts';
import { type Command, type Options, type Outcome, Refused, required, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { dryRunsOf, keptBy } from '../safety/dry-runs.ts';
import { SAVE_OPTIONS, savedOutcome, saveSettings } from '../settings/save-settings.ts';
import { mustBeInOrder, printWarnings, readSettingsFile } from '../settings/settings-document.ts';
import { askLinking, SETTINGS_OPTIONS, withOptions } from '../settings/settings-options.ts';

function show(connection: Connection): Outcome {
  const { id, name, state, created, target, settings } = connection;
  return {
    json: connection,
    table: [
      { field: 'name', value: name },
      { field: 'id', value: id },
      { field: 'state', value: state },
      { field: 'created', value: created },
      { field: 'Confluence', value: describeTarget(target) },
      { field: 'target', value: target.id },
      { field: 'apply', value: settings.apply },
      { field: 'mode', value: settings.mode },
      { field: 'requests a second', value: settings.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND },
      { field: 'existing accounts', value: settings.users.linking === 'never' ? 'never linked' : `linked by ${settings.users.linking}` },
      {
        field: 'a SCIM delete',
        value: settings.users.onDelete === 'keep' ? 'leaves the account as it is' : `${settings.users.onDelete}s the account`,
      },
      {
        field: 'request log',
        value: settings.log.fullUntil === undefined ? settings.log.detail : `${settings.log.detail} until ${settings.log.fullUntil}`,
      },
      { field: 'protected accounts', value: ['the service account', ...settings.protected.accounts].join(', ') },
      { field: 'protected groups', value: [...ALWAYS_PROTECTED_GROUPS, ...settings.protected.groups].join(', ') },
      { field: 'schema extension', value: settings.schemaExtension?.id ?? 'none' },
      { field: 'settings', value: `number ${connection.settingsNumber}; settings show has all of them` },
    ],
  };
}

const create: Command = {
  name: 'connection create',
  positionals: ['NAME'],
  options: {
    confluence: { type: 'string', help: 'base URL of Confluence, with its context path if it has one' },
    settings: { type: 'string', help: 'a settings file, as settings export writes it; the other options come on top of it' },
    ...SETTINGS_OPTIONS,
    strict: { type: 'boolean', help: 'short for --mode strict' },
  },
  summary: 'a new connection: one IdP tenant and the Confluence it provisions into',
  help: `Example: npm run admin -- connection create okta --confluence https://wiki.example.com --link never --stack ScimForConfluence
Then: credentials set (how to log in to Confluence), target test, token create (what the IdP presents).`,
  async run(administration, [name], options, terminal) {
    if (name === undefined || !/^[\w .-]{1,64}$/.test(name))
      throw new UsageError('give the connection a name of 1 to 64 letters, digits, spaces, dots or dashes');
    const address = required(options, 'confluence', 'the base URL of Confluence, e.g. https://wiki.example.com');
    let baseUrl: string;
    try {
      baseUrl = normaliseBaseUrl(address);
    } catch (error) {
      throw new UsageError(`--confluence ${address} is no web address: write it with https://`, { cause: error });
    }
    if ((await administration.connections.list()).some((other) => other.name.toLowerCase() === name.toLowerCase()))
      throw new Refused(`a connection ${name} exists already: connection show ${name} shows it`);
    const given = await givenSettings(options, terminal, administration.now());
    const mode = options['strict'] === true ? { mode: 'strict' } : {};
    const { settings, warnings } = withOptions(given, { ...options, ...mode }, administration.now());
    const connection = await administration.connections.create({
      id: administration.newId() as ConnectionId,
      name,
      state: 'active',
      created: administration.now().toISOString(),
      target: { id: targetIdOf({ kind: 'data-center', baseUrl: baseUrl }), kind: 'data-center', baseUrl },
      settings,
    });
    return {
      ...show(connection),
      text: `${warnings.length > 0 ? `${printWarnings(warnings)}\n` : ''}Next: npm run admin -- credentials set ${name}, then target test ${name}, then token create ${name}. The IdP's SCIM base URL is ${administration.scimBaseUrl}`,
    };
  },
};

/** The settings of a file, or the defaults. Whether accounts may be linked has no default. */
async function givenSettings(options: Options, terminal: Terminal, now: Date): Promise<Settings> {
  if (typeof options['settings'] !== 'string')
    return mustBeInOrder({ version: SETTINGS_VERSION, users: { linking: await askLinking(options, terminal) } }, { now }).settings;
  const { document } = await readSettingsFile(options['settings'], terminal);
  const { users } = (document ?? {}) as { readonly users?: unknown };
  if (typeof users !== 'object' || users === null || 'linking' in users) return mustBeInOrder(document, { now }).settings;
  const linking = await askLinking(options, terminal);
  return mustBeInOrder({ ...(document as object), users: { ...users, linking } }, { now }).settings;
}

const list: Command = {
  name: 'connection list',
  positionals: [],
  options: {},
  summary: 'all connections',
  help: 'Shows every connection with its state, its Confluence, and how many users and groups the IdP has sent.',
  async run(administration) {
    const rows = await Promise.all(
      (await administration.connections.list()).map(async (connection) => ({
        name: connection.name,
        id: connection.id,
        state: connection.state,
        users: await administration.directory.users.listing.count(connection),
        groups: await administration.directory.groups.listing.count(connection),
        confluence: describeTarget(connection.target),
      })),
    );
    return {
      json: rows,
      table: rows,
      ...(rows.length === 0 && { text: 'No connection yet: npm run admin -- connection create NAME makes one.' }),
    };
  },
};

const showOne: Command = {
  name: 'connection show',
  positionals: ['CONNECTION'],
  options: {},
  summary: 'one connection with its settings',
  help: 'CONNECTION is a name or an id.',
  async run(administration, [name]) {
    const connection = await findConnection(administration, name);
    const shown = show(connection);
    const [dryRun] = await dryRunsOf(administration, [connection]);
    if (!dryRun) return shown;
    const { kept, more } = dryRun;
    const text = `Dry run: nothing is changed in Confluence. Changes kept back: ${keptBy(dryRun)}. settings edit ${connection.name} --set apply=apply sends them.`;
    return { ...shown, json: { ...connection, keptByDryRun: { kept, more } }, text };
  },
};

const update: Command = {
  name: 'connection update',
  positionals: ['CONNECTION'],
  options: { ...SETTINGS_OPTIONS, ...SAVE_OPTIONS },
  summary: 'changes the settings that are changed most often; settings edit changes all',
  help: `What is not named stays. Whom the change affects is marked as pending and applied again. settings history shows what was changed.
Example: npm run admin -- connection update okta --full-log-hours 4 --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    if (!Object.keys(SETTINGS_OPTIONS).some((name) => options[name] !== undefined))
      throw new UsageError(
        `say what to change: ${Object.keys(SETTINGS_OPTIONS)
          .map((name) => `--${name}`)
          .join(', ')}`,
      );
    const candidate = withOptions(connection.settings, options, administration.now());
    const saved = await saveSettings(administration, connection, candidate, options, terminal);
    return { ...savedOutcome(saved), ...show(saved.connection) };
  },
};

function changeState(name: 'disable' | 'enable', summary: string, help: string): Command {
  return {
    name: `connection ${name}`,
    positionals: ['CONNECTION'],
    options: {},
    summary,
    help,
    async run(administration, [nameOrId]) {
      const connection: Connection = {
        ...(await findConnection(administration, nameOrId)),
        state: name === 'disable' ? 'disabled' : 'active',
      };
      await administration.connections.update(connection);
      return { ...show(connection), text: `${connection.name} is ${connection.state}.` };
    },
  };
}

const remove: Command = {
  name: 'connection delete',
  positionals: ['CONNECTION'],
  options: { yes: { type: 'boolean', help: 'do not ask' } },
  summary: 'deletes a connection that has no users and groups left',
  help: `A connection with users or groups is not deleted: nobody would take their access away any more.
Unassign everybody in the IdP first (or DELETE them by SCIM), wait until status shows nothing pending, then delete. Its tokens stop working.`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    if (options['yes'] !== true) {
      if (!terminal.interactive) throw new UsageError('add --yes: deleting a connection is final');
      if ((await terminal.ask(`Type ${connection.name} to delete it: `)).trim() !== connection.name) throw new Refused('not deleted');
    }
    try {
      await administration.connections.delete(connection.id);
    } catch (error) {
      throw new Refused(error instanceof Error ? error.message : 'not deleted', { cause: error });
    }
    return { json: { deleted: connection.id }, text: `${connection.name} is deleted.` };
  },
};

export const connectionCommands: readonly Command[] = [
  create,
  list,
  showOne,
  update,
  changeState(
    'disable',
    'refuses every request of the IdP; what is pending is still applied',
    'The IdP gets 401 until connection enable. Nobody loses or gains access by it.',
  ),
  changeState('enable', 'undoes connection disable', 'The connection’s tokens work again.'),
  remove,
];
