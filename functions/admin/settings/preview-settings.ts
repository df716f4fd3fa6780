import type { Connection } from '../../../shared/directory/connection.ts';
import type { Counts, RunDetail } from '../../../shared/directory/runs.ts';
import { policyOf } from '../../../shared/provisioning/policy/policy.ts';
import type { Settings } from '../../../shared/provisioning/settings/settings.ts';
import type { Administration, Terminal } from '../administration.ts';
import type { Outcome } from '../command.ts';
import { availableGroups } from '../groups/available-groups.ts';
import { withoutControls } from '../render.ts';
import { beginRun, followRun } from '../runs/follow-run.ts';

const SHOWN = 200;
const KEPT = 10_000;

/**
 * What other settings would do to the users and groups that are there: a run plans each with the present and with the other settings, and
 * keeps what differs. Nothing is changed. A membership that a user's plan would change is told with the user, one that comes of other
 * names of a group with the group.
 * @throws Refused while the target is paused
 */
export async function previewSettings(
  administration: Administration,
  connection: Connection,
  candidate: Settings,
  terminal: Terminal,
): Promise<Outcome> {
  const given = { kind: 'preview', dryRun: true, scope: { of: 'all' }, candidate: JSON.stringify(candidate) } as const;
  const run = await followRun(administration, connection, await beginRun(administration, connection, given), terminal);
  const { counts, done } = await administration.runs.progress(run);
  const rows: Record<'type' | 'name' | 'now' | 'after', string>[] = [];
  for await (const { type, name, details } of administration.runs.results(run)) {
    if (rows.length >= KEPT) break;
    const now = details.filter(({ side }) => side === 'now');
    const then = details.filter(({ side }) => side !== 'now');
    rows.push({ type, name, now: inWords(now), after: inWords(then) });
  }
  const collisions = await newCollisions(administration, connection, candidate);
  const ended = run.state === 'finished' ? [] : [`The preview has not ended: it is ${run.state}, after ${done} users and groups.`];
  const more = rows.length > SHOWN ? [`The first ${SHOWN} of ${rows.length} rows.`] : [];
  return {
    json: { run: run.id, state: run.state, compared: done, counts, differences: rows, collisions },
    table: rows.slice(0, SHOWN).map(({ type, name, now, after }) => ({ type, name, 'what would change': changeInWords(now, after) })),
    text: [...ended, ...more, totals(counts, done, rows.length), ...collisions.map(collisionSentence)].join('\n'),
    attention: run.state !== 'finished' || collisions.length > 0,
  };
}

interface Collision {
  readonly confluenceGroup: string;
  readonly groups: readonly string[];
}

/** Groups of the IdP that would newly end up as one Confluence group: of a name that nobody has yet the target can't tell it. */
async function newCollisions({ overview }: Administration, { id, settings }: Connection, candidate: Settings): Promise<Collision[]> {
  if (JSON.stringify(settings.groups) === JSON.stringify(candidate.groups)) return [];
  const byName = new Map<string, string[]>();
  for (const { displayName, becomes, conflictsWith } of await availableGroups(policyOf(candidate), overview.groups(id)))
    if (conflictsWith) for (const name of becomes) byName.set(name, [...(byName.get(name) ?? []), displayName]);
  const present = policyOf(settings);
  const isOf = (name: string, displayName: string) => {
    const naming = present.groupNaming(displayName);
    return naming.is === 'names' && naming.names.includes(name);
  };
  return [...byName]
    .map(([confluenceGroup, groups]) => ({ confluenceGroup, groups: [...groups].sort() }))
    .filter(({ confluenceGroup, groups }) => groups.length > 1 && !groups.every((group) => isOf(confluenceGroup, group)));
}

function collisionSentence({ confluenceGroup, groups }: Collision): string {
  return withoutControls(
    `${groups.join(', ')} would all be the Confluence group ${confluenceGroup}: the first of them that is applied gets it, the others are parked.`,
  );
}

function changeInWords(now: string, after: string): string {
  if (now === '') return after;
  return after === '' ? `no longer ${now}` : `${after}; instead of ${now}`;
}

function inWords(details: readonly RunDetail[]): string {
  return details.map(({ kind, text }) => `${kind}: ${text}`).join('; ');
}

/** `Of 1,204 users and groups 12 would fare otherwise: 12 disabled, 40 removed.` */
function totals(counts: Counts, done: number, differing: number): string {
  if (differing === 0) return `Of ${done} users and groups none would fare otherwise.`;
  const parts = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return `Of ${done} users and groups ${differing} would fare otherwise${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`;
}
