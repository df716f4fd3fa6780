/** The part of newman (6.2) that the Microsoft collection's run uses; it brings no types. */
declare module 'newman' {
  export interface Execution {
    readonly cursor: { readonly position: number };
    readonly item: { readonly name: string };
    readonly response?: { readonly code: number; text(): string };
    readonly assertions?: readonly { readonly assertion: string; readonly error?: { readonly message: string } | null }[];
    readonly requestError?: Error;
  }
  export interface Summary {
    readonly run: { readonly executions: readonly Execution[] };
  }
  const newman: {
    run(
      options: {
        readonly collection: object;
        readonly envVar: readonly { readonly key: string; readonly value: string }[];
        readonly reporters: readonly string[];
      },
      done: (error: Error | null, summary: Summary) => void,
    ): void;
  };
  export default newman;
}
