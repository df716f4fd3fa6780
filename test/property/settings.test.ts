import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSettings } from '../../functions/admin/settings/compare-settings.ts';
import { parseSettingsText } from '../../functions/admin/settings/settings-document.ts';
import { affectedBy } from '../../shared/provisioning/settings/affected-by.ts';
import { checkSettings } from '../../shared/provisioning/settings/check/check-settings.ts';
import { Settings } from '../../shared/provisioning/settings/settings.ts';
import { settingsFields } from '../../shared/provisioning/settings/settings-fields.ts';
import { arbitrarySettings } from './arbitrary-settings.ts';

const now = new Date('2026-11-22T10:00:00.000Z');
const fields = settingsFields().map(({ path }) => path);

describe('any settings', () => {
  it('come back from their text as they were, exported too', () => {
    fc.assert(
      fc.property(arbitrarySettings, (settings) => {
        expect(Settings.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
        const exported = JSON.stringify({ connection: 'okta', number: 3, settings });
        expect(Settings.parse(parseSettingsText(exported, 'a file').document)).toEqual(settings);
      }),
    );
  });

  it('are in order, or each mistake says at which setting, and what', () => {
    fc.assert(
      fc.property(arbitrarySettings, (settings) => {
        const checked = checkSettings(settings, { now });
        for (const { path, message } of 'mistakes' in checked ? checked.mistakes : checked.warnings) {
          expect(fields.some((field) => path.startsWith(field))).toBe(true);
          expect(message.length).toBeGreaterThan(5);
        }
      }),
    );
  });

  it('differ from others in named settings, and affect nobody where they don’t', () => {
    fc.assert(
      fc.property(arbitrarySettings, arbitrarySettings, (before, after) => {
        const changes = compareSettings(before, after);
        expect(changes.length === 0).toBe(JSON.stringify(sorted(before)) === JSON.stringify(sorted(after)));
        for (const { path } of changes) expect(fields.some((field) => path.startsWith(field))).toBe(true);
        expect(affectedBy(before, after)).toEqual(affectedBy(after, before));
        expect(affectedBy(before, structuredClone(before))).toEqual({ users: false, groups: false });
      }),
    );
  });
});

describe('any document', () => {
  it('is checked without an error of the program, whatever stands where', () => {
    const anywhere = fc.tuple(fc.constantFrom(...fields, 'users', 'groups', 'nothing', 'users.nothing'), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(arbitrarySettings, fc.array(anywhere, { minLength: 1, maxLength: 3 }), (settings, wrong) => {
        const document = wrong.reduce<unknown>((whole, [path, value]) => placed(whole, path.split('.'), value), settings);
        const checked = checkSettings(document, { now });
        expect('mistakes' in checked ? checked.mistakes.length > 0 : Settings.safeParse(document).success).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.jsonValue(), (document) => void expect(() => checkSettings(document, { now })).not.toThrow()));
  });
});

/** The document with a value at a path, also where something else stood on the way. */
function placed(document: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const section = typeof document === 'object' && document !== null && !Array.isArray(document) ? document : {};
  return { ...section, [name]: placed((section as Readonly<Record<string, unknown>>)[name], rest, value) };
}

/** With names in order, at any depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
