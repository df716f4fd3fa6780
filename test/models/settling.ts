import { copy, type Model, type Step, stepsFrom } from './explore.ts';

// Decision 24: one user, whose account other calls don't see for minutes after it was made. A worker holds the lock of the account's name. One step is
// one request to the table, one call to the target, a request of the IdP, a crash, or minutes that pass: not while a worker or a call is under way, and
// not before everything that was made by then is seen.

interface User {
  wish: 'active' | 'inactive' | 'deleted';
  marker: boolean;
  /** The times that are written down are less than `settlesWithinMs` ago: when it was marked, when the account was found to be there. */
  markerIsRecent: boolean;
  isBound: boolean;
  boundAt: '' | 'recent' | 'old';
  parked: '' | 'taken' | 'foreign' | 'not-found';
}
interface Owner {
  creating: boolean;
  creatingIsRecent: boolean;
}
interface Account {
  by: 'us' | 'hand';
  active: boolean;
  seen: boolean;
}
interface Worker {
  pc: 'read' | 'look' | 'bind' | 'create' | 'refused' | 'record' | 'enable' | 'disable' | 'clear' | 'park';
  user?: User;
  owner?: Owner | null;
  /** Nobody has marked the user since. */
  isSame?: boolean;
  found?: boolean;
  refusals: number;
  /** `creating` was written a moment ago, as the first refused attempt read it. */
  firstIsRecent?: boolean;
  misses: number;
  failure?: 'taken' | 'foreign' | 'not-found';
}
interface State {
  U: User;
  O: Owner | null;
  A: Account | null;
  W: Worker | null;
  late: ('create' | 'enable' | 'disable')[];
  left: Record<string, number>;
}

/** What the code does. A rule that is off shows what it is for. */
const RULES = {
  /** A refusal within the time does not park. */
  settles: true,
  /** Nor does a 404 to look and call say that it is gone. */
  notBelievedGone: true,
  /** The time counts from when `creating` was written too. */
  creatingIsDated: true,
  /** ... by a message before: by this one alone it would settle for ever. */
  creatingAsFirstRead: true,
  /** An account that was found a moment ago is not made again. */
  notMadeAgain: true,
  /** DELIVERY §2.3: who wrote `creating` where no owner was gives it back on a 409. */
  givesBack: true,
  /** DELIVERY §2.6. */
  clearIfRead: true,
};
export interface SettlingWorld {
  ops: readonly User['wish'][];
  /** Somebody else's account of that name: seen from the beginning, later, or never. */
  hand?: 'seen' | 'unseen' | 'never seen';
  /** The change has waited longer than anything takes to settle. */
  waited?: boolean;
  /** The account is there, was found a moment ago, and some looks don't see it. */
  made?: boolean;
  left: Record<string, number>;
}

export function settlingModel(world: SettlingWorld, given: Partial<typeof RULES> = {}): Model<State> {
  const rules = { ...RULES, ...given };
  const { hand, made } = world;
  const initial: State = {
    U: {
      wish: 'active',
      marker: true,
      markerIsRecent: !world.waited,
      isBound: made === true,
      boundAt: made ? 'recent' : '',
      parked: '',
    },
    O: made ? { creating: false, creatingIsRecent: false } : null,
    A: made ? { by: 'us', active: true, seen: false } : hand ? { by: 'hand', active: true, seen: hand === 'seen' } : null,
    W: null,
    late: [],
    left: { ...world.left },
  };
  const isAtRest = (s: State) => !s.W && s.late.length === 0 && !s.U.marker;

  function violation({ U, A }: State): string | undefined {
    const isOurs = A?.by === 'us';
    if (U.wish !== 'active') return isOurs && A.active ? 'who should have no access has it' : undefined;
    if (U.parked === 'taken' && hand === undefined) return 'what is our own is parked as taken';
    if (U.parked !== '') return hand === undefined ? `parked as ${U.parked}` : undefined;
    return isOurs && A.active ? undefined : 'who should have access has none';
  }

  function next(s: State): Step<State>[] {
    const { steps: out, step } = stepsFrom(s);
    for (const wish of world.ops)
      if (s.U.wish !== wish && s.U.wish !== 'deleted')
        step(
          `IdP: ${wish}`,
          ({ U, W }) => {
            Object.assign(U, { wish, marker: true, markerIsRecent: true, parked: '' });
            if (W) W.isSame = false;
          },
          'ops',
        );
    const { A, U } = s;
    if (A && !A.seen && !(A.by === 'hand' && hand === 'never seen'))
      step('the account is seen', (t) => {
        (t.A as Account).seen = true;
      });
    const isAllSeen = A === null || A.seen || A.by === 'hand';
    const isRecent = U.markerIsRecent || U.boundAt === 'recent' || s.O?.creatingIsRecent === true;
    if (!s.W && s.late.length === 0 && isAllSeen && isRecent)
      step('minutes pass', (t) => {
        t.U.markerIsRecent = false;
        if (t.U.boundAt === 'recent') t.U.boundAt = 'old';
        if (t.O) t.O.creatingIsRecent = false;
      });
    // A call without an answer holds the lock until it has landed, or never lands (DELIVERY §1).
    if (!s.W && s.late.length === 0 && U.marker)
      step('begins', (t) => {
        t.W = { pc: 'read', refusals: 0, misses: 0 };
      });
    s.late.forEach((call, i) => {
      for (const lands of [true, false])
        step(`late ${call} ${lands ? 'lands' : 'never lands'}`, (t) => {
          t.late.splice(i, 1);
          if (lands) effect(t, call);
        });
    });
    if (s.W) work(s.W);
    return out;

    /** What the call is answered. */
    function effect(t: State, call: State['late'][number]): 'done' | 'refused' | 'not found' {
      if (call === 'create') {
        if (t.A) return 'refused';
        t.A = { by: 'us', active: true, seen: false };
        return 'done';
      }
      if (!t.A?.seen) return 'not found';
      t.A.active = call === 'enable';
      return 'done';
    }

    function work(w: Worker) {
      const me = (t: State) => t.W as Worker;
      const end = (t: State) => {
        t.W = null;
      };
      const begin = (t: State) => {
        const { refusals, misses, firstIsRecent } = me(t);
        t.W = { pc: 'read', refusals, misses, ...(firstIsRecent !== undefined && { firstIsRecent }) };
      };
      const call = (what: State['late'][number], then: (t: State, answer: ReturnType<typeof effect>) => void) => {
        step(`calls ${what}`, (t) => {
          const isForeign = what !== 'create' && t.A?.by === 'hand' && t.A.seen;
          then(t, effect(t, what));
          return isForeign ? 'somebody else’s account is changed' : undefined;
        });
        step(
          `calls ${what}: no answer`,
          (t) => {
            end(t);
            t.late.push(what);
          },
          'late',
        );
      };
      const isSettling = ({ markerIsRecent, boundAt }: User) => markerIsRecent || boundAt === 'recent';
      const fails = (t: State, failure: NonNullable<Worker['failure']>) => {
        const { user } = me(t) as { user: User };
        const creatingIsRecent = rules.creatingAsFirstRead ? w.firstIsRecent : w.owner?.creatingIsRecent;
        const isBeingMade = rules.creatingIsDated && failure === 'taken' && creatingIsRecent === true;
        if (rules.settles && failure !== 'foreign' && (isSettling(user) || isBeingMade)) return end(t);
        me(t).failure = failure;
        me(t).pc = 'park';
      };
      step(`dies at ${w.pc}`, end, 'crash');
      const user = w.user as User;
      const isMine = w.owner !== null && w.owner !== undefined;

      if (w.pc === 'read')
        return step('reads the user and the owner', (t) => {
          if (!t.U.marker) return end(t);
          Object.assign(me(t), { user: copy(t.U), owner: copy(t.O), isSame: true, pc: 'look' });
        });
      if (w.pc === 'look') {
        if (user.wish !== 'active' && !isMine)
          return step('has nothing to do', (t) => {
            me(t).pc = 'clear';
          });
        return step('looks for the account', (t) => {
          const x = me(t);
          x.found = t.A?.seen === true;
          if (user.wish !== 'active') x.pc = !x.found || t.A?.active ? 'disable' : w.owner?.creating ? 'record' : 'clear';
          else if (x.found && !isMine) fails(t, 'foreign');
          else if (x.found) x.pc = w.owner?.creating || user.boundAt === '' ? 'record' : t.A?.active ? 'clear' : 'enable';
          else if (isMine && rules.notMadeAgain && user.boundAt === 'recent') end(t);
          else x.pc = 'bind';
        });
      }
      if (w.pc === 'bind')
        return step('binds', (t) => {
          if (!w.isSame || (t.O === null) === isMine) return begin(t);
          t.O = { creating: true, creatingIsRecent: true };
          t.U.isBound = true;
          me(t).pc = 'create';
        });
      if (w.pc === 'create')
        return call('create', (t, answer) => {
          me(t).pc = answer === 'done' ? 'record' : 'refused';
        });
      if (w.pc === 'refused')
        return step(isMine || !rules.givesBack ? 'is refused' : 'is refused, and gives the name back', (t) => {
          if (!isMine && rules.givesBack) {
            t.O = null;
            t.U.isBound = false;
          }
          me(t).refusals += 1;
          me(t).firstIsRecent ??= w.owner?.creatingIsRecent === true;
          if (w.refusals === 0) return begin(t);
          fails(t, 'taken');
        });
      if (w.pc === 'record')
        return step('records', (t) => {
          if (!t.O) return begin(t);
          t.O.creating = false;
          t.U.boundAt = 'recent';
          me(t).pc = user.wish === 'active' && t.A?.seen && w.found && !t.A.active ? 'enable' : 'clear';
          return t.A?.by === 'hand' ? 'somebody else’s account is taken for our own' : undefined;
        });
      if (w.pc === 'enable' || w.pc === 'disable')
        return call(w.pc, (t, answer) => {
          const x = me(t);
          if (answer === 'done') x.pc = w.owner?.creating && w.found && w.pc === 'disable' ? 'record' : 'clear';
          else if (w.pc === 'disable' && !w.found && !(rules.notBelievedGone && isSettling(user))) x.pc = 'clear';
          else {
            x.misses += 1;
            if (w.misses === 0) return begin(t);
            fails(t, 'not-found');
          }
        });
      if (w.pc === 'clear')
        return step('clears', (t) => {
          if (w.isSame || !rules.clearIfRead) t.U.marker = false;
          end(t);
        });
      return step(`parks as ${w.failure}`, (t) => {
        if (!w.isSame) return begin(t);
        t.U.marker = false;
        t.U.parked = w.failure ?? '';
        end(t);
      });
    }
  }
  return { initial, next, isAtRest, violation };
}
