import type { World as NamesWorld } from './group-names.ts';
import type { World as MembershipWorld } from './membership.ts';

/** So much may happen beside the system's own steps. */
const once = { ops: 2, crash: 1, late: 1, spurious: 0, admin: 0, adminCrash: 0, engage: 0, forget: 0, sync: 0 };

/** Decisions 14, 16 and 18. */
export const membershipWorlds = {
  'a user and the brake': {
    ops: ['active', 'delete'],
    brake: true,
    absent: true,
    left: { ...once, ops: 3, crash: 0, engage: 2, admin: 2, spurious: 1, noAdminCrash: 1 },
  },
  'a membership and the brake': {
    ops: ['remove', 'add', 'delete'],
    brake: true,
    left: { ...once, engage: 1, admin: 1, late: 0, crash: 0, noAdminCrash: 1 },
  },
  'groups kept back': { ops: ['active', 'remove'], remove: true, left: { ...once } },
  'groups kept back, deleted': { ops: ['active', 'delete'], remove: true, left: { ...once, late: 0 } },
  'groups kept back, and the brake': {
    ops: ['active'],
    remove: true,
    brake: true,
    left: { ...once, engage: 1, forget: 1, late: 0 },
  },
  'groups kept back, and rejected': {
    ops: ['active'],
    remove: true,
    brake: true,
    left: { ...once, ops: 1, engage: 1, admin: 1, forget: 1, late: 0 },
  },
  'people only from a group': { ops: ['add', 'remove', 'active'], only: true, left: { ...once, late: 0 } },
  'people only from a group, and the brake': {
    ops: ['remove'],
    only: true,
    brake: true,
    left: { ...once, ops: 1, engage: 1, admin: 1, late: 0 },
  },
  Synchronize: { ops: ['add', 'remove', 'active'], remove: true, drift: true, left: { ...once, sync: 1, late: 0 } },
  'Synchronize and the brake': {
    ops: ['add', 'remove'],
    brake: true,
    drift: true,
    left: { ...once, sync: 1, late: 0, crash: 0, engage: 1, admin: 1 },
  },
} satisfies Record<string, MembershipWorld>;

const change = { ops: 1, settings: 1, crash: 1, late: 1, spurious: 0 };

/** Decision 15: `settings[number][group]` are the names that a group gets. */
export const namesWorlds = {
  'a name more': {
    settings: [
      [['X'], []],
      [['X', 'Y'], []],
    ],
    ops: ['add0', 'remove0'],
    left: { ...change, ops: 2 },
  },
  'the lock is lost': {
    settings: [
      [['X', 'Y'], []],
      [['Y'], []],
    ],
    ops: ['add0', 'remove0'],
    left: { ...change, ops: 2 },
  },
  'another name': {
    settings: [
      [['X'], []],
      [['Y'], []],
    ],
    ops: ['add0', 'remove0', 'delete0'],
    left: change,
  },
  'another name and back': {
    settings: [
      [['X'], []],
      [['Y'], []],
    ],
    ops: ['remove0'],
    left: { ...change, settings: 2, back: 1, crash: 0 },
  },
  'no name and back': {
    settings: [
      [['X'], []],
      [[], []],
    ],
    ops: ['add0', 'remove0'],
    left: { ...change, settings: 2, back: 1, crash: 0 },
  },
  'the lock goes to another group': {
    settings: [
      [['X'], ['Z']],
      [['Y'], ['X']],
    ],
    second: true,
    ops: ['remove0'],
    left: { ...change, crash: 0 },
  },
  'two exchange names': {
    settings: [
      [['X'], ['Y']],
      [['Y'], ['X']],
    ],
    second: true,
    ops: ['remove0', 'add1'],
    left: { ...change, crash: 0, late: 0 },
  },
  'a deleted group whose name was taken over': {
    settings: [
      [[], ['X']],
      [[], ['Y']],
    ],
    second: true,
    tombstone: ['X'],
    ops: ['add1', 'remove1'],
    left: { ...change, crash: 0 },
  },
  'a deleted group that works under another lock': {
    settings: [
      [[], ['Z']],
      [[], ['Z', 'Y']],
    ],
    second: true,
    tombstone: ['X', 'Y'],
    members: [true, true],
    ops: ['remove1'],
    left: { ...change, crash: 0 },
  },
} satisfies Record<string, NamesWorld>;
