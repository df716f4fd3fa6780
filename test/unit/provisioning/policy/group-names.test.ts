import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { groupNaming, isNamedByItself } from '../../../../shared/provisioning/policy/group-names.ts';
import { GroupSettings } from '../../../../shared/provisioning/settings/group-settings.ts';

const name = (displayName: string, settings: z.input<typeof GroupSettings> = {}) => groupNaming(GroupSettings.parse(settings), displayName);
const namesOf = (displayName: string, settings: z.input<typeof GroupSettings>) => {
  const naming = name(displayName, settings);
  return naming.is === 'names' ? naming.names : naming.is;
};

describe('groupNaming, groups.mapping same-name', () => {
  it('is the displayName in Confluence’s spelling: NFC and without capitals', () => {
    expect(name('Équipe A')).toEqual({ is: 'names', names: ['équipe a'], mapped: false, steps: [] });
  });

  it('the map is not looked at', () => {
    expect(namesOf('Sales', { map: { sales: ['crm'] } })).toEqual(['sales']);
  });

  it('rename: the first pattern that matches the whole displayName makes the name; without one it stays', () => {
    const rename = [
      { pattern: 'APP-Confluence-(.*)', replacement: '$1' },
      { pattern: 'APP-(.*)', replacement: 'app $1' },
    ];
    expect(namesOf('APP-Confluence-Sales', { rename })).toEqual(['sales']);
    expect(namesOf('APP-Jira', { rename })).toEqual(['app jira']);
    expect(namesOf('Everyone', { rename })).toEqual(['everyone']);
    expect(name('APP-Jira', { rename })).toMatchObject({ steps: [{ setting: 'groups.rename[1]', says: 'APP-Jira becomes app Jira' }] });
  });

  it.each([
    ['team-a', ['team-a']],
    ['staff', 'skip'],
    ['team-secret', 'skip'],
  ])('include takes what it matches, exclude wins: %s', (displayName, expected) => {
    expect(namesOf(displayName, { include: ['team-.*'], exclude: ['.*-secret'] })).toEqual(expected);
  });

  it('with exclude alone all others are taken', () => {
    expect(namesOf('staff', { exclude: ['team-.*'] })).toEqual(['staff']);
  });

  it('who is left out is told by which setting', () => {
    expect(name('team-secret', { exclude: ['x', '.*-secret'] })).toEqual({
      is: 'skip',
      reason: 'The group team-secret is left out by groups.exclude[1], .*-secret.',
      steps: [{ setting: 'groups.exclude[1]', says: 'team-secret is left out' }],
    });
    expect(name('staff', { include: ['team-.*'] })).toMatchObject({ is: 'skip', reason: expect.stringContaining('groups.include') });
  });

  it('filters see the displayName as it was sent, not what rename makes of it', () => {
    expect(namesOf('team-a', { include: ['a'], rename: [{ pattern: 'team-(.*)', replacement: '$1' }] })).toBe('skip');
  });
});

describe('groupNaming, groups.mapping map', () => {
  const map = { Sales: ['crm-users', 'Everyone', 'everyone'], Café: ['cafe'] };

  it('gives each displayName its groups, in order, each once, compared without regard to case', () => {
    expect(name('SALES', { mapping: 'map', map })).toEqual({
      is: 'names',
      names: ['crm-users', 'everyone'],
      mapped: true,
      steps: [{ setting: 'groups.map', says: 'SALES is crm-users and everyone' }],
    });
    expect(namesOf('cafe\u0301', { mapping: 'map', map })).toEqual(['cafe']);
  });

  it('leaves out what it does not name', () => {
    expect(name('Marketing', { mapping: 'map', map })).toMatchObject({ is: 'skip', reason: expect.stringContaining('groups.map') });
    expect(namesOf('constructor', { mapping: 'map', map })).toBe('skip');
  });

  it('exclude wins over the map, and rename is not used', () => {
    expect(namesOf('Sales', { mapping: 'map', map, exclude: ['Sales'] })).toBe('skip');
    expect(namesOf('Sales', { mapping: 'map', map, rename: [{ pattern: 'Sales', replacement: 'other' }] })).toEqual([
      'crm-users',
      'everyone',
    ]);
  });
});

describe('isNamedByItself', () => {
  it.each([
    [{}, true],
    [{ include: ['a'], exclude: ['b'] }, true],
    [{ rename: [{ pattern: 'a', replacement: 'b' }] }, false],
    [{ mapping: 'map' as const }, false],
  ])('%j: %s', (settings, expected) => {
    expect(isNamedByItself(GroupSettings.parse(settings))).toBe(expected);
  });
});
