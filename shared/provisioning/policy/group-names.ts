import { groupNameOf } from '../naming.ts';
import type { GroupSettings } from '../settings/group-settings.ts';
import type { NotNamed, Step } from './step.ts';

export type GroupNaming =
  | {
      readonly is: 'names';
      /** The Confluence groups it is; the first is the message group, and the lock, of a group that is not bound yet. */
      readonly names: readonly [string, ...string[]];
      /** An administrator has named these groups in the map: they may be linked whatever the linking rule says. */
      readonly mapped: boolean;
      readonly steps: readonly Step[];
    }
  | NotNamed;

/** The Confluence groups that a SCIM group is, by the connection's settings. */
export function groupNaming(_settings: GroupSettings, displayName: string): GroupNaming {
  return { is: 'names', names: [groupNameOf(displayName)], mapped: false, steps: [] };
}
