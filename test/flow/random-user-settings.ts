import type { SettingsChange } from '../settings-of.ts';

/** How the settings of users are in a random walk, whose groups are staff and team. */
export const userSettingsOfWalks: readonly NonNullable<SettingsChange['users']>[] = [
  { groupsOnDeactivate: { do: 'remove' } },
  { onlyFromGroups: ['staff'] },
  { onlyFromGroups: ['Staff'], groupsOnDeactivate: { do: 'remove' }, defaultGroups: { allUsers: ['everybody'] } },
];
