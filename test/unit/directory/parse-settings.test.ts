import { describe, expect, it } from 'vitest';
import type { ConnectionId } from '../../../shared/directory/ids.ts';
import { settingsParser } from '../../../shared/directory/parse-settings.ts';
import { badge, site } from '../../protocol/declared-schema.ts';

const [one, other] = ['one', 'other'] as ConnectionId[] as [ConnectionId, ConnectionId];
const stored = (schemaExtension: object) => ({ version: 2, users: { linking: 'never' }, schemaExtension });

describe('reading the settings of a connection', () => {
  it('checks a declared schema once: the same document gives the same settings back', () => {
    const parse = settingsParser();
    expect(parse(one, stored(badge))).toBe(parse(one, stored(badge)));
    expect(parse(one, stored(badge)).schemaExtension).toEqual(badge);
  });

  it('never gives back what was changed since, nor what is another connection’s', () => {
    const parse = settingsParser();
    const before = parse(one, stored(badge));
    expect(parse(one, stored(site)).schemaExtension).toEqual(site);
    expect(parse(one, { ...stored(badge), users: { linking: 'email' } })).toMatchObject({ users: { linking: 'email' } });
    expect(parse(other, stored(badge))).not.toBe(before);
    expect(parse(one, { version: 2, users: { linking: 'never' } })).not.toHaveProperty('schemaExtension');
  });

  it('reads them as text, and as the map that they were stored as before', () => {
    const parse = settingsParser();
    const settings = parse(one, stored(badge));
    expect(parse(one, JSON.stringify(stored(badge)))).toBe(settings);
    expect(() => parse(one, '{ "version": 2')).toThrow(SyntaxError);
  });

  it('refuses what is not valid each time it is read', () => {
    const parse = settingsParser();
    for (let i = 0; i < 2; i++) expect(() => parse(one, stored({ ...badge, id: 'x' }))).toThrow('is no URN');
  });

  it('remembers a bounded number of connections', () => {
    const parse = settingsParser();
    const first = parse(one, stored(site));
    for (let i = 0; i < 100; i++) parse(`c${i}` as ConnectionId, stored(site));
    expect(parse(one, stored(site))).not.toBe(first);
    expect(parse(one, stored(site))).toEqual(first);
  });
});
