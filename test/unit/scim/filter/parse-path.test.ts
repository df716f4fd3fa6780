import { describe, expect, it } from 'vitest';
import { parseAttributePath, parsePatchPath } from '../../../../shared/scim/filter/parse-path.ts';
import type { Mode } from '../../../../shared/scim/resources/resource.ts';

function parse(text: string, mode: Mode = 'strict') {
  return parsePatchPath(text, { mode, onTolerance: () => {} });
}
const work = { kind: 'compare', path: { attribute: 'type' }, operator: 'eq', value: 'work' };

describe('parsing the path of a PATCH operation, RFC 7644 §3.5.2', () => {
  it.each([
    ['members', { path: { attribute: 'members' } }],
    ['name.familyName', { path: { attribute: 'name', subAttribute: 'familyName' } }],
    ['addresses[type eq "work"]', { path: { attribute: 'addresses' }, filter: work }],
    ['addresses[type eq "work"].streetAddress', { path: { attribute: 'addresses' }, filter: work, subAttribute: 'streetAddress' }],
    ['emails[type eq "work"].$ref', { path: { attribute: 'emails' }, filter: work, subAttribute: '$ref' }],
    [
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName',
      { path: { urn: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', attribute: 'manager', subAttribute: 'displayName' } },
    ],
    [
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
      { path: { urn: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0', attribute: 'User' } },
    ],
  ])('reads %s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('reads roles[primary eq "True"].display of Entra ID in tolerant mode (SCIM.md E10)', () => {
    expect(parse('roles[primary eq "True"].display', 'tolerant')).toMatchObject({ filter: { value: true }, subAttribute: 'display' });
    expect(parse('roles[primary eq "True"].display')).toMatchObject({ filter: { value: 'True' } });
  });

  it.each([
    '',
    ' ',
    '[type eq "work"]',
    'emails[',
    'emails[]',
    'emails[type eq "work"',
    'emails[type eq "work"]]',
    'emails[type eq "work"]value',
    'emails[type eq "work"] .value',
    'emails [type eq "work"]',
    'emails[type eq "work"].',
    'emails[type eq "work"].a.b',
    'emails[type eq "work"].value eq "x"',
    'emails[type eq "work"][type eq "home"]',
    'emails[phones[type pr]]',
    'emails.value.x',
    'emails eq "x"',
    'members[0]',
    '/emails',
    '"emails"',
    'a'.repeat(1_000_000),
    '['.repeat(100_000),
    `emails[${'('.repeat(40)}`,
    `emails[type eq "${'\\'.repeat(4_000)}`,
    '\0',
    '\ud800',
  ])('refuses %.60j', (text) => {
    for (const mode of ['strict', 'tolerant'] as const) {
      expect(() => parse(text, mode)).toThrow(expect.objectContaining({ scimType: 'invalidPath', status: 400 }));
    }
  });

  it.each(['', 'a b', 'a[b]', 'a..b', 'a.b.c', ':a', 'urn:a', 'a'.repeat(5_000)])('refuses %.40j as attribute notation (§3.10)', (text) => {
    expect(() => parseAttributePath(text)).toThrow(expect.objectContaining({ scimType: 'invalidPath' }));
  });
});
