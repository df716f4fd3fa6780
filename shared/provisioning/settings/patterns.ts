import * as z from 'zod';

/**
 * A regular expression in RE2's syntax, which matches the whole of a name. Here only its size is checked: the engine, which is large, is
 * loaded where settings are saved and where they are used (policy/patterns.ts), not by every function that reads them.
 */
export const Pattern = z.string().min(1).max(1_000);

/** A pattern and what a name becomes that it matches: `$1` and `${name}` stand for its groups. */
export const Replacement = z.strictObject({ pattern: Pattern, replacement: z.string().max(1_000) });
export type Replacement = z.infer<typeof Replacement>;
