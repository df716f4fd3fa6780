import { copy, type Model, type Step, stepsFrom } from './explore.ts';

// Decision 15: two SCIM groups, names in the target, settings that give and take names, one user whose account is there. Decision 24: groups that move
// when the IdP renames them. A worker holds the lock of a group's first name. One step is one request to the table, one call to the target, a request of the IdP, a change of settings, or a crash.

interface Group {
  st: 'none' | 'live' | 'tombstone' | 'gone';
  /** The displayName, and the one by which it was named: of groups that move. */
  name: string;
  namedBy: string;
  moved: string[];
  pending: boolean;
  parked: string;
  bound: string;
  recorded: boolean;
  also: string[];
  retiring: string[];
  reapply: boolean;
  wait: boolean;
}
interface Member {
  wanted: boolean;
  marker: '' | 'pending' | 'waiting';
}
interface Owner {
  g: number;
  creating: boolean;
  free: boolean;
  made: boolean;
  waiters: number[];
}
interface OwnerRead {
  g: number;
  free: boolean;
  live: boolean;
  gone: boolean;
  givenUp: boolean;
  creating: boolean;
  lock: string;
}
interface Worker {
  g: number;
  v: number;
  pc: string;
  header?: Group;
  same?: boolean;
  /** The marker that the message began with, and whether it is still that. */
  firstPending?: boolean;
  firstSame?: boolean;
  guard?: boolean;
  revision?: boolean;
  names?: string[];
  todo?: string[];
  owner?: OwnerRead | null;
  ready?: boolean;
  leftOut?: boolean;
  losing?: boolean;
  toReapply?: boolean;
  woken?: boolean;
  rounds?: number;
  member?: Member;
  memberSame?: boolean;
  at?: Group;
  atSame?: boolean;
  out?: string[];
  away?: string[];
  isMoved?: boolean;
  exchange?: boolean;
  in?: string[];
  successors?: number[];
  waits?: boolean;
  did?: boolean;
}
interface State {
  v: number;
  marked: number[];
  G: Group[];
  M: (Member | null)[];
  own: Record<string, Owner | null>;
  exists: Record<string, boolean>;
  isIn: Record<string, boolean>;
  /** Somebody whom no IdP put there. */
  byHand: Record<string, boolean>;
  isUser: boolean;
  /** Groups whose memberships of a deleted user are not marked yet. */
  toWake: number[];
  W: Record<string, Worker | null>;
  late: { lock: string; call: string; name: string }[];
  left: Record<string, number>;
}
/** What the code does. A rule that is off shows what it is for. */
export const RULES = {
  tombstoneElsewhereWaits: true,
  giveUpAfterMembers: true,
  freeWaits: true,
  blockedNotParked: true,
  guardMoves: true,
  inForce: true,
  successorNotFree: true,
  successorNotRetiring: true,
  wakeWaiters: true,
  reapply: true,
  latesHoldLock: true,
  handOverChecks: true,
  forward: true,
  parkChecksOwner: true,
  clearNeedsToken: true,
  memberLock: true,
  bindBeforeRetiring: true,
  addFirst: true,
  deleteBeforeGivingUp: true,
  asksWhoIsIn: true,
  leavesToWaiters: true,
  exchange: true,
  movesAgain: true,
};
type Rules = typeof RULES;
export interface World {
  settings: string[][][];
  ops: string[];
  left: Record<string, number>;
  members?: (boolean | null)[];
  second?: boolean;
  /** The names of g0, which was deleted: its member is still in all of them. */
  tombstone?: string[];
  /** Groups move: the displayNames that the IdP may give to each, the first of which it has. `settings` is not used. */
  renames?: string[][];
  connections?: 2;
  /** Groups that this product did not make. */
  foreign?: string[];
  /** Old groups in which somebody is whom no IdP put there. */
  byHand?: string[];
}

export function groupNamesModel(world: World, given: Partial<Rules> = {}): Model<State> {
  const rules = { ...RULES, ...given };
  const moves = world.renames !== undefined;
  const all = [...new Set([...world.settings.flat(2), ...(world.renames ?? []).flat(), ...(world.foreign ?? [])])];
  const first = (g: number, v: number) => world.settings[v]?.[g] ?? [];
  /** What the settings give it. */
  const namesFor = (h: Group, g: number, v: number) => (moves ? [h.name] : first(g, v));
  const start = (g: number): Group => {
    const called = world.renames?.[g]?.[0];
    const names = called === undefined ? first(g, 0) : [called];
    const isLive = g === 0 || world.second === true;
    return {
      st: isLive ? 'live' : 'none',
      name: called ?? '',
      namedBy: isLive ? (called ?? '') : '',
      moved: [],
      pending: false,
      parked: '',
      bound: isLive ? (names[0] ?? '') : '',
      recorded: isLive && names.length > 0,
      also: isLive ? names.slice(1) : [],
      retiring: [],
      reapply: false,
      wait: false,
    };
  };
  const G = [start(0), start(1)];
  const member = (g: number): Member | null => ((world.members?.[g] ?? (g === 0 ? true : null)) ? { wanted: true, marker: '' } : null);
  const M = [member(0), member(1)];
  const mine = (name: string) => [0, 1].find((g) => G[g]?.bound === name || G[g]?.also.includes(name));
  const initial: State = {
    v: 0,
    marked: [0, 0],
    G,
    M,
    own: Object.fromEntries(
      all.map((n) => [n, mine(n) === undefined ? null : { g: mine(n) as number, creating: false, free: false, made: true, waiters: [] }]),
    ),
    exists: Object.fromEntries(all.map((n) => [n, mine(n) !== undefined || world.foreign?.includes(n) === true])),
    byHand: Object.fromEntries(all.map((n) => [n, world.byHand?.includes(n) === true])),
    isUser: true,
    toWake: [],
    isIn: Object.fromEntries(all.map((n) => [n, mine(n) !== undefined && M[mine(n) as number] !== null])),
    W: Object.fromEntries([...all, 'g0', 'g1'].map((n) => [n, null])),
    late: [],
    left: { ...world.left },
  };
  if (world.tombstone) {
    const [bound = '', ...also] = world.tombstone;
    Object.assign(initial.G[0] as Group, { st: 'tombstone', pending: true, bound, recorded: true, also });
    for (const name of world.tombstone) {
      initial.exists[name] = true;
      initial.isIn[name] = true;
      initial.own[name] ??= { g: 0, creating: false, free: false, made: true, waiters: [] };
    }
  }
  const namesOf = (h: Group) => (h.bound === '' ? [] : [h.bound, ...h.also].filter((n) => !h.retiring.includes(n)));
  const allNamesOf = (h: Group) => [...namesOf(h), ...h.retiring];
  const lockOf = (h: Group, g: number, v: number) => h.bound || (namesFor(h, g, v)[0] ?? `g${g}`);
  const isLive = (s: State, g: number) => s.G[g]?.st === 'live';
  const isAtRest = (s: State) =>
    Object.values(s.W).every((w) => !w) &&
    s.late.length === 0 &&
    s.toWake.length === 0 &&
    s.G.every((h) => !h.pending) &&
    s.M.every((m) => m?.marker !== 'pending') &&
    s.marked.every((n) => n === s.v);

  function violation(s: State): string | undefined {
    for (const [g, h] of s.G.entries()) {
      if (h.st === 'tombstone') return `the deleted group g${g} never goes`;
      if (h.st !== 'live') continue;
      if (h.parked) {
        if (world.foreign?.includes(h.parked) && !s.own[h.parked]) {
          if (s.isUser && s.M[g]?.wanted && !allNamesOf(h).some((n) => s.isIn[n]))
            return `the member of g${g}, which is parked, is nowhere`;
          continue;
        }
        const o = s.own[h.parked];
        if (!o || o.free || !isLive(s, o.g) || o.g === g) return `g${g} stays parked for ${h.parked}, which nobody has`;
        const theirs = s.G[o.g]?.parked;
        if (moves && world.connections !== 2 && theirs && allNamesOf(h).includes(theirs)) return 'two groups wait for each other';
        continue;
      }
      const names = namesOf(h);
      const wanted = namesFor(h, g, s.v);
      if (h.moved.length > 0) return `g${g} has not moved from ${h.moved}`;
      if (h.retiring.length > 0 || names.length !== wanted.length || names.some((n) => !wanted.includes(n)))
        return `g${g} is ${names} and loses ${h.retiring}, the settings say ${wanted}`;
      if (s.M[g]?.marker === 'waiting') return `the membership of g${g} waits for ever`;
      for (const n of names)
        if (s.isUser && s.M[g]?.wanted && !s.isIn[n]) return `the member of g${g} is not in ${n}, and nothing is marked`;
      for (const n of names) if (s.own[n]?.g !== g) return `${n} of g${g} belongs to another`;
    }
    for (const n of all) {
      const isEnded = s.exists[n] && s.own[n]?.made && s.own[n]?.free && !s.byHand[n];
      if (moves && !world.second && isEnded && s.G[0]?.st === 'live') return `the group ${n} stays, which g0 has moved from`;
      if (!s.isIn[n]) continue;
      if (!s.G.some((h, g) => h.st === 'live' && allNamesOf(h).includes(n) && s.isUser && s.M[g]?.wanted))
        return `somebody is in ${n} whom no group puts there, and nothing is marked`;
    }
    return undefined;
  }

  function next(s: State): Step<State>[] {
    const { steps: out, step } = stepsFrom(s);
    const workers = (t: State, g: number) => Object.values(t.W).filter((w): w is Worker => w !== null && w.g === g);
    /** Revision or token have changed; the guard has. */
    const token = (t: State, g: number, revision = false) => {
      for (const w of workers(t, g)) {
        w.same = false;
        w.firstSame = false;
        if (revision) w.revision = false;
      }
    };
    const guard = (t: State, g: number) => {
      for (const w of workers(t, g)) {
        w.guard = false;
        w.atSame = false;
      }
    };
    const memberToken = (t: State, g: number) => {
      for (const w of workers(t, g)) w.memberSame = false;
    };
    const mark = (t: State, g: number) => {
      (t.G[g] as Group).pending = true;
      (t.G[g] as Group).parked = '';
      token(t, g);
    };
    const markMember = (t: State, g: number) => {
      const m = t.M[g];
      if (m) {
        m.marker = 'pending';
        memberToken(t, g);
      }
    };
    const group = (t: State, g: number) => t.G[g] as Group;

    for (const g of [0, 1]) {
      const h = group(s, g);
      const may = (op: string) => world.ops.includes(`${op}${g}`) && (s.left['ops'] ?? 0) > 0;
      if (h.st === 'none' && may('create'))
        step(
          `IdP: create g${g} with the user`,
          (t) => {
            const x = group(t, g);
            x.st = 'live';
            x.pending = true;
            t.M[g] = { wanted: true, marker: 'pending' };
            t.marked[g] = t.v;
          },
          'ops',
        );
      if (h.st !== 'live') continue;
      if (may('add') && !s.M[g]?.wanted)
        step(
          `IdP: add to g${g}`,
          (t) => {
            t.M[g] = { wanted: true, marker: 'pending' };
            memberToken(t, g);
            for (const w of workers(t, g)) {
              w.same = false;
              w.revision = false;
            }
          },
          'ops',
        );
      if (may('remove') && s.M[g]?.wanted)
        step(
          `IdP: remove from g${g}`,
          (t) => {
            t.M[g] = { wanted: false, marker: 'pending' };
            memberToken(t, g);
            for (const w of workers(t, g)) {
              w.same = false;
              w.revision = false;
            }
          },
          'ops',
        );
      if (may('delete'))
        step(
          `IdP: delete g${g}`,
          (t) => {
            const x = group(t, g);
            x.st = 'tombstone';
            x.pending = true;
            x.parked = '';
            token(t, g, true);
            guard(t, g);
          },
          'ops',
        );
    }
    for (const [g, names] of (world.renames ?? []).entries())
      for (const name of names) {
        const h = group(s, g);
        const isFree = world.connections === 2 || !s.G.some((x) => x.st === 'live' && x.name === name);
        if (h.st !== 'live' || h.name === name || !isFree || !world.ops.includes(`rename${g}`)) continue;
        step(
          `IdP: rename g${g} to ${name}`,
          (t) => {
            group(t, g).name = name;
            mark(t, g);
            token(t, g, true);
          },
          'ops',
        );
      }
    if (s.isUser && world.ops.includes('deleteUser'))
      step(
        'IdP: delete the user',
        (t) => {
          t.isUser = false;
          t.toWake = [0, 1].filter((g) => t.M[g]);
          for (const w of Object.values(t.W)) if (w) w.atSame = false;
        },
        'ops',
      );
    for (const g of s.toWake)
      step(`the membership in g${g} of the deleted user is marked`, (t) => {
        t.toWake = t.toWake.filter((each) => each !== g);
        markMember(t, g);
      });
    for (const v of world.settings.keys())
      if (v !== s.v && v > 0 && (s.left['settings'] ?? 0) > 0)
        step(
          `settings ${v}: g0=${first(0, v)} g1=${first(1, v)}`,
          (t) => {
            t.v = v;
            t.marked = t.marked.map((_, g) => (group(t, g).st === 'live' ? -1 : v));
          },
          'settings',
        );
    if (world.left['back'] && s.v !== 0 && (s.left['settings'] ?? 0) > 0)
      step(
        `settings 0: g0=${first(0, 0)} g1=${first(1, 0)}`,
        (t) => {
          t.v = 0;
          t.marked = t.marked.map((_, g) => (group(t, g).st === 'live' ? -1 : 0));
        },
        'settings',
      );
    for (const g of [0, 1])
      if (s.marked[g] !== s.v)
        step(`the change marks g${g}`, (t) => {
          t.marked[g] = t.v;
          if (['live', 'tombstone'].includes(group(t, g).st)) mark(t, g);
        });

    for (const g of [0, 1]) {
      const h = group(s, g);
      if (h.st === 'none' || h.st === 'gone') continue;
      const lock = lockOf(h, g, s.v);
      if (s.W[lock] || (rules.latesHoldLock && s.late.some((c) => c.lock === lock))) continue;
      const isPending = h.pending || s.M[g]?.marker === 'pending';
      const begin = (t: State) => {
        t.W[lock] = { g, v: t.v, pc: 'read', rounds: 0 };
      };
      if (isPending) step(`[${lock}] begins on g${g}`, begin);
      else step(`[${lock}] begins on g${g}, an old message`, begin, 'spurious');
    }
    for (const [lock, w] of Object.entries(s.W)) if (w) work(lock, w);
    s.late.forEach((c, i) => {
      step(`late ${c.call} ${c.name} lands`, (t) => {
        t.late.splice(i, 1);
        effect(t, c.call, c.name);
      });
      step(`late ${c.call} ${c.name} never lands`, (t) => {
        t.late.splice(i, 1);
      });
    });
    return out;

    function effect(t: State, call: string, name: string) {
      if (call === 'create') t.exists[name] = true;
      if (call === 'add' && t.exists[name]) t.isIn[name] = true;
      if (call === 'remove') t.isIn[name] = false;
      if (call === 'delete') {
        t.exists[name] = false;
        t.isIn[name] = false;
        t.byHand[name] = false;
      }
    }
    function wakeWaiters(t: State, name: string) {
      const o = t.own[name];
      if (!o || !rules.wakeWaiters) return false;
      const woken = o.waiters.filter((i) => group(t, i).parked === name);
      for (const i of woken) mark(t, i);
      o.waiters = [];
      return woken.length > 0;
    }

    function work(lock: string, w: Worker) {
      const g = w.g;
      const who = `[${lock}]`;
      const me = (t: State) => t.W[lock] as Worker;
      const end = (t: State) => {
        t.W[lock] = null;
      };
      step(`${who} crashes at ${w.pc}`, end, 'crash');
      const call = (what: string, name: string, then: (t: State) => void) => {
        step(`${who} calls ${what} ${name}`, (t) => {
          const wrong = wrongOf(t, what, name);
          effect(t, what, name);
          then(t);
          return wrong;
        });
        step(
          `${who} calls ${what} ${name}: no answer`,
          (t) => {
            end(t);
            t.late.push({ lock, call: what, name });
          },
          'late',
        );
      };
      const wrongOf = (t: State, what: string, name: string) => {
        const elsewhere = t.late.find((c) => c.name === name && c.lock !== lock);
        if (elsewhere) return `${name} is called under ${lock}, and a call under ${elsewhere.lock} may still land`;
        if (what === 'delete' && t.byHand[name]) return `the group ${name} is deleted with somebody foreign in it`;
        if (what === 'delete' && t.own[name]?.g !== g) return `the group ${name} is deleted, which is another's`;
        const isWanted = t.isUser && t.M[g]?.wanted && group(t, g).st === 'live';
        if (what === 'remove' && me(t).isMoved && isWanted && !allNamesOf(group(t, g)).some((n) => n !== name && t.isIn[n]))
          return 'who moves with a group is in none of its names';
        return undefined;
      };
      const readHeader = (t: State) => {
        const x = me(t);
        x.header = copy(group(t, g));
        x.same = true;
        x.guard = true;
        x.revision = true;
      };
      const round = (t: State) => {
        const x = me(t);
        x.pc = 'place';
        x.rounds = (x.rounds ?? 0) + 1;
        if (x.rounds > 6) end(t);
      };
      const isMyLock = (h: Group) => !rules.forward || lockOf(h, g, w.v) === lock;
      const h = w.header as Group;

      if (w.pc === 'read')
        return step(`${who} reads g${g}`, (t) => {
          const x = group(t, g);
          if (x.st === 'gone' || !isMyLock(x)) return end(t);
          readHeader(t);
          const y = me(t);
          y.firstPending = x.pending;
          y.firstSame = true;
          if (x.st === 'tombstone') {
            y.pc = 'waiters';
            y.ready = false;
            return;
          }
          y.ready = x.recorded && !x.parked;
          if (!x.parked && (x.pending || !y.ready)) y.pc = 'placing';
          else {
            y.losing = x.retiring.length > 0;
            after(t);
          }
        });
      if (w.pc === 'place')
        return step(`${who} reads g${g} again`, (t) => {
          const x = group(t, g);
          if (x.st !== 'live' || !isMyLock(x)) return end(t);
          readHeader(t);
          me(t).pc = 'placing';
        });
      if (w.pc === 'placing') {
        const wanted = namesFor(h, g, w.v);
        const lost = allNamesOf(h).filter((n) => !wanted.includes(n));
        const moved = moves && !w.exchange ? lost.filter((n) => h.moved.includes(n) || h.namedBy === n) : [];
        const hasNew = wanted.every((n) => allNamesOf(h).includes(n));
        const stays = (n: string) =>
          moved.includes(n) && rules.bindBeforeRetiring && !(h.retiring.includes(n) && (hasNew || !rules.movesAgain));
        const retiring = w.exchange ? h.moved : lost.filter((n) => !stays(n));
        const settled = { retiring, also: allNamesOf(h).filter((n) => !retiring.includes(n) && n !== h.bound), moved };
        const namedBy = moves ? h.name : '';
        const isSame = (a: string[], b: string[]) => a.length === b.length && a.every((n) => b.includes(n));
        const areSame = isSame(settled.retiring, h.retiring) && isSame(settled.also, h.also);
        if (h.bound !== '' && !(areSame && isSame(moved, h.moved) && namedBy === h.namedBy)) {
          if (!h.pending)
            return step(`${who} marks g${g}`, (t) => {
              if (group(t, g).st === 'live') mark(t, g);
              round(t);
            });
          return step(`${who} settles g${g}: also ${settled.also}, moves from ${moved}, loses ${settled.retiring}`, (t) => {
            delete me(t).exchange;
            if (w.guard && group(t, g).st === h.st) {
              const x = group(t, g);
              x.retiring = settled.retiring;
              x.also = settled.also;
              x.moved = moved;
              x.namedBy = namedBy;
              if (rules.reapply && !areSame) x.reapply = true;
              if (rules.guardMoves) guard(t, g);
            }
            round(t);
          });
        }
        if (wanted.length === 0)
          return step(`${who} g${g} is left out`, (t) => {
            const x = me(t);
            x.leftOut = true;
            x.ready = true;
            x.losing = h.retiring.length > 0;
            after(t);
          });
        return step(`${who} places g${g}`, (t) => {
          const x = me(t);
          const l = lockOf(h, g, w.v);
          x.names = [...wanted].sort((a, b) => Number(b === l) - Number(a === l));
          x.pc = 'owner';
        });
      }
      if (w.pc === 'owner') {
        const name = w.names?.[0];
        const toRetire = h.moved.filter((n) => !h.retiring.includes(n));
        if (name === undefined && toRetire.length > 0)
          return step(`${who} g${g} begins to lose ${toRetire}`, (t) => {
            const x = group(t, g);
            if (!h.pending) {
              if (x.st === 'live') mark(t, g);
            } else if (w.guard && x.st === h.st) {
              x.retiring = [...h.retiring, ...toRetire];
              x.also = h.also.filter((n) => !toRetire.includes(n));
              if (rules.reapply) x.reapply = true;
              if (rules.guardMoves) guard(t, g);
            }
            round(t);
          });
        if (name === undefined)
          return step(`${who} g${g} is ready, reads it`, (t) => {
            const x = group(t, g);
            if (x.st !== 'live') return end(t);
            readHeader(t);
            const y = me(t);
            y.ready = true;
            y.losing = x.retiring.length > 0;
            after(t);
          });
        return step(`${who} reads the owner of ${name}, and whether it exists`, (t) => {
          const o = t.own[name] ?? null;
          const x = me(t);
          const r = o && group(t, o.g);
          const gone = !r || r.st === 'gone' || r.st === 'none';
          const read: OwnerRead | null = o && {
            g: o.g,
            creating: o.creating,
            givenUp: o.free,
            live: r?.st === 'live' && !o.free,
            free: gone || o.free,
            gone,
            lock: r && !gone ? r.bound : '',
          };
          x.owner = read;
          const mine = read?.g === g && !read.givenUp;
          const elsewhere =
            read && !mine && !read.live && !read.free && read.lock !== '' && (read.lock !== name || lockOf(h, g, w.v) !== name);
          const blocked = () => {
            x.ready = false;
            x.losing = h.retiring.length > 0;
            after(t);
          };
          if (rules.tombstoneElsewhereWaits && elsewhere) return blocked();
          if (read?.live && !mine) {
            const other = group(t, read.g);
            const isExchange = world.connections !== 2 && namesFor(other, read.g, w.v).some((n) => h.moved.includes(n));
            if (rules.exchange && h.retiring.length === 0 && isExchange) {
              x.exchange = true;
              x.pc = 'placing';
              return;
            }
            if (h.retiring.length > 0 && rules.blockedNotParked) return blocked();
            x.pc = 'park';
            return;
          }
          if (!read && t.exists[name] && world.foreign?.includes(name)) {
            if (h.retiring.length > 0 && rules.blockedNotParked) return blocked();
            x.pc = 'park';
            return;
          }
          const todo: string[] = [];
          if (!t.exists[name]) todo.push('bind creating', 'create', 'record');
          else {
            if (!mine) todo.push('bind');
            if (!mine || read?.creating || !h.recorded) todo.push('record');
          }
          x.todo = todo;
          x.pc = 'do';
        });
      }
      if (w.pc === 'park') {
        const name = w.names?.[0] as string;
        return step(`${who} parks g${g}: ${name} is owned`, (t) => {
          const o = t.own[name];
          const x = group(t, g);
          const r = w.owner;
          if (rules.inForce && t.v !== w.v) return round(t);
          const ownerAsRead = r ? o && o.g === r.g && o.free === r.givenUp && isLive(t, o.g) : !o;
          if (!w.same || (rules.parkChecksOwner && !ownerAsRead)) return round(t);
          x.parked = name;
          x.pending = false;
          token(t, g);
          if (o && !o.waiters.includes(g)) o.waiters = [...o.waiters, g].sort();
          readHeader(t);
          const y = me(t);
          y.ready = false;
          y.losing = h.retiring.length > 0;
          after(t);
        });
      }
      if (w.pc === 'do') {
        const name = w.names?.[0] as string;
        const [todo] = w.todo as string[];
        const done = (t: State) => {
          const x = me(t);
          x.todo?.shift();
        };
        if (todo === undefined)
          return step(`${who} ${name} is placed`, (t) => {
            const x = me(t);
            x.names?.shift();
            x.pc = 'owner';
            delete x.owner;
            delete x.todo;
          });
        const isFirst = lockOf(h, g, w.v) === name;
        if (todo.startsWith('bind'))
          return step(`${who} ${todo}s ${name}${isFirst ? '' : ' further'}`, (t) => {
            const o = t.own[name];
            const r = w.owner ?? null;
            const x = group(t, g);
            const ownerAsRead = r === null ? o === null : o !== null && o !== undefined && o.g === r.g && o.free === r.givenUp;
            const asRead = isFirst ? w.revision && x.st === 'live' && x.bound === h.bound : w.guard && x.st === h.st;
            if (!ownerAsRead || !asRead) return round(t);
            t.own[name] = { g, creating: todo === 'bind creating', free: false, made: o?.made ?? false, waiters: o?.waiters ?? [] };
            if (todo === 'bind creating') (t.own[name] as Owner).made = true;
            if (isFirst) {
              x.namedBy = x.bound === name && x.namedBy !== '' ? x.namedBy : h.name;
              x.bound = name;
            } else {
              const isNew = !x.also.includes(name);
              x.also = [...x.also.filter((n) => n !== name), name];
              if (moves) x.namedBy = h.name;
              if (h.recorded && isNew && rules.reapply) x.reapply = true;
              if (rules.guardMoves) guard(t, g);
            }
            const keep = me(t).same;
            readHeader(t);
            me(t).same = keep ?? false;
            done(t);
          });
        if (todo === 'create') return call('create', name, done);
        if (todo === 'record')
          return step(`${who} records ${name}`, (t) => {
            const o = t.own[name];
            const x = group(t, g);
            if (!o || o.g !== g || (isFirst && x.bound !== name)) return round(t);
            o.creating = false;
            if (isFirst) {
              x.recorded = true;
              (me(t).header as Group).recorded = true;
            }
            done(t);
          });
      }
      // Memberships
      if (w.pc === 'wake')
        return step(`${who} wakes who waits for g${g}`, (t) => {
          if (t.M[g]?.marker === 'waiting') markMember(t, g);
          if (!group(t, g).parked) group(t, g).wait = false;
          me(t).woken = true;
          after(t);
        });
      if (w.pc === 'reapply')
        return step(`${who} marks the members of g${g}`, (t) => {
          const m = t.M[g];
          if (m && (m.marker === 'waiting' || (m.marker === '' && m.wanted))) markMember(t, g);
          group(t, g).reapply = false;
          me(t).pc = 'member';
        });
      if (w.pc === 'member')
        return step(`${who} reads the membership in g${g}`, (t) => {
          const m = t.M[g];
          const x = me(t);
          const y = group(t, g);
          if (rules.memberLock && m && y.st !== 'gone' && lockOf(y, g, w.v) !== lock) return end(t);
          if (!m || (m.marker === '' && y.st === 'live')) return ended(t);
          x.member = { ...m };
          x.memberSame = true;
          x.at = copy(y);
          x.atSame = true;
          const wanted = y.st === 'live' && m.wanted && t.isUser;
          x.in = wanted ? namesOf(y) : [];
          x.out = wanted ? [...y.retiring] : allNamesOf(y);
          x.successors = [];
          x.did = false;
          x.waits = false;
          if (wanted && x.ready && allNamesOf(y).length === 0) {
            x.pc = 'settled';
            return;
          }
          x.waits = wanted && !x.ready;
          if (!x.ready) x.in = [];
          x.away = [];
          x.isMoved = wanted && y.retiring.length > 0 && y.retiring.every((n) => y.moved.includes(n)) && rules.addFirst;
          // Nobody is taken out of the old one.
          if (x.isMoved && x.waits) return ended(t);
          x.pc = 'move';
        });
      if (w.pc === 'move') {
        const [name] = w.out as string[];
        if (name !== undefined)
          return step(`${who} asks who else has ${name}`, (t) => {
            const x = me(t);
            const o = t.own[name];
            const theirs = o && o.g !== g ? o.g : undefined;
            const isWanted =
              theirs !== undefined &&
              isLive(t, theirs) &&
              !(rules.successorNotRetiring && group(t, theirs).retiring.includes(name)) &&
              t.M[theirs]?.wanted &&
              !(rules.successorNotFree && o?.free);
            x.out?.shift();
            if (!isWanted) x.away?.push(name);
            else if (!x.successors?.includes(theirs)) x.successors?.push(theirs);
          });
        const [add] = w.in as string[];
        const [away] = w.away as string[];
        if (away !== undefined && (add === undefined || !w.isMoved))
          return call('remove', away, (t) => {
            me(t).away?.shift();
          });
        if (add !== undefined)
          return call('add', add, (t) => {
            if (t.exists[add]) me(t).in?.shift();
            else {
              // 404: the marker stays, and the group is compared.
              if (group(t, g).st === 'live' && !group(t, g).parked) mark(t, g);
              ended(t);
            }
          });
        return step(`${who} has moved it`, (t) => {
          me(t).pc = 'settled';
        });
      }
      if (w.pc === 'settled')
        return step(`${who} settles the membership in g${g}`, (t) => {
          const x = group(t, g);
          const at = w.at as Group;
          const m = w.member as Member;
          const wanted = at.st === 'live' && m.wanted && t.isUser;
          const put = () => {
            if (t.M[g]) markMember(t, g);
            else if (x.st !== 'gone') {
              t.M[g] = { wanted: false, marker: 'pending' };
            }
            ended(t);
          };
          if (!w.memberSame || !t.M[g]) return put();
          if (w.waits) {
            if (!(x.parked || x.pending)) return put();
            (t.M[g] as Member).marker = 'waiting';
            x.wait = true;
            return ended(t);
          }
          if (!w.atSame || x.st !== at.st) return put();
          if (wanted) {
            (t.M[g] as Member).marker = '';
            memberToken(t, g);
            return ended(t);
          }
          if (rules.handOverChecks)
            for (const o of w.successors ?? [])
              if (!isLive(t, o) || !t.M[o]?.wanted) {
                end(t);
                return;
              }
          t.M[g] = null;
          memberToken(t, g);
          ended(t);
        });
      // The group
      if (w.pc === 'still in')
        return step(`${who} looks who is still in what g${g} loses`, (t) => {
          const x = group(t, g);
          if (x.st !== 'live' || x.retiring.length === 0) return end(t);
          if (rules.giveUpAfterMembers && t.M[g]?.marker === 'pending') return end(t);
          readHeader(t);
          me(t).names = [...x.retiring];
          me(t).todo = rules.deleteBeforeGivingUp ? x.retiring.filter((n) => x.moved.includes(n)) : [];
          me(t).pc = 'delete';
        });
      if (w.pc === 'delete') {
        const [name] = w.todo as string[];
        if (name === undefined)
          return step(`${who} has deleted what g${g} was`, (t) => {
            me(t).pc = 'give up';
          });
        return step(`${who} looks whether ${name} may be deleted`, (t) => {
          const o = t.own[name];
          const isOurs = o?.g === g && !o.free && o.made;
          const isWaitedFor = wakeWaiters(t, name) && rules.leavesToWaiters;
          const isEmpty = !rules.asksWhoIsIn || !(t.isIn[name] || t.byHand[name]);
          if (isOurs && !isWaitedFor && isEmpty && t.exists[name]) me(t).pc = 'delete it';
          else me(t).todo?.shift();
        });
      }
      if (w.pc === 'delete it')
        return call('delete', w.todo?.[0] as string, (t) => {
          me(t).todo?.shift();
          me(t).pc = 'delete';
        });
      if (w.pc === 'give up')
        return step(`${who} g${g} gives up ${w.names}`, (t) => {
          const x = group(t, g);
          const names = w.names as string[];
          for (const n of names) wakeWaiters(t, n);
          if (!w.guard || x.st !== h.st) return end(t);
          const [bound = '', ...also] = [...new Set([...(h.bound ? [h.bound] : []), ...h.also, ...h.retiring])].filter(
            (n) => !names.includes(n),
          );
          x.bound = bound;
          x.also = also.filter((n) => !h.retiring.includes(n));
          x.retiring = h.retiring.filter((n) => !names.includes(n));
          x.moved = h.moved.filter((n) => !names.includes(n));
          if (bound === '') {
            x.namedBy = '';
            x.recorded = false;
            x.reapply = true;
          }
          guard(t, g);
          for (const n of names) {
            const o = t.own[n];
            if (o?.g === g) {
              if (rules.freeWaits) o.free = true;
              o.creating = false;
            }
          }
          end(t);
        });
      if (w.pc === 'leave out')
        return step(`${who} notes that g${g} is left out`, (t) => {
          const x = group(t, g);
          if (x.st !== 'live' || !w.firstSame) return end(t);
          if (!x.reapply) {
            x.reapply = true;
            guard(t, g);
          }
          if (!w.firstPending) return end(t);
          me(t).pc = 'clear';
        });
      if (w.pc === 'clear')
        return step(`${who} clears g${g}`, (t) => {
          const x = group(t, g);
          if (x.st === 'gone') return end(t);
          const isSame = x.st === 'live' && (w.firstSame || !rules.clearNeedsToken) && (!rules.inForce || t.v === w.v);
          if (isSame) {
            x.pending = false;
            x.parked = '';
            token(t, g);
          } else if (!x.parked) mark(t, g);
          end(t);
        });
      if (w.pc === 'waiters')
        return step(`${who} wakes who waits for the deleted g${g}`, (t) => {
          const names = allNamesOf(h);
          for (const n of names.length > 0 ? names : [lockOf(h, g, w.v)]) wakeWaiters(t, n);
          me(t).pc = 'member';
        });
      if (w.pc === 'purge')
        return step(`${who} purges g${g}`, (t) => {
          const x = group(t, g);
          if (t.M[g] || !w.same || x.st !== 'tombstone') return end(t);
          t.G[g] = {
            st: 'gone',
            name: '',
            namedBy: '',
            moved: [],
            pending: false,
            parked: '',
            bound: '',
            recorded: false,
            also: [],
            retiring: [],
            reapply: false,
            wait: false,
          };
          end(t);
        });
      throw new Error(w.pc);

      function after(t: State) {
        const x = me(t);
        const y = x.header as Group;
        delete x.owner;
        delete x.todo;
        delete x.names;
        if (x.ready && !x.leftOut && y.wait && !x.woken) {
          x.pc = 'wake';
          return;
        }
        x.toReapply = y.reapply && (x.losing === true || (x.ready === true && !x.leftOut));
        x.pc = x.toReapply ? 'reapply' : 'member';
      }
      /** The membership's turn is over. */
      function ended(t: State) {
        const x = me(t);
        const y = x.header as Group;
        delete x.member;
        delete x.at;
        delete x.in;
        delete x.out;
        delete x.away;
        delete x.isMoved;
        delete x.successors;
        x.memberSame = false;
        x.atSame = false;
        if (y.st === 'tombstone') {
          if (t.M[g]) return end(t);
          x.pc = 'purge';
          return;
        }
        if (x.losing) {
          x.pc = 'still in';
          return;
        }
        if (x.leftOut) {
          x.pc = 'leave out';
          return;
        }
        if (x.ready && x.firstPending) {
          x.pc = 'clear';
          return;
        }
        end(t);
      }
    }
  }
  return { initial, next, isAtRest, violation };
}
