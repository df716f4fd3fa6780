import { expect } from 'vitest';
import { differences } from '../idp/fixture.ts';
import type { Json, ScimClient } from '../protocol/scim-client.ts';
import { isAnswered, type Uses } from './sample-use.ts';

/** The person and the group of the sample's answer. */
async function smiths(client: ScimClient): Promise<readonly [string, string]> {
  return [await client.newUser('jsmith', { displayName: 'Smith, James' }), await client.newGroup('Smith Family')];
}

/** RFC 7644 §3.4.3: POST /.search, and what it is answered with. */
export const SEARCH_SAMPLES: Uses = {
  '§3.4.3 (1)': async (sample, client) => {
    const [user, group] = await smiths(client);
    await client.newUser('bjensen', { displayName: 'Babs Jensen' });
    const { Resources } = isAnswered(await client.post('/.search', sample), 200);
    expect((Resources as Json[]).map(({ id }) => id).sort()).toEqual([user, group].sort());
  },
  '§3.4.3 (2)': async (sample, client) => {
    const ids = await smiths(client);
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      attributes: ['displayName', 'userName'],
      filter: 'displayName sw "smith"',
      startIndex: 1,
      count: 10,
    };
    const Resources = (sample['Resources'] as Json[]).map((resource, i) => ({ ...resource, id: ids[i] }));
    // Of the hundred that the sample counts it shows two.
    const expected = { ...sample, totalResults: 2, itemsPerPage: 2, Resources };
    expect(differences(expected, isAnswered(await client.post('/.search', body), 200))).toEqual([]);
  },
};
