import type { Connection } from '../../../shared/directory/connection.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import { type Command, Refused, UsageError } from '../command.ts';
import { connectionOutcome } from '../connection-outcome.ts';
import { findConnection } from '../find-connection.ts';
import { dryRunsOf, keptBy } from '../safety/dry-runs.ts';
import { SAVE_OPTIONS, savedOutcome, saveSettings } from '../settings/save-settings.ts';
import { SETTINGS_OPTIONS, withOptions } from '../settings/settings-options.ts';
import { createCommand } from './connection-create.ts';

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
    const shown = connectionOutcome(connection);
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
    const candidate = withOptions(connection.settings, options, { now: administration.now(), kind: connection.target.kind });
    const saved = await saveSettings(administration, connection, candidate, options, terminal);
    return { ...savedOutcome(saved), ...connectionOutcome(saved.connection) };
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
      const found = await findConnection(administration, nameOrId);
      if (name === 'enable' && found.copyOf !== undefined)
        throw new Refused(`${found.name} is the copy of another connection, which serves the identity provider: move switch changes that`);
      const connection: Connection = { ...found, state: name === 'disable' ? 'disabled' : 'active' };
      await administration.connections.update(connection);
      return { ...connectionOutcome(connection), text: `${connection.name} is ${connection.state}.` };
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
  createCommand,
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
