import type { Settings } from '../../provisioning/settings/settings.ts';
import type { TargetCapabilities, TargetReport } from '../target.ts';

/** The same for every organisation, but for the seats: they are counted by the access groups. */
export function capabilitiesOf({ accessGroups }: Settings['target']['organization']): TargetCapabilities {
  return {
    createAccount: true,
    updateProfile: false,
    changeStatus: true,
    deleteAccount: true,
    createGroup: true,
    deleteGroup: true,
    changeMembers: true,
    findByEmail: true,
    countSeats: accessGroups.length > 0,
    tellSeatLimit: false,
    renameAccount: false,
    renameGroup: false,
  };
}

/** Why not, for each that is false. */
export function limitsOf({ countSeats }: TargetCapabilities): NonNullable<TargetReport['limits']> {
  return {
    updateProfile: 'A full name and an e-mail address at Atlassian are their owner’s to change.',
    ...(!countSeats && { countSeats: 'Seats are counted by the access groups, and none is set: target.organization.accessGroups.' }),
    tellSeatLimit: 'No call tells how many seats the plan has: set seats.limit.',
    renameAccount: 'An account keeps the name it was bound by; its owner may change the e-mail address.',
    renameGroup:
      'A group keeps its name; with groups.onRename "move" its members move to a new one. Permissions that the old group was given do not.',
  };
}
