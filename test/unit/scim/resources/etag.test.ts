import { describe, expect, it } from 'vitest';
import { etagOf, matchesEtag } from '../../../../shared/scim/resources/etag.ts';

describe('entity tags, RFC 7644 §3.14', () => {
  it('is weak and names the revision', () => {
    expect(etagOf(3)).toBe('W/"3"');
  });

  it.each(['W/"3"', '"3"', '*', ' * ', 'W/"1", W/"3"', '"1","3"', ' W/"3" '])('%s matches revision 3', (header) => {
    expect(matchesEtag(header, 3)).toBe(true);
  });

  it.each(['W/"4"', '"33"', '3', 'W/3', 'w/"3"', '', '""', '"3', '3"', '"1,3,2"', '"*"', 'W/ "3"', ',,,'.repeat(50_000)])(
    '%.30s does not match revision 3',
    (header) => {
      expect(matchesEtag(header, 3)).toBe(false);
    },
  );
});
