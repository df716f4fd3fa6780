import type { Connection } from '../../../shared/directory/connection.ts';
import type { Run, RunScope } from '../../../shared/directory/runs.ts';
import type { Administration } from '../administration.ts';
import { type Command, type Options, type Outcome, Refused, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { beginRun, followRun } from '../runs/follow-run.ts';
import { runAsCsv, runOutcome } from '../runs/run-outcome.ts';

const CSV = { csv: { type: 'string', help: 'writes every outcome into this file, as CSV' } } as const;

const sync: Command = {
  name: 'sync',
  positionals: ['CONNECTION'],
  options: {
    'dry-run': { type: 'boolean', help: 'counts what would be done and changes nothing' },
    user: { type: 'string', help: 'only this user and their memberships: userName or id' },
    group: { type: 'string', help: 'only this group and its members: displayName or id' },
    'no-wait': { type: 'boolean', help: 'ends as soon as the run has begun; sync show tells how it went' },
    ...CSV,
  },
  summary: 'Synchronize: compares every user and group with Confluence and repairs what differs',
  help: `What someone has changed by hand is drift: it is counted and set right. Parked changes are tried again; those that still can't succeed
are conflicts. Nothing protected, and nothing that this product did not make or link, is touched. A second run finds nothing.
The run goes on in the stack when this command is interrupted. Exit code 4: conflicts, something unsupported, held or failed.
  npm run admin -- sync okta --dry-run --local
  npm run admin -- sync okta --user jane@example.com --csv jane.csv --local`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const scope = await scopeOf(administration, connection, options);
    if (scope.of === 'all') await mustBeTheOnly(administration, connection);
    const begun = await beginRun(administration, connection, { kind: 'synchronize', dryRun: options['dry-run'] === true, scope });
    if (options['no-wait'] === true) {
      const text = `Run ${begun.id} has begun; sync show ${connection.name} ${begun.id} tells how it goes.`;
      return { json: { run: begun }, text };
    }
    const run = await followRun(administration, connection, begun, terminal);
    if (typeof options['csv'] === 'string') await terminal.writeDocument(options['csv'], await runAsCsv(administration, run));
    return runOutcome(administration, connection, run);
  },
};

async function scopeOf(administration: Administration, connection: Connection, { user, group }: Options): Promise<RunScope> {
  if (user !== undefined && group !== undefined) throw new UsageError('--user and --group exclude each other');
  const { users, groups } = administration.directory;
  if (typeof user === 'string') {
    for (const by of ['userName', 'id'] as const)
      for await (const { id, attributes } of users.listing.find(connection, { by, value: user }))
        return { of: 'user', id, name: String(attributes['userName']) };
    throw new Refused(`the identity provider has sent no user ${user}; inspect user finds similar ones`);
  }
  if (typeof group === 'string') {
    for (const by of ['displayName', 'id'] as const)
      for await (const { id, attributes } of groups.listing.find(connection, { by, value: group }))
        return { of: 'group', id, name: String(attributes['displayName']) };
    throw new Refused(`the identity provider has sent no group ${group}; groups available lists them`);
  }
  return { of: 'all' };
}

/** Two runs through everything would do the same work twice. */
async function mustBeTheOnly(administration: Administration, connection: Connection): Promise<void> {
  for await (const { kind, state, scope, id } of administration.runs.list(connection.id))
    if (kind === 'synchronize' && state === 'working' && scope.of === 'all')
      throw new Refused(`run ${id} is under way: sync show ${connection.name} ${id} tells how it goes, sync cancel ends it`);
}

const list: Command = {
  name: 'sync list',
  positionals: ['CONNECTION'],
  options: {},
  summary: 'the runs of the last 30 days: of people, at night, and after changes of settings',
  help: 'Newest first. A run of kind settings has marked as pending what a change of the settings affects.',
  async run(administration, [nameOrId]) {
    const connection = await findConnection(administration, nameOrId);
    const runs = [];
    for await (const run of administration.runs.list(connection.id)) runs.push({ ...run, ...(await administration.runs.progress(run)) });
    const table = runs.map(({ id, kind, dryRun, scope, state, started, by, done, counts }) => ({
      run: id,
      kind: dryRun && kind === 'synchronize' ? 'dry run' : kind,
      of: scope.of === 'all' ? 'all' : `${scope.of} ${scope.name}`,
      state,
      started,
      by,
      done,
      outcomes: Object.entries(counts)
        .map(([outcome, count]) => `${count} ${outcome}`)
        .join(', '),
    }));
    return { json: runs, table, ...(table.length === 0 && { text: 'There was no run yet: npm run admin -- sync CONNECTION begins one.' }) };
  },
};

const show: Command = {
  name: 'sync show',
  positionals: ['CONNECTION', 'RUN'],
  options: CSV,
  summary: 'what a run has found and done, user by user and group by group',
  help: 'RUN is the id that sync list shows. Of a run that is under way: what it has found so far.',
  async run(administration, [nameOrId, id], options, terminal): Promise<Outcome> {
    const connection = await findConnection(administration, nameOrId);
    const run = await findRun(administration, connection, id);
    if (typeof options['csv'] === 'string') await terminal.writeDocument(options['csv'], await runAsCsv(administration, run));
    return runOutcome(administration, connection, run);
  },
};

const cancel: Command = {
  name: 'sync cancel',
  positionals: ['CONNECTION', 'RUN'],
  options: {},
  summary: 'ends a run; what it has done stays done',
  help: `RUN is the id that sync list shows. What a worker has in hand is finished, the rest is left as it is. A run of kind settings is not
cancelled: settings restore takes a change back.`,
  async run(administration, [nameOrId, id]) {
    const connection = await findConnection(administration, nameOrId);
    const run = await findRun(administration, connection, id);
    // Its number would stay unmarked: nothing marks it a second time.
    if (run.kind === 'settings' && run.state === 'working')
      throw new Refused(
        `run ${run.id} marks whom the changed settings affect, and has to end: settings restore ${connection.name} ${run.settings?.from ?? 1} takes the change back`,
      );
    const cancelled = await administration.runs.cancel(run, administration.now());
    return { json: { run: run.id, cancelled }, text: cancelled ? `Run ${run.id} is cancelled.` : `Run ${run.id} had ended already.` };
  },
};

async function findRun({ runs }: Administration, connection: Connection, id: string | undefined): Promise<Run> {
  if (id === undefined) throw new UsageError(`name the run: sync list ${connection.name} shows them`);
  const run = await runs.get(connection.id, id);
  if (!run) throw new Refused(`there is no run ${id} of ${connection.name}; sync list ${connection.name} shows those of the last 30 days`);
  return run;
}

export const syncCommands: readonly Command[] = [sync, list, show, cancel];
