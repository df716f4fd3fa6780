import type { Connection } from '../../../shared/directory/connection.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import type { Administration } from '../administration.ts';
import { type Command, type Options, Refused, required, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { type CopyCounts, copyDirectory } from '../move/copy-directory.ts';
import { matchAll } from '../move/match-all.ts';
import { CSV_HEAD, moveReport } from '../move/move-report.ts';
import { inWords, switchOver } from '../move/switch-over.ts';

const TO = { to: { type: 'string', help: 'the connection to move to, by its name or id' } } as const;

const report: Command = {
  name: 'move report',
  positionals: ['CONNECTION'],
  options: { ...TO, csv: { type: 'string', help: 'writes every user and group into this file, as CSV' } },
  summary: 'who would be whom in another Confluence, and who would not match',
  help: `Before a move, to Atlassian Cloud say: make the new connection (connection create, credentials set, in dry run), then let each
user and group of CONNECTION be looked for in its Confluence, by its settings: what accounts are called, whether and how they are linked.
It reads only, from where the worker runs, and can be repeated. Exit code 4: somebody would not match.
  npm run admin -- move report okta --to okta-cloud --csv report.csv --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const [from, to] = await bothConnections(administration, nameOrId, options);
    const lines = [CSV_HEAD];
    let seen = 0;
    const outcome = await moveReport(from, to, matchAll(administration, from, to), (line) => {
      if (typeof options['csv'] === 'string') lines.push(line);
      seen += 1;
      terminal.showProgress?.(`${seen} users and groups`);
    });
    terminal.showProgress?.('');
    if (typeof options['csv'] === 'string') await terminal.writeDocument(options['csv'], `${lines.join('\r\n')}\r\n`);
    return outcome;
  },
};

/** @throws UsageError, Refused for two that are one, or that have one target */
async function bothConnections(
  administration: Administration,
  nameOrId: string | undefined,
  options: Options,
): Promise<readonly [Connection, Connection]> {
  const from = await findConnection(administration, nameOrId);
  const to = await findConnection(administration, required(options, 'to', 'the connection to move to'));
  if (from.target.id === to.target.id) throw new Refused(`${from.name} and ${to.name} have the same Confluence: a move is to another one`);
  return [from, to];
}

/**
 * What a copy is made into: the copy of this one already, or a connection that has nothing yet and applies nothing.
 * @throws Refused: the message says what to do
 */
async function mustTakeCopy(administration: Administration, from: Connection, to: Connection): Promise<void> {
  if (from.copyOf !== undefined)
    throw new Refused(`${from.name} is itself the copy of another connection: its identity provider talks to that one`);
  if (JSON.stringify(from.settings.schemaExtension) !== JSON.stringify(to.settings.schemaExtension))
    throw new Refused(
      `${from.name} and ${to.name} don't declare the same attributes: connection schema set ${to.name} declares those of ${from.name}`,
    );
  if (to.copyOf === from.id) return;
  if (to.settings.apply !== 'dry-run')
    throw new Refused(`${to.name} is not in dry run, so a copy would be applied at once: settings edit ${to.name} --set apply=dry-run`);
  const { users, groups } = administration.directory;
  const counts = await Promise.all([users.listing.count(to), groups.listing.count(to)]);
  const tokens = await administration.connections.listTokens(to.id);
  if (counts.some((count) => count > 0) || tokens.length > 0)
    throw new Refused(`${to.name} has users, groups or tokens of its own: a copy is made into a connection that was just created`);
}

const copy: Command = {
  name: 'move copy',
  positionals: ['CONNECTION'],
  options: TO,
  summary: 'copies all users and groups into another connection, where they are only planned',
  help: `The other connection serves nobody from now on, and must be in dry run: nothing is changed in its Confluence, and sync --dry-run, inspect
and status show what would be. CONNECTION goes on as before. Ids stay what they are. Repeat it as often as you like: what differs is copied.
  npm run admin -- move copy okta --to okta-cloud --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const [from, to] = await bothConnections(administration, nameOrId, options);
    await mustTakeCopy(administration, from, to);
    await administration.moves.beginCopy(from, to);
    const { directory, connections, now } = administration;
    const onProgress = (counts: CopyCounts) => terminal.showProgress?.(inWords(counts));
    const counts = await copyDirectory({ directory, connections, now, correlationId: administration.newId(), onProgress }, from, to);
    terminal.showProgress?.('');
    const next = `sync ${to.name} --dry-run shows what would be done; move switch ${from.name} --to ${to.name} hands the identity provider over.`;
    return { json: { from: from.id, to: to.id, ...counts }, text: `Users and groups: ${inWords(counts)}.\nNext: ${next}` };
  },
};

const switchCommand: Command = {
  name: 'move switch',
  positionals: ['CONNECTION'],
  options: { ...TO, yes: { type: 'boolean', help: 'do not ask' } },
  summary: 'hands the identity provider over to the copy: same address, same tokens, same ids',
  help: `After move copy. For about a minute requests are answered with 503 and are repeated by the identity provider; what came before is copied,
then the tokens are those of the other connection. CONNECTION is disabled: its Confluence stays as it is and hears of no change any more, of
nobody who leaves either. The other one is in dry run until settings edit --set apply=apply. The way back is the same command the other way
round. Interrupted, it is repeated, or connection enable ends it.
  npm run admin -- move switch okta --to okta-cloud --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const [from, to] = await bothConnections(administration, nameOrId, options);
    await mustTakeCopy(administration, from, to);
    if (to.copyOf !== from.id) throw new Refused(`${to.name} is no copy of ${from.name} yet: move copy ${from.name} --to ${to.name}`);
    if (options['yes'] !== true) {
      if (!terminal.interactive)
        throw new UsageError('add --yes: the identity provider is refused for about a minute, and then talks to the other connection');
      if ((await terminal.ask(`Type ${to.name} to let it take over: `)).trim() !== to.name) throw new Refused('not switched');
    }
    const tokens = await switchOver(administration, from, to, (what) => terminal.showProgress?.(what));
    terminal.showProgress?.('');
    const isDryRun = to.settings.apply === 'dry-run';
    return {
      json: { from: from.id, to: to.id, tokens: tokens.map(({ label }) => label) },
      text: [
        `${to.name} serves the identity provider now, with ${tokens.length === 1 ? 'its token' : `its ${tokens.length} tokens`}. ${from.name} is disabled.`,
        `${describeTarget(from.target)} hears of no change any more: who leaves keeps the account there. Close it, or make it read-only.`,
        ...(isDryRun ? [`${to.name} is in dry run still: settings edit ${to.name} --set apply=apply sends everything.`] : []),
        `The way back: move switch ${to.name} --to ${from.name}.`,
      ].join('\n'),
    };
  },
};

export const moveCommands: readonly Command[] = [report, copy, switchCommand];
