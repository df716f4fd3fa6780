import type { TargetKind } from '../../../targets/target-address.ts';
import { Settings } from '../settings.ts';
import { settingsSchema } from '../settings-fields.ts';
import { asCurrentVersion } from '../settings-versions.ts';
import { attributeMistakes } from './attribute-mistakes.ts';
import { explainIssue, type Mistake } from './explain-issue.ts';
import { nameMistakes } from './name-mistakes.ts';
import { patternMistakes } from './pattern-mistakes.ts';
import { isPast, settingsWarnings } from './settings-warnings.ts';

/** Usable settings, with what is worth a second look; or every mistake that was found. */
export type CheckedSettings =
  | { readonly settings: Settings; readonly warnings: readonly Mistake[] }
  | { readonly mistakes: readonly [Mistake, ...Mistake[]] };

export interface CheckContext {
  readonly now: Date;
  /** The settings that these replace: what was in order when it was saved is no mistake because time has gone by. */
  readonly before?: Settings;
  /** What they are for; absent where nobody knows. */
  readonly kind?: TargetKind | undefined;
}

/** A connection's item holds 400 KB, and a change writes two documents beside it. */
const MAX_BYTES = 300 * 1024;

/**
 * Checks settings before they are saved: their shape, and what only the settings together, the tables of SCIM and the engine for patterns can
 * tell. What is stored is parsed by `Settings` alone, which is cheap, when it is read.
 * @param document of this or an older version, as it was written
 */
export function checkSettings(document: unknown, { now, before, kind }: CheckContext): CheckedSettings {
  const parsed = Settings.safeParse(document);
  if (!parsed.success) {
    const [written, schema] = [asCurrentVersion(document), settingsSchema()];
    return asMistakes(parsed.error.issues.flatMap((issue) => explainIssue(issue, written, schema)));
  }
  const settings = parsed.data;
  const mistakes = [
    ...attributeMistakes(settings),
    ...patternMistakes(settings),
    ...nameMistakes(settings),
    ...timeMistakes(settings, now, before),
    ...sizeMistakes(settings),
  ];
  return mistakes.length > 0 ? asMistakes(mistakes) : { settings, warnings: settingsWarnings(settings, now, kind) };
}

function asMistakes([first = { path: '', message: 'is not valid' }, ...others]: Mistake[]): CheckedSettings {
  return { mistakes: [first, ...others] };
}

function timeMistakes({ log }: Settings, now: Date, before: Settings | undefined): Mistake[] {
  const isNew = before !== undefined && before.log.fullUntil !== log.fullUntil;
  return isNew && isPast(log.fullUntil, now) ? [{ path: 'log.fullUntil', message: `is past: it is ${now.toISOString()} now` }] : [];
}

function sizeMistakes(settings: Settings): Mistake[] {
  const bytes = Buffer.byteLength(JSON.stringify(settings));
  return bytes > MAX_BYTES ? [{ path: '', message: `the document has ${bytes} bytes; at most ${MAX_BYTES} are kept` }] : [];
}
