/** dynalite has no declarations: these are the internals the embedded engine uses. */
declare module 'dynalite/db/index.js' {
  type Item = import('./item-journal.ts').Item;
  type Table = import('./dynalite-store.ts').TableDescription;
  type IndexWrites = { puts: { index: string; key: string; item: Item }[]; deletes: { index: string; key: string }[] };
  interface DynaliteError extends Error {
    statusCode: number;
    body: { __type: string; message: string };
  }
  const db: {
    createKey(item: Item, table: Table): string;
    getIndexActions(indexes: Table['GlobalSecondaryIndexes'], before: Item | undefined, after: Item | undefined, table: Table): IndexWrites;
    checkConditional(data: object, existing: Item | undefined): DynaliteError | null | undefined;
    validateKey(key: Item, table: Table): DynaliteError | undefined;
    validationError(message: string): DynaliteError;
    itemSize(item: Item): number;
  };
  export default db;
}

declare module 'dynalite/validations/index.js' {
  const validations: {
    checkTypes(data: object, types: object): Record<string, unknown>;
    /** @throws DynaliteError */
    checkValidations(data: object, types: object, custom: unknown, store: object): void;
  };
  export default validations;
}

declare module 'dynalite/validations/*.js' {
  const validation: { types: object; custom: unknown };
  export default validation;
}

declare module 'dynalite/actions/*.js' {
  const action: (store: object, data: object, callback: (error: Error | null, answer?: Record<string, unknown>) => void) => void;
  export default action;
}
