const BUILT_IN = { Object, Array, String, Number, Boolean, Function, Map, Set, RegExp, Date, Error, Promise, Buffer };

/**
 * Every own property of the prototypes that all objects share, with its value or accessors: equal before and after means that no
 * input has written to one of them.
 */
export function prototypeState(): ReadonlyMap<string, unknown> {
  const state = new Map<string, unknown>();
  for (const [type, { prototype }] of Object.entries(BUILT_IN)) {
    for (const key of Reflect.ownKeys(prototype)) {
      const { value, get, set, writable, enumerable } = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
      // What is compared is which function it is: two of the same text are equal to a deep comparison.
      const parts = [value, get, set].map(identityOf);
      state.set(`${type}.${String(key)}`, [...parts, writable, enumerable].join());
    }
  }
  return state;
}

const identities = new Map<unknown, number>();

function identityOf(value: unknown): number {
  const identity = identities.get(value) ?? identities.size;
  identities.set(value, identity);
  return identity;
}
