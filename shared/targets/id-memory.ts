/** How many ids a process remembers: about 20 MB. */
const MOST = 100_000;

/** Ids by name, of accounts and groups, so that not every call is preceded by a look. What is remembered may have changed: who gets a 404 forgets. */
export interface IdMemory {
  get(key: string): string | undefined;
  set(key: string, id: string): void;
  delete(key: string): void;
}

/** The least recently used are forgotten first. @param most entries */
export function idMemory(most = MOST): IdMemory {
  const ids = new Map<string, string>();
  return {
    get(key) {
      const id = ids.get(key);
      if (id === undefined) return undefined;
      ids.delete(key);
      ids.set(key, id);
      return id;
    },
    set(key, id) {
      ids.delete(key);
      ids.set(key, id);
      const [oldest] = ids.keys();
      if (ids.size > most && oldest !== undefined) ids.delete(oldest);
    },
    delete: (key) => void ids.delete(key),
  };
}
