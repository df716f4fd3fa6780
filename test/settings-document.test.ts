import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assignSettings } from '../functions/admin/settings/assign-settings.ts';
import { affectedBy } from '../shared/provisioning/settings/affected-by.ts';
import { checkSettings } from '../shared/provisioning/settings/check/check-settings.ts';
import { settingsFields } from '../shared/provisioning/settings/settings-fields.ts';
import { settingsOf } from './settings-of.ts';
import { EVERY_SETTING } from './unit/provisioning/settings/every-setting.ts';

interface Row {
  readonly path: string;
  readonly default: string;
  readonly example: string;
  readonly change: string;
}

/** The rows of the tables about settings: five cells, the first a path. */
const rows: Row[] = [...readFileSync('docs/settings.md', 'utf8').matchAll(/^\| `([\w.]+)` \|(.*)\|$/gm)].flatMap(
  ([, path = '', rest = '']) => {
    const [, preset = '', example = '', change = ''] = rest.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return change === '' ? [] : [{ path, default: preset, example, change }];
  },
);
const fields = settingsFields();
const textOf = (cell: string) => cell.replace(/^`|`$/g, '');

describe('docs/settings.md', () => {
  it('has every setting of the document once, and no other', () => {
    expect(rows.map(({ path }) => path).sort()).toEqual(fields.map(({ path }) => path).sort());
  });

  it.each(fields.map((field) => [field.path, field] as const))('%s: its default is the one that is filled in', (path, field) => {
    const row = rows.find((each) => each.path === path);
    const { default: preset } = field;
    const printed = preset === undefined || typeof preset === 'string' ? preset : JSON.stringify(preset);
    expect(textOf(row?.default ?? '')).toBe(printed ?? '');
  });

  it.each(rows.filter(({ example }) => example !== ''))('$path: its example can be typed after --set', ({ path, example }) => {
    const more = path === 'users.userName.attribute' ? ['users.userName.source=attribute'] : [];
    const document = assignSettings(settingsOf(), [`${path}=${textOf(example)}`, ...more], []);
    expect(checkSettings(document, { now: new Date(0) })).toHaveProperty('settings');
  });

  it.each(Object.entries(EVERY_SETTING))('%s: it says whom a change affects', (path, [change]) => {
    const { users, groups } = affectedBy(settingsOf(), settingsOf(change));
    const kind = [...(users ? ['users'] : []), ...(groups ? ['groups'] : [])].join(' and ') || 'nobody';
    const row = rows.find((each) => each.path === path);
    expect(/^(users and groups|users|groups|nobody)\b/.exec(row?.change ?? '')?.[0]).toBe(kind);
  });
});
