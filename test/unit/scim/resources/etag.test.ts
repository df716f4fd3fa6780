import { describe, expect, it } from 'vitest';
import { etagOf, matchesEtag, matchesRevision } from '../../../../shared/scim/resources/etag.ts';

describe('entity tags, RFC 7644 §3.14', () => {
  it('is weak, names the revision, and what is computed and shown with it', () => {
    expect(etagOf(3)).toBe('W/"3"');
    expect(etagOf(3, 'ab12')).toBe('W/"3.ab12"');
  });

  it.each(['W/"3"', '"3"', '*', ' * ', 'W/"1", W/"3"', '"1","3"', ' W/"3" '])('%s matches revision 3', (header) => {
    expect(matchesEtag(header, 'W/"3"')).toBe(true);
    expect(matchesRevision(header, 3)).toBe(true);
  });

  it.each(['W/"4"', '"33"', '3', 'W/3', 'w/"3"', '', '""', '"3', '3"', '"1,3,2"', '"*"', 'W/ "3"', ',,,'.repeat(50_000)])(
    '%.30s does not match revision 3',
    (header) => {
      expect(matchesEtag(header, 'W/"3"')).toBe(false);
      expect(matchesRevision(header, 3)).toBe(false);
    },
  );

  it('If-Match takes a revision with anything computed, If-None-Match only the same', () => {
    for (const header of ['W/"3.ab12"', '"3.ab12"', 'W/"3.other"', 'W/"2.ab12", W/"3.cd34"']) expect(matchesRevision(header, 3)).toBe(true);
    for (const header of ['W/"33.ab12"', 'W/"4.3"', 'W/"3.ab12', 'W/"3x"', 'W/"3.a"b"']) expect(matchesRevision(header, 3)).toBe(false);
    expect(matchesEtag('W/"3.ab12"', 'W/"3.ab12"')).toBe(true);
    expect(matchesEtag('W/"3"', 'W/"3.ab12"')).toBe(false);
    expect(matchesEtag('W/"3.ab12"', 'W/"3"')).toBe(false);
    expect(matchesEtag('W/"3.cd34"', 'W/"3.ab12"')).toBe(false);
  });
});
