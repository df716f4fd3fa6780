import type { World as NamesWorld } from './group-names.ts';
import type { World as MembershipWorld } from './membership.ts';
import type { SettlingWorld } from './settling.ts';

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

const rename = { ops: 2, settings: 0, crash: 1, late: 1, spurious: 0 };

/** Decision 24, groups that move: `renames[group]` are the displayNames that the IdP may give, the first of which it has. */
export const moveWorlds = {
  'renamed, emptied or deleted meanwhile': {
    settings: [],
    renames: [['X', 'Y']],
    ops: ['rename0', 'remove0', 'add0', 'deleteUser', 'delete0'],
    left: rename,
  },
  'renamed, and back, and again': {
    settings: [],
    renames: [['X', 'Y']],
    ops: ['rename0', 'remove0', 'deleteUser'],
    left: { ...rename, ops: 3, crash: 0 },
  },
  'renamed again, to what can’t be had': {
    settings: [],
    renames: [['X', 'Y', 'F']],
    foreign: ['F'],
    ops: ['rename0', 'remove0'],
    left: rename,
  },
  'somebody else is in the old group': { settings: [], renames: [['X', 'Y']], byHand: ['X'], ops: ['rename0', 'remove0'], left: rename },
  'another takes the old name': {
    settings: [],
    renames: [
      ['X', 'Y'],
      ['Z', 'X'],
    ],
    second: true,
    members: [true, true],
    ops: ['rename0', 'rename1', 'remove0'],
    left: { ...rename, crash: 0 },
  },
  'another is created with the old name': {
    settings: [],
    renames: [['X', 'Y'], ['X']],
    ops: ['rename0', 'create1', 'delete0'],
    left: { ...rename, crash: 0 },
  },
  'two exchange names': {
    settings: [],
    renames: [
      ['X', 'B', 'Y'],
      ['Y', 'X'],
    ],
    second: true,
    ops: ['rename0', 'rename1'],
    left: { ...rename, ops: 3, crash: 0, late: 0 },
  },
  'two connections': {
    settings: [],
    renames: [
      ['X', 'Y'],
      ['Z', 'X'],
    ],
    second: true,
    connections: 2,
    ops: ['rename0', 'rename1', 'delete0'],
    left: { ...rename, crash: 0 },
  },
} satisfies Record<string, NamesWorld>;

const few = { ops: 2, crash: 2, late: 1 };
const said = ['active', 'inactive', 'deleted'] as const;

/** Decision 24, what is not seen yet. */
export const settlingWorlds = {
  'made now': { ops: said, left: few },
  'made after a long wait': { ops: said, waited: true, left: few },
  'made a moment ago': { ops: said, made: true, left: few },
  'somebody else’s': { ops: said, hand: 'seen', left: { ...few, crash: 0, late: 0 } },
  'somebody else’s, seen later': { ops: said, hand: 'unseen', left: { ...few, crash: 0, late: 0 } },
  'somebody else’s, never seen': { ops: said, hand: 'never seen', left: { ...few, crash: 1, late: 0 } },
} satisfies Record<string, SettlingWorld>;
