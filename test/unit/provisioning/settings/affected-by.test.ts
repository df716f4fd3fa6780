import { describe, expect, it } from 'vitest';
import { affectedBy } from '../../../../shared/provisioning/settings/affected-by.ts';
import { settingsFields } from '../../../../shared/provisioning/settings/settings-fields.ts';
import { settingsOf } from '../../../settings-of.ts';
import { EVERY_SETTING } from './every-setting.ts';

describe('what a change of settings affects', () => {
  it('is decided for every setting of the document, and for no other', () => {
    const all = settingsFields().map(({ path }) => path);
    expect(Object.keys(EVERY_SETTING).sort()).toEqual(all.filter((path) => path !== 'version').sort());
  });

  it.each(Object.entries(EVERY_SETTING))('%s, set and taken back', (_, [change, kind]) => {
    const expected = { users: kind.includes('users'), groups: kind.includes('groups') };
    const [before, after] = [settingsOf(), settingsOf(change)];
    expect(after).not.toEqual(before);
    expect(affectedBy(before, after)).toEqual(expected);
    expect(affectedBy(after, before)).toEqual(expected);
  });

  it('is nobody where nothing differs, whatever the order of names', () => {
    const map = { a: ['x'], b: ['y'] };
    const turned = { b: ['y'], a: ['x'] };
    expect(affectedBy(settingsOf({ groups: { map } }), settingsOf({ groups: { map: turned } }))).toEqual({ users: false, groups: false });
  });

  it('is all that its parts affect', () => {
    const both = settingsOf({ users: { create: false }, groups: { create: false } });
    expect(affectedBy(settingsOf(), both)).toEqual({ users: true, groups: true });
  });
});
