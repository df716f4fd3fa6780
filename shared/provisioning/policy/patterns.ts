import { RE2JS, RE2JSSyntaxException } from 're2js';

/**
 * A regular expression in RE2's syntax. It runs in time linear to the name, whatever was written, and always matches the whole of a name;
 * `.` stands for any character, a line break too, so that no name slips past a filter. `(?i)` at its beginning ignores case.
 */
export interface CompiledPattern {
  matches(name: string): boolean;
  /** What the name becomes: `replacement` with `$1`, `${12}`, `${name}` and `$0` (the whole name) filled in; undefined if it does not match. */
  replace(name: string, replacement: string): string | undefined;
  /** @throws InvalidPattern if `replacement` names a group that the pattern does not have */
  checkReplacement(replacement: string): void;
}

/** A pattern or a replacement can't be used. The message is a sentence for the administrator, with the place of the mistake. */
export class InvalidPattern extends Error {
  override readonly name = 'InvalidPattern';
}

/** Instructions of a compiled pattern. A name takes their number times its length at most: with 2,000 and 1,000 about a tenth of a second. */
const LARGEST_PROGRAM = 2_000;

/** What a replacement refers to: `$1`, `${12}`, `${name}`; `$$` is a dollar sign; any other `$` is a mistake. */
const REFERENCE = /\$(?:(\$)|(\d)|\{(\w+)\})?/g;

/** @throws InvalidPattern if `text` is no pattern of RE2's, or too large a one */
export function compilePattern(text: string): CompiledPattern {
  const compiled = compile(text);
  const numbered = compiled.groupCount();
  const named = compiled.namedGroups();

  /** A reference's group, by number or by name; undefined for none of this pattern's. */
  const groupOf = (digit: string | undefined, word: string | undefined): number | undefined => {
    const reference = digit ?? word ?? '';
    const group = /^\d+$/.test(reference) ? Number(reference) : named[reference];
    return group !== undefined && group <= numbered ? group : undefined;
  };

  return {
    matches: (name) => compiled.matcher(name).matches(),

    replace(name, replacement) {
      const matcher = compiled.matcher(name);
      if (!matcher.matches()) return undefined;
      return replacement.replace(REFERENCE, (all, dollar?: string, digit?: string, word?: string) => {
        if (dollar !== undefined) return dollar;
        const group = groupOf(digit, word);
        return group === undefined ? all : (matcher.group(group) ?? '');
      });
    },

    checkReplacement(replacement) {
      for (const { 0: all, 1: dollar, 2: digit, 3: word, index } of replacement.matchAll(REFERENCE)) {
        if (dollar !== undefined || groupOf(digit, word) !== undefined) continue;
        const groups = [...Array.from({ length: numbered }, (_, i) => `$${i + 1}`), ...Object.keys(named).map((name) => `\${${name}}`)];
        const known = groups.length === 0 ? 'The pattern has no groups' : `The pattern has ${groups.join(', ')}`;
        throw new InvalidPattern(`${all} at character ${index + 1} of the replacement is no group. ${known}; write $$ for a dollar sign.`);
      }
    },
  };
}

function compile(text: string): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(text, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new InvalidPattern(mistakeIn(text, error), { cause: error });
  }
  if (compiled.programSize() > LARGEST_PROGRAM)
    throw new InvalidPattern('The pattern is too large: its repetitions, such as {1000}, multiply. Write * or + for them.');
  return compiled;
}

/** The engine tells what is wrong and, for most mistakes, the part of the pattern that is; for others only the whole of it. */
function mistakeIn(text: string, error: RE2JSSyntaxException): string {
  const what = error.getDescription();
  const part: string | null = error.getPattern();
  const at = part === null ? -1 : text.lastIndexOf(part);
  const hint = /Perl syntax|named capture|escape sequence/.test(what)
    ? ' Look-around and back-references are not available: they take time that grows without bound.'
    : '';
  if (part === null || at < 0) return `${what}, at character ${endOfMistake(text, what)} of the pattern.${hint}`;
  return `${what}: ${part}, at character ${at + 1} of the pattern.${hint}`;
}

/** Where the shortest beginning of the pattern ends that has the same mistake: for what is missing, the end of the pattern. */
function endOfMistake(text: string, what: string): number {
  for (let end = 1; what.startsWith('unexpected') && end < text.length; end++) {
    try {
      RE2JS.compile(text.slice(0, end), RE2JS.DOTALL);
    } catch (error) {
      if (error instanceof RE2JSSyntaxException && error.getDescription() === what) return end;
    }
  }
  return text.length;
}
