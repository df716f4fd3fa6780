/** One thing that may happen next. */
export interface Step<State> {
  readonly label: string;
  readonly state: State;
  /** What the step itself has done wrong. */
  readonly wrong?: string | undefined;
}

export interface Model<State> {
  readonly initial: State;
  next(state: State): Step<State>[];
  /** Nothing is left to do by itself. */
  isAtRest(state: State): boolean;
  /** A sentence for what must not be at rest. */
  violation(state: State): string | undefined;
}

/** What may happen next in a state, collected: each step is a copy of it with a change, which may tell what it has done wrong. */
export function stepsFrom<State extends { readonly left: Record<string, number> }>(state: State) {
  const steps: Step<State>[] = [];
  /** @param costs what it takes one of; without any left it can't happen */
  const step = (label: string, change: (next: State) => unknown, costs?: string): void => {
    if (costs && !((state.left[costs] ?? 0) > 0)) return;
    const next = copy(state);
    if (costs) next.left[costs] = (next.left[costs] as number) - 1;
    const wrong = change(next);
    steps.push({ label, state: next, ...(typeof wrong === 'string' && { wrong }) });
  };
  return { steps, step };
}

interface Exploration {
  readonly states: number;
  readonly isComplete: boolean;
  readonly violation?: string;
  /** The shortest history that goes wrong. */
  readonly history: readonly string[];
}

/** Breadth first, so that the first violation found has the shortest history. */
export function explore<State>(model: Model<State>, limits: { readonly states: number; readonly seconds: number }): Exploration {
  const texts = [JSON.stringify(model.initial)];
  const parents = [-1];
  const labels = [''];
  /** From each state, whence it is reached. */
  const origins: number[][] = [[]];
  const numbers = new Map<bigint, number>([[hash(texts[0] as string), 0]]);
  const resting: number[] = [];
  const history = (at: number): string[] => {
    const told: string[] = [];
    for (let i = at; i > 0; i = parents[i] as number) told.unshift(labels[i] as string);
    return told;
  };
  const deadline = performance.now() + limits.seconds * 1_000;
  for (let at = 0; at < parents.length; at++) {
    if (parents.length > limits.states || ((at & 255) === 0 && performance.now() > deadline))
      return { states: parents.length, isComplete: false, history: [] };
    const state = JSON.parse(texts[at] as string) as State;
    texts[at] = '';
    const steps = model.next(state);
    const rest = model.isAtRest(state);
    if (rest) resting.push(at);
    const why = rest ? model.violation(state) : steps.length === 0 ? 'nothing goes on, and it is not at rest' : undefined;
    if (why !== undefined) return { states: parents.length, isComplete: false, violation: why, history: history(at) };
    for (const step of steps) {
      if (step.wrong !== undefined)
        return { states: parents.length, isComplete: false, violation: step.wrong, history: [...history(at), step.label] };
      const text = JSON.stringify(step.state);
      const key = hash(text);
      const known = numbers.get(key);
      if (known !== undefined) {
        origins[known]?.push(at);
        continue;
      }
      numbers.set(key, parents.length);
      origins.push([at]);
      texts.push(text);
      parents.push(at);
      labels.push(step.label);
    }
  }
  const stuck = firstOutside(resting, origins);
  if (stuck !== undefined)
    return { states: parents.length, isComplete: false, violation: 'it never comes to rest from here', history: history(stuck) };
  return { states: parents.length, isComplete: true, history: [] };
}

/** The first state from which none of `resting` can be reached. */
function firstOutside(resting: readonly number[], origins: readonly number[][]): number | undefined {
  const reaches = new Uint8Array(origins.length);
  const left = [...resting];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (reaches[at] === 1) continue;
    reaches[at] = 1;
    for (const origin of origins[at] ?? []) left.push(origin);
  }
  const first = reaches.indexOf(0);
  return first === -1 ? undefined : first;
}

/** Two of 32 bits: a collision hides a state, with a chance of about one in 10^7 for a million of them. */
function hash(text: string): bigint {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (BigInt(a >>> 0) << 32n) | BigInt(b >>> 0);
}

/** Of a state, which is plain data. */
export function copy<T>(x: T): T {
  if (x === null || typeof x !== 'object') return x;
  if (Array.isArray(x)) return x.map(copy) as T;
  const r: Record<string, unknown> = {};
  for (const k in x) r[k] = copy(x[k]);
  return r as T;
}
