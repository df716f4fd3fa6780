import type { GroupId } from '../../shared/directory/ids.ts';
import { type SettingsChange, settingsOf } from '../settings-of.ts';
import type { World } from './harness.ts';

/**
 * Changes the settings and marks these groups as pending, as a settings change does; nothing is delivered.
 * @param sends false: the process dies between a mark and its message
 */
export async function changeSettings(
  world: World,
  change: SettingsChange,
  groups: readonly GroupId[],
  sends: () => boolean = () => true,
): Promise<void> {
  const read = await world.connections.get(world.connection.id);
  if (!read) throw new Error('no connection');
  const author = { by: 'pat', at: new Date(world.clock.now).toISOString() };
  await world.connections.changeSettings(read, settingsOf(change), author);
  for (const id of groups) {
    const group = await world.group(id);
    const marked = group && (await world.delivery.resources.again(group, 'parked too'));
    if (!marked || !sends()) continue;
    const { messageGroup, connection, resource, correlationId } = marked;
    await world.queue.send(messageGroup, { v: 1, connection, resource, correlationId, reason: 'woken' });
  }
}
