import type { GroupId, UserId } from '../../directory/ids.ts';
import { type GroupItem, SMALL_CHANGE_MEMBERS } from '../../directory/items.ts';
import type { Layer } from '../../directory/members/membership-word.ts';
import { messageGroupOfGroup } from '../name-in-target.ts';
import { goOn, type Work } from '../work.ts';

/** What one transaction carries beside the header's check: item and pointer each (DELIVERY §3, sizes). */
const STEP = SMALL_CHANGE_MEMBERS;

/** `sliced`: time is over, the cursor says how far it got. `moved`: the header changed, begin again. */
export type Expansion = 'done' | 'sliced' | 'moved';

/**
 * Expands the oldest layer of a group into its member items: DELIVERY §3.5, removals before additions. Idempotent.
 * @param onWritten told of each step that was written, so that it can be applied without waiting for an index
 */
export async function expandOldestLayer(
  work: Pick<Work, 'delivery' | 'proceed'>,
  group: GroupItem,
  layer: Layer,
  onWritten: (members: readonly UserId[], wanted: 'present' | 'absent') => Promise<void>,
): Promise<Expansion> {
  const { layers } = work.delivery;
  const cursor = parseCursor(await layers.cursor(group), layer.id);
  for (const wanted of ['absent', 'present'] as const) {
    if (wanted === 'absent' && cursor.wanted === 'present') continue;
    const after = wanted === cursor.wanted ? cursor.after : undefined;
    let last = after;
    for await (const members of steps(work, group, layer, wanted, after)) {
      if (!work.proceed()) {
        await layers.saveCursor(group, `${layer.id} ${wanted} ${last ?? ''}`);
        return 'sliced';
      }
      const written = await layers.expand(group, layer, members, wanted);
      if (written === undefined) return 'moved';
      last = members.at(-1);
      await onWritten(written, wanted);
    }
  }
  return (await layers.drop(group, layer)) ? 'done' : 'moved';
}

/**
 * The part of a group's work that needs no target. While the target is paused the layers are expanded all the same, else the IdP
 * would be refused its ninth large change (DELIVERY §3.2).
 */
export async function expandWithoutTarget(
  work: Pick<Work, 'delivery' | 'proceed' | 'queue' | 'change' | 'messageGroup' | 'connection' | 'policy'>,
  id: GroupId,
): Promise<void> {
  for (;;) {
    const group = await work.delivery.resources.group(work.connection.id, id);
    if (group?.state !== 'live' || group.layers.length === 0 || messageGroupOfGroup(work, group) !== work.messageGroup) return;
    const [oldest] = (await work.delivery.layers.contents({ ...group, layers: group.layers.slice(0, 1) })) ?? [];
    const expansion = oldest ? await expandOldestLayer(work, group, oldest, () => Promise.resolve()) : 'moved';
    if (expansion === 'done') continue;
    return goOn(work);
  }
}

/** Whom a layer takes out or brings in, in the order of their ids, up to 48 at a time. */
async function* steps(
  work: Pick<Work, 'delivery'>,
  group: GroupItem,
  layer: Layer,
  wanted: 'present' | 'absent',
  after: UserId | undefined,
): AsyncGenerator<UserId[]> {
  if (wanted === 'present') yield* inSteps([...layer.add].sort(), after);
  else if (!layer.replaces) yield* inSteps([...layer.remove].sort(), after);
  else {
    // "a replacing layer speaks about everybody"
    let step: UserId[] = [];
    for await (const { userId, wanted: now } of work.delivery.memberships.all(group.connection, group.id, after)) {
      if (layer.add.has(userId) || now === 'absent') continue;
      step.push(userId);
      if (step.length < STEP) continue;
      yield step;
      step = [];
    }
    if (step.length > 0) yield step;
  }
}

function* inSteps(sorted: readonly UserId[], after: UserId | undefined): Generator<UserId[]> {
  const first = after === undefined ? 0 : sorted.findIndex((id) => id > after);
  if (first < 0) return;
  for (let from = first; from < sorted.length; from += STEP) yield sorted.slice(from, from + STEP);
}

/** A cursor of another layer says nothing. */
function parseCursor(text: string | undefined, layer: string): { wanted: 'present' | 'absent'; after?: UserId } {
  const [of, wanted, after = ''] = text?.split(' ') ?? [];
  if (of !== layer || (wanted !== 'present' && wanted !== 'absent')) return { wanted: 'absent' };
  return after === '' ? { wanted } : { wanted, after: after as UserId };
}
