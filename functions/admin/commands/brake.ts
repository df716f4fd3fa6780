import type { HeldAs, HeldChange } from '../../../shared/directory/brake.ts';
import type { Connection } from '../../../shared/directory/connection.ts';
import type { Administration, Terminal } from '../administration.ts';
import { type Command, type Options, Refused, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { rejectHeld, releaseHeld } from '../safety/decide-held.ts';

/** So many are listed; all are counted. */
const LISTED = 500;

interface HeldOfConnection {
  readonly connection: string;
  readonly name: string;
  readonly engaged?: { readonly since: string; readonly limit: number; readonly users: number };
  /** Distinct accounts that have lost access within the last hour. */
  readonly counted: number;
  readonly count: number;
  readonly more: boolean;
  readonly changes: readonly HeldChange[];
}

async function heldOf({ brake, heldChanges }: Administration, { id, name }: Connection, as: HeldAs): Promise<HeldOfConnection> {
  const changes: HeldChange[] = [];
  for await (const page of heldChanges.pages(id, as)) {
    changes.push(...page.slice(0, LISTED - changes.length));
    if (changes.length >= LISTED) break;
  }
  const { engaged, counted } = await brake.read(id);
  const all = changes.length < LISTED ? { count: changes.length, more: false } : await heldChanges.count(id, as);
  const why = engaged && { since: engaged.since, limit: engaged.limit, users: engaged.users };
  return { connection: id, name, counted, ...all, changes, ...(why && { engaged: why }) };
}

const show: Command = {
  name: 'brake show',
  positionals: ['[CONNECTION]'],
  options: { rejected: { type: 'boolean', help: 'what was rejected and stays as it is, instead of what is held' } },
  summary: 'whom the mass-deprovisioning brake keeps from losing access, and since when',
  help: `When more people were to lose access within an hour than the settings allow (brake.share of the connection's users, at least
brake.atLeast), the brake goes on: everything of the kind is held until you decide. Exit code 4 says that something is held.
  brake release CONNECTION   the identity provider means it: everything held is applied
  brake reject CONNECTION    it was a mistake: everybody keeps what they have until the identity provider says something new about them`,
  async run(administration, [nameOrId], options) {
    const as: HeldAs = options['rejected'] === true ? 'rejected' : 'held';
    const connections = nameOrId === undefined ? await administration.connections.list() : [await findConnection(administration, nameOrId)];
    const all: HeldOfConnection[] = [];
    for (const connection of connections) all.push(await heldOf(administration, connection, as));
    const table = all.flatMap(({ name: connection, changes }) =>
      changes.map(({ type, name = '', id, member, what, since }) => ({
        ...{ connection, type, name: member ? (member.name ?? '') : name, what: member ? `${what} ${name}` : what },
        ...{ since, id: member ? member.id : id },
      })),
    );
    return {
      json: all,
      table,
      text: all.map((one) => sentence(one, as)).join('\n') || 'No connection yet.',
      attention: as === 'held' && all.some(({ engaged, count }) => engaged !== undefined || count > 0),
    };
  },
};

function sentence({ name, engaged, counted, count, more, changes }: HeldOfConnection, as: HeldAs): string {
  const state = engaged
    ? `ON since ${engaged.since}: more than ${engaged.limit} of ${engaged.users} users were to lose access within an hour.`
    : `off; ${counted} ${counted === 1 ? 'account has' : 'accounts have'} lost access within the last hour.`;
  const listed = changes.length < count || more ? `, the first ${changes.length} listed` : '';
  const decide =
    as === 'held' && count > 0 ? ` brake release ${name} applies them, brake reject ${name} leaves everybody as they are.` : '';
  return `${name}: the brake is ${state} ${more ? `More than ${count}` : count} ${as}${listed}.${decide}`;
}

const release: Command = {
  name: 'brake release',
  positionals: ['CONNECTION'],
  options: {
    rejected: { type: 'boolean', help: 'what was rejected, instead of what is held' },
    yes: { type: 'boolean', help: 'does not ask' },
  },
  summary: 'applies what the brake holds: these people lose access',
  help: `Everything that is held goes through, without being counted, and the brake is off. The hour begins anew: when as many more are to lose
access, it goes on again. May be interrupted and run again: what was not reached is still held.`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const as: HeldAs = options['rejected'] === true ? 'rejected' : 'held';
    const { count, more } = await administration.heldChanges.count(connection.id, as);
    const changes = `${more ? `more than ${count}` : count} ${as} ${count === 1 ? 'change' : 'changes'}`;
    if (count > 0 || as === 'held')
      await confirm(terminal, options, `Apply ${changes} of ${connection.name}: people lose access in Confluence?`);
    const released = await releaseHeld(administration, connection.id, as, administration.newId());
    return {
      json: { connection: connection.id, released },
      text: `${released} ${released === 1 ? 'change is' : 'changes are'} on the way; status shows when they have arrived.`,
    };
  },
};

const reject: Command = {
  name: 'brake reject',
  positionals: ['CONNECTION'],
  options: { yes: { type: 'boolean', help: 'does not ask' } },
  summary: 'leaves in Confluence as it is what the brake holds',
  help: `For a mistake in the identity provider: mend it there too. Each person keeps what they have until the identity provider says something new
about them; that is applied like any other change. The brake is off and the hour begins anew. brake show --rejected lists them,
brake release CONNECTION --rejected applies them after all. May be interrupted and run again.`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const { count, more } = await administration.heldChanges.count(connection.id, 'held');
    const changes = `${more ? `more than ${count}` : count} held ${count === 1 ? 'change' : 'changes'}`;
    await confirm(terminal, options, `Leave ${changes} of ${connection.name} unapplied: these people keep access?`);
    const rejected = await rejectHeld(administration, connection.id);
    return {
      json: { connection: connection.id, rejected },
      text: `${rejected} ${rejected === 1 ? 'change is' : 'changes are'} rejected; brake show ${connection.name} --rejected lists them.`,
    };
  },
};

/** @throws UsageError where nobody can be asked, Refused when the answer is no */
async function confirm(terminal: Terminal, options: Options, question: string): Promise<void> {
  if (options['yes'] === true) return;
  if (!terminal.interactive) throw new UsageError(`${question} Add --yes: nobody can be asked here.`);
  const answer = await terminal.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new Refused('nothing was changed');
}

export const brakeCommands: readonly Command[] = [show, release, reject];
