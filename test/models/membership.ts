import { copy, type Model, type Step } from './explore.ts';

// One user, one group, the membership of the one in the other, the brake and its administrator: decisions 14, 16 and 18. One step is one
// request to the table, one call to the target, one step of an administrator, or a crash. Messages are not in the state: a worker may begin
// wherever something is pending, and `spurious` times where nothing is. `u` has the lock of the account, `m` that of the group.

type Marker = '' | 'pending' | 'waiting' | 'held' | 'rejected';
interface User {
  st: 'live' | 'tombstone' | 'gone';
  active: boolean;
  marker: Marker;
  applied: boolean;
  withheld: boolean;
  bound: boolean;
  era: number;
  byAdmin: boolean;
}
interface Member {
  wanted: boolean;
  marker: Marker;
  era: number;
  byAdmin: boolean;
}
/** What a worker has read, and whether revision and token are still the same. */
interface UserRead {
  st: User['st'];
  active: boolean;
  marker: Marker;
  withheld: boolean;
  bound: boolean;
  sameRevision: boolean;
  same: boolean;
}
interface MemberRead {
  wanted: boolean;
  marker: Marker;
  same: boolean;
}
type Worker = {
  pc: string;
  todo: string[];
  user?: UserRead;
  member?: MemberRead | null;
  excluded?: boolean;
  order?: number;
  sync?: boolean;
  actual?: boolean;
  newest?: { st: User['st']; marker: Marker; withheld: boolean };
};
interface Admin {
  does: 'release' | 'reject' | 'release rejected';
  pc: string;
  found: ('user' | 'member')[];
  same?: boolean;
}
interface State {
  user: User;
  member: Member | null;
  usable: boolean | null;
  isIn: boolean;
  drift: boolean;
  brake: { on: boolean; permitted: boolean; era: number };
  u: Worker | null;
  m: Worker | null;
  admin: Admin | null;
  late: { by: 'u' | 'm'; call: string }[];
  left: Record<string, number>;
}

/** What the code does. A rule that is off shows what it is for. */
export const RULES = {
  holdIfRead: true,
  holdIfOn: true,
  holdIfUserAsRead: true,
  leaveHeld: true,
  releaseIfRead: true,
  permitFirst: true,
  rejectIfRead: true,
  withholdIfUserAsRead: true,
  clearIfUserAsRead: true,
  unapplied: true,
  wakeBeforeClear: true,
  wakeHeld: true,
  admitFirst: true,
  admit: true,
  likeUser: true,
  syncIfRead: true,
  userClearIfRead: true,
  latesHoldLock: true,
  wakeTombstoneHeld: true,
  wakeLeavesHeld: true,
  wakeLeavesRejected: true,
};
type Rules = typeof RULES;
export interface World {
  ops: string[];
  left: Record<string, number>;
  remove?: boolean;
  only?: boolean;
  brake?: boolean;
  unbound?: boolean;
  drift?: boolean;
  absent?: boolean;
  noStale?: boolean;
}

export function membershipModel(world: World, given: Partial<Rules> = {}): Model<State> {
  const rules = { ...RULES, ...given };
  const initial: State = {
    user: {
      st: 'live',
      active: true,
      marker: world.unbound ? 'pending' : '',
      applied: !world.unbound,
      withheld: false,
      bound: !world.unbound,
      era: 0,
      byAdmin: false,
    },
    member: world.absent ? null : { wanted: true, marker: world.unbound ? 'pending' : '', era: 0, byAdmin: false },
    usable: world.unbound ? null : true,
    isIn: !world.unbound && !world.drift && !world.absent,
    drift: world.drift === true,
    brake: { on: false, permitted: false, era: 0 },
    u: null,
    m: null,
    admin: null,
    late: [],
    left: { ...world.left },
  };
  const wantsAccess = (s: State) => s.user.st === 'live' && s.user.active && (!world.only || s.member?.wanted === true);
  const heldMarker = (m: Marker) => m === 'held' || m === 'rejected';
  const isAtRest = (s: State) =>
    !s.u &&
    !s.m &&
    !s.admin &&
    s.late.length === 0 &&
    s.user.marker !== 'pending' &&
    s.member?.marker !== 'pending' &&
    (s.user.st !== 'tombstone' || s.user.marker !== '' || s.member !== null);

  function violation(s: State): string | undefined {
    const { user, member } = s;
    const wants = wantsAccess(s);
    if (!heldMarker(user.marker) && user.st !== 'gone') {
      if (wants && s.usable !== true) return 'who should have access has none, and nothing is marked';
      if (!wants && s.usable === true) return 'who should have no access has it, and nothing is marked';
      if (world.remove && user.st === 'live' && user.bound && user.withheld !== !wants)
        return 'groups are kept back by a state that is over';
    }
    if (user.st === 'gone' && s.usable) return 'a deleted person has access, and the tombstone is gone';
    if (heldMarker(user.marker) && wants && s.usable !== true) return 'what gives access is held';
    if (heldMarker(user.marker) && wants && !world.noStale) return 'a change that is over is held (user)';
    const isWish = user.st === 'live' && member?.wanted === true && !user.withheld;
    const marker = member?.marker ?? '';
    if (isWish && !s.isIn && !s.drift && user.bound)
      return marker === 'waiting'
        ? 'a membership waits for ever'
        : marker === ''
          ? 'a membership is lost, and nothing is marked'
          : `a membership that is wanted is lost while it is ${marker}`;
    if (!isWish && s.isIn && !heldMarker(marker) && !(heldMarker(user.marker) && user.st === 'tombstone'))
      return 'a membership stays that nobody wants, and nothing is marked';
    if (isWish && heldMarker(marker) && !world.noStale) return 'a change that is over is held (membership)';
    if (world.left['noAdminCrash'] && !s.brake.on && (user.marker === 'held' || marker === 'held'))
      return 'held, and the brake is off: no administrator is asked';
    return undefined;
  }

  function next(s: State): Step<State>[] {
    const out: Step<State>[] = [];
    const step = (label: string, change: (t: State) => unknown, costs?: string) => {
      if (costs && !((s.left[costs] as number) > 0)) return;
      const t = copy(s);
      if (costs) t.left[costs] = (t.left[costs] as number) - 1;
      const wrong = change(t);
      out.push({ label, state: t, ...(typeof wrong === 'string' && { wrong }) });
    };
    const changed = {
      user(t: State, revision = true) {
        const r = t.u?.user;
        if (r) {
          r.same = false;
          if (revision) r.sameRevision = false;
        }
        if (t.admin?.found[0] === 'user') t.admin.same = false;
      },
      member(t: State) {
        for (const w of [t.u, t.m]) if (w?.member) w.member.same = false;
        if (t.admin?.found[0] === 'member') t.admin.same = false;
      },
    };
    const markUser = (t: State) => {
      t.user.marker = 'pending';
      changed.user(t, false);
    };
    const markMember = (t: State) => {
      if (t.member) {
        t.member.marker = 'pending';
        changed.member(t);
      }
    };
    const said = (t: State) => {
      t.user.byAdmin = false;
      if (t.member) t.member.byAdmin = false;
    };

    // The identity provider
    const may = (op: string) => world.ops.includes(op) && (s.left['ops'] as number) > 0;
    if (s.user.st === 'live') {
      if (may('active'))
        step(
          `IdP: active=${!s.user.active}`,
          (t) => {
            t.user.active = !t.user.active;
            t.user.marker = 'pending';
            changed.user(t);
            said(t);
          },
          'ops',
        );
      if (may('profile'))
        step(
          'IdP: another profile',
          (t) => {
            t.user.marker = 'pending';
            changed.user(t);
            said(t);
          },
          'ops',
        );
      if (may('delete'))
        step(
          'IdP: delete user',
          (t) => {
            t.user.st = 'tombstone';
            t.user.marker = 'pending';
            changed.user(t);
            said(t);
          },
          'ops',
        );
      if (may('add') && s.member?.wanted !== true)
        step(
          'IdP: add member',
          (t) => {
            t.member = { wanted: true, marker: 'pending', era: 0, byAdmin: false };
            changed.member(t);
            said(t);
          },
          'ops',
        );
    }
    if (may('remove') && s.member?.wanted && s.user.st !== 'gone')
      step(
        'IdP: remove member',
        (t) => {
          t.member = { wanted: false, marker: 'pending', era: 0, byAdmin: false };
          changed.member(t);
          said(t);
        },
        'ops',
      );
    if (may('hand') && s.isIn)
      step(
        'somebody takes the account out of the group',
        (t) => {
          t.isIn = false;
          t.drift = true;
        },
        'ops',
      );
    if (s.user.st === 'tombstone' && s.user.marker === '' && !s.member && !s.u && !s.m)
      step('the tombstone is purged', (t) => {
        t.user = { ...t.user, st: 'gone', marker: '', applied: false };
      });

    // The administrator
    if (world.brake && !s.admin) {
      const some = (m: Marker) => s.user.marker === m || s.member?.marker === m;
      if (s.brake.on || some('held'))
        for (const does of ['release', 'reject'] as const)
          step(
            `admin: ${does}`,
            (t) => {
              t.admin = { does, pc: 'reset', found: [] };
            },
            'admin',
          );
      if (some('rejected'))
        step(
          'admin: release rejected',
          (t) => {
            t.admin = { does: 'release rejected', pc: 'scan', found: [] };
          },
          'admin',
        );
    }
    if (s.admin) administer(s.admin);
    if (s.brake.permitted)
      step(
        'a day passes: the permission is forgotten',
        (t) => {
          t.brake.permitted = false;
        },
        'forget',
      );

    // Workers begin
    const free = (by: 'u' | 'm') => !s[by] && !(rules.latesHoldLock && s.late.some((c) => c.by === by));
    if (free('u') && s.user.st !== 'gone') {
      if (s.user.marker === 'pending')
        step('u begins', (t) => {
          t.u = { pc: 'read', todo: [] };
        });
      else
        step(
          'u begins, an old message',
          (t) => {
            t.u = { pc: 'read', todo: [] };
          },
          'spurious',
        );
      step(
        'u begins for Synchronize',
        (t) => {
          t.u = { pc: 'read', todo: [], sync: true };
        },
        'sync',
      );
    }
    if (free('m') && s.member) {
      const orders = s.member.marker === 'pending' ? [0, 1] : [0];
      for (const order of orders) {
        const begin = (t: State) => {
          t.m = { pc: order ? 'user' : 'member', todo: [], order };
        };
        if (s.member.marker === 'pending') step(`m begins${order ? ', user first' : ''}`, begin);
        else step('m begins, an old message', begin, 'spurious');
      }
    }
    if (s.u) userWorker(s.u);
    if (s.m) memberWorker(s.m);
    s.late.forEach((c, i) => {
      step(`late ${c.call} lands`, (t) => {
        t.late.splice(i, 1);
        effect(t, c.call);
      });
      step(`late ${c.call} never lands`, (t) => {
        t.late.splice(i, 1);
      });
    });
    return out;

    function effect(t: State, call: string) {
      if (call === 'create') t.usable ??= true;
      if (call === 'enable' && t.usable !== null) t.usable = true;
      if (call === 'disable' && t.usable !== null) t.usable = false;
      if (call === 'add') {
        t.isIn = true;
        t.drift = false;
      }
      if (call === 'remove') t.isIn = false;
    }
    function call(who: 'u' | 'm', name: string, then: (t: State) => void) {
      step(`${who} calls ${name}`, (t) => {
        effect(t, name);
        then(t);
        if (name === 'disable' && t.user.byAdmin && !wantsAccess(t))
          return 'an account is disabled although an administrator rejected that';
        if (name === 'remove' && t.member?.byAdmin) return 'a member is removed although an administrator rejected that';
        if (name === 'remove' && t.user.byAdmin && t.user.st === 'tombstone' && t.member?.wanted)
          return 'a member is removed although an administrator rejected the deletion';
        return undefined;
      });
      step(
        `${who} calls ${name}: no answer`,
        (t) => {
          t[who] = null;
          t.late.push({ by: who, call: name });
        },
        'late',
      );
    }
    function ask(who: 'u' | 'm') {
      const go = (t: State) => {
        (t[who] as Worker).todo.shift();
      };
      const hold = (t: State) => {
        (t[who] as Worker).todo = ['hold'];
      };
      if (!world.brake || s.brake.permitted) return step(`${who} asks the brake: yes`, go);
      if (s.brake.on) return step(`${who} asks the brake: no`, hold);
      step(`${who} asks the brake: counted`, (t) => {
        t.brake.permitted = true;
        go(t);
      });
      step(
        `${who} asks the brake: it goes on`,
        (t) => {
          t.brake.on = true;
          t.brake.era += 1;
          hold(t);
        },
        'engage',
      );
    }

    function administer(a: Admin) {
      step(
        'admin stops',
        (t) => {
          t.admin = null;
          if (t.left['noAdminCrash']) t.left['noAdminCrash'] = 0;
        },
        'adminCrash',
      );
      const as: Marker = a.does === 'release rejected' ? 'rejected' : 'held';
      if (a.pc === 'reset')
        return step('admin: the brake is off', (t) => {
          t.brake.on = false;
          (t.admin as Admin).pc = 'scan';
        });
      if (a.pc === 'scan')
        return step('admin: lists', (t) => {
          const x = t.admin as Admin;
          const old = (era: number) => as === 'rejected' || !t.brake.on || era < t.brake.era;
          x.found = [];
          if (t.user.marker === as && old(t.user.era)) x.found.push('user');
          if (t.member?.marker === as && old(t.member.era)) x.found.push('member');
          if (x.found.length === 0) {
            t.admin = null;
            return;
          }
          x.pc = 'take';
        });
      const what = a.found[0] as 'user' | 'member';
      if (a.pc === 'take')
        return step(`admin: reads ${what}${a.does === 'reject' || !rules.permitFirst ? '' : ', permits'}`, (t) => {
          const x = t.admin as Admin;
          if (t[what]?.marker !== as) {
            x.found.shift();
            x.pc = x.found.length ? 'take' : 'scan';
            return;
          }
          if (a.does !== 'reject' && rules.permitFirst) t.brake.permitted = true;
          x.same = true;
          x.pc = 'mark';
        });
      if (a.pc === 'mark')
        return step(`admin: ${a.does === 'reject' ? 'rejects' : 'releases'} ${what}`, (t) => {
          const x = t.admin as Admin;
          const item = t[what];
          const same = a.does === 'reject' ? rules.rejectIfRead : rules.releaseIfRead;
          if (item && (x.same || !same) && (what !== 'user' || t.user.st !== 'gone')) {
            if (a.does === 'reject') {
              item.marker = 'rejected';
              item.byAdmin = true;
            } else {
              item.byAdmin = false;
              if (what === 'user') {
                markUser(t);
                if (t.member) t.member.byAdmin = false;
              } else markMember(t);
            }
          }
          x.found.shift();
          x.pc = x.found.length ? 'take' : 'scan';
          if (a.does !== 'reject' && !rules.permitFirst) x.pc = `permit ${x.pc}`;
        });
      if (a.pc.startsWith('permit '))
        return step('admin: permits', (t) => {
          t.brake.permitted = true;
          (t.admin as Admin).pc = a.pc.slice(7);
        });
    }

    function userWorker(w: Worker) {
      const me = (t: State) => t.u as Worker;
      const begin = (t: State) => {
        t.u = { pc: 'read', todo: [], ...(w.sync && { sync: true }) };
      };
      const finish = (t: State) => {
        if (w.sync && t.user.st === 'live' && t.user.bound) t.u = { pc: 'actual', todo: [], sync: true };
        else t.u = null;
      };
      step(
        'u crashes',
        (t) => {
          t.u = null;
        },
        'crash',
      );
      if (w.pc === 'read')
        return step('u reads the user', (t) => {
          const x = t.user;
          if (x.st === 'gone' || (rules.leaveHeld && heldMarker(x.marker))) {
            t.u = null;
            return;
          }
          me(t).user = {
            st: x.st,
            active: x.active,
            marker: x.marker,
            withheld: x.withheld,
            bound: x.bound,
            sameRevision: true,
            same: true,
          };
          me(t).pc = world.only ? 'groups' : 'account';
        });
      if (w.pc === 'groups')
        return step('u reads the memberships', (t) => {
          me(t).excluded = t.member?.wanted !== true;
          me(t).pc = 'account';
        });
      if (w.pc === 'account')
        return step('u reads the account', (t) => {
          const x = me(t);
          const r = x.user as UserRead;
          x.pc = 'do';
          const wanted = r.st === 'live' && r.active && !x.excluded;
          const todo: string[] = [];
          if (wanted) {
            if (t.usable === null) todo.push('create');
            if (!r.bound) todo.push('record');
            if (t.usable === false) todo.push('enable');
            if (r.withheld) todo.push('give back');
          } else if (r.bound || t.usable !== null) {
            if (t.usable) todo.push('ask', 'disable');
            if (world.remove && r.st === 'live' && !r.withheld && r.bound) todo.push('withhold');
          }
          if (r.st === 'tombstone') todo.push('wake', 'retire');
          else if (rules.wakeBeforeClear) todo.push('look', 'clear');
          else todo.push('clear', 'look');
          x.todo = todo;
        });
      if (w.pc === 'actual')
        return step('u asks for the groups of the account', (t) => {
          me(t).actual = t.isIn;
          me(t).pc = 'compare';
        });
      if (w.pc === 'compare')
        return step('u compares the membership', (t) => {
          const { user, member } = t;
          const end = () => {
            t.u = null;
          };
          if (!member || user.st === 'gone' || heldMarker(member.marker) || member.marker === 'pending') return end();
          const wish = user.st === 'live' && member.wanted && !user.withheld;
          const differs = (!wish && w.actual) || (wish && !w.actual && member.marker !== 'waiting');
          if (!differs) return end();
          me(t).member = { wanted: member.wanted, marker: member.marker, same: true };
          me(t).pc = 'mark again';
        });
      if (w.pc === 'mark again')
        return step('u marks the membership again', (t) => {
          const r = w.member as MemberRead;
          if (rules.syncIfRead && !(t.member && r.same && t.member.marker === r.marker)) {
            t.u = null;
            return;
          }
          if (t.member) markMember(t);
          else t.member = { wanted: false, marker: 'pending', era: 0, byAdmin: false };
          t.u = null;
        });
      const r = w.user as UserRead;
      const [todo] = w.todo;
      const done = (t: State) => {
        me(t).todo.shift();
      };
      if (todo === undefined) return step('u ends', finish);
      if (todo === 'ask') return ask('u');
      if (todo === 'hold')
        return step('u holds the user', (t) => {
          if ((rules.holdIfRead && !r.same) || (rules.holdIfOn && !t.brake.on)) return begin(t);
          t.user.marker = 'held';
          t.user.era = t.brake.era;
          t.u = null;
        });
      if (todo === 'create' || todo === 'enable' || todo === 'disable') return call('u', todo, done);
      if (todo === 'record')
        return step('u records the account', (t) => {
          if (t.user.st === 'gone') {
            t.u = null;
            return;
          }
          t.user.bound = true;
          t.user.applied = false;
          done(t);
        });
      if (todo === 'withhold' || todo === 'give back')
        return step(`u writes: groups are ${todo === 'withhold' ? 'kept back' : 'given back'}`, (t) => {
          if (t.user.st !== 'live' || !r.sameRevision) return begin(t);
          t.user.withheld = todo === 'withhold';
          if (rules.unapplied) t.user.applied = false;
          done(t);
        });
      if (todo === 'look')
        return step('u looks whether memberships are to be woken', (t) => {
          done(t);
          if (t.user.st === 'gone' || !t.user.bound || t.user.applied) return;
          me(t).todo.unshift('wake');
          me(t).newest = { st: t.user.st, marker: t.user.marker, withheld: t.user.withheld };
        });
      if (todo === 'wake')
        return step('u wakes the membership', (t) => {
          done(t);
          const x = t.member;
          if (!x) return;
          const n = w.newest ?? { st: r.st, marker: r.marker, withheld: r.withheld };
          const isToWake = heldMarker(x.marker)
            ? n.st === 'tombstone'
              ? rules.wakeTombstoneHeld && n.marker !== ''
              : rules.wakeHeld && x.wanted && !(rules.wakeLeavesRejected && x.marker === 'rejected' && n.withheld)
            : n.st === 'tombstone' || x.marker === 'waiting' || (x.marker === '' && x.wanted);
          if (isToWake) {
            x.marker = 'pending';
            if (n.st === 'tombstone') x.byAdmin = false;
            changed.member(t);
          }
        });
      if (todo === 'clear')
        return step('u clears the marker', (t) => {
          if (t.user.st === 'gone') {
            t.u = null;
            return;
          }
          if (r.same || !rules.userClearIfRead) {
            t.user.marker = '';
            t.user.applied = true;
            done(t);
            return;
          }
          markUser(t);
          t.u = null;
        });
      if (todo === 'retire')
        return step('u retires the tombstone', (t) => {
          if (!r.same) return begin(t);
          t.user.marker = '';
          t.user.applied = true;
          t.u = null;
        });
      throw new Error(todo);
    }

    function memberWorker(w: Worker) {
      const me = (t: State) => t.m as Worker;
      step(
        'm crashes',
        (t) => {
          t.m = null;
        },
        'crash',
      );
      const readMember = (t: State) => {
        if (!t.member) {
          t.m = null;
          return;
        }
        me(t).member = { wanted: t.member.wanted, marker: t.member.marker, same: true };
      };
      const readUser = (t: State) => {
        const x = t.user;
        me(t).user = { st: x.st, active: x.active, marker: x.marker, withheld: x.withheld, bound: x.bound, sameRevision: true, same: true };
      };
      if (w.pc === 'member')
        return step('m reads the membership', (t) => {
          readMember(t);
          if (t.m) {
            if (w.order) decide(t);
            else me(t).pc = 'user';
          }
        });
      if (w.pc === 'user')
        return step('m reads the user', (t) => {
          readUser(t);
          if (w.order) me(t).pc = 'member';
          else decide(t);
        });
      const again = (t: State) => {
        t.m = { pc: 'member', todo: [], order: 0 };
      };
      const r = w.user as UserRead;
      const item = w.member as MemberRead;
      const [todo] = w.todo;
      const done = (t: State) => {
        me(t).todo.shift();
      };
      const asRead = (t: State) => t.user.st === r.st && t.user.withheld === r.withheld;
      const same = (t: State) => t.member !== null && item.same;
      if (todo === 'ask') return ask('m');
      if (todo === 'hold')
        return step('m holds the membership', (t) => {
          if ((rules.holdIfRead && !same(t)) || (rules.holdIfOn && !t.brake.on) || (rules.holdIfUserAsRead && !asRead(t))) return again(t);
          if (t.member) {
            t.member.marker = 'held';
            t.member.era = t.brake.era;
          }
          t.m = null;
        });
      if (todo === 'hold like user')
        return step('m holds the membership like the user', (t) => {
          if (!same(t) || (r.marker === 'held' && rules.holdIfOn && !t.brake.on)) {
            t.m = null;
            return;
          }
          (t.member as Member).marker = r.marker;
          (t.member as Member).era = t.brake.era;
          t.m = null;
        });
      if (todo === 'admit')
        return step('m marks the user', (t) => {
          done(t);
          if (t.user.st === 'live' && !(rules.wakeLeavesHeld && heldMarker(t.user.marker) && !(item.wanted && t.user.active))) markUser(t);
        });
      if (todo === 'add' || todo === 'remove') return call('m', todo, done);
      if (todo === 'wait for user')
        return step('m: waits for the user', (t) => {
          if (!same(t) || !(t.member as Member).wanted || t.user.st !== 'live' || t.user.bound) return again(t);
          (t.member as Member).marker = 'waiting';
          t.m = null;
        });
      if (todo === 'withhold')
        return step('m: waits for reactivation', (t) => {
          if (same(t) && (t.member as Member).wanted && (!rules.withholdIfUserAsRead || asRead(t))) {
            (t.member as Member).marker = 'waiting';
            return end(t);
          }
          putBack(t);
        });
      if (todo === 'clear')
        return step('m clears the marker', (t) => {
          if (same(t) && (!rules.clearIfUserAsRead || asRead(t))) {
            if (wishOf(r, item).wanted) (t.member as Member).marker = '';
            else t.member = null;
            return end(t);
          }
          putBack(t);
        });
      if (todo === undefined)
        return step('m ends', (t) => {
          t.m = null;
        });
      throw new Error(todo);

      function end(t: State) {
        if (me(t).todo.length > 1) done(t);
        else t.m = null;
      }
      function putBack(t: State) {
        if (t.member) markMember(t);
        else t.member = { wanted: false, marker: 'pending', era: 0, byAdmin: false };
        t.m = null;
      }
      function wishOf(user: UserRead, member: MemberRead) {
        const wanted = user.st === 'live' && member.wanted;
        return { wanted, in: wanted && !user.withheld, withheld: wanted && user.withheld };
      }
      function decide(t: State) {
        const x = me(t);
        const user = x.user as UserRead;
        const member = x.member as MemberRead;
        x.pc = 'do';
        const wish = wishOf(user, member);
        const skip = () => {
          t.m = null;
        };
        if (rules.leaveHeld && heldMarker(member.marker)) return skip();
        if (member.marker === '') return skip();
        if (rules.likeUser && user.st === 'tombstone' && heldMarker(user.marker) && member.wanted) {
          x.todo = ['hold like user'];
          return;
        }
        const admit = world.only && rules.admit && member.marker === 'pending' ? ['admit'] : [];
        let todo: string[];
        if (wish.withheld && member.marker === 'waiting') return skip();
        if (wish.wanted && !user.bound) {
          if (member.marker === 'waiting') return skip();
          todo = ['wait for user'];
        } else if (!user.bound) todo = ['clear'];
        else if (wish.in) todo = ['add', 'clear'];
        else todo = ['ask', 'remove', wish.withheld ? 'withhold' : 'clear'];
        x.todo = rules.admitFirst ? [...admit, ...todo] : [...todo, ...admit];
      }
    }
  }
  return { initial, next, isAtRest, violation };
}
