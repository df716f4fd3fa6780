import { expect } from 'vitest';
import { ScimError } from '../../shared/scim/errors.ts';
import { errorResponse } from '../../shared/scim/messages/error-response.ts';
import { differences } from '../idp/fixture.ts';
import { type Json, USER } from '../protocol/scim-client.ts';
import { asStored } from './as-stored.ts';
import { expectShape, isAnswered, type Person, resourceTypes, storesUser, type Use, type Uses, withPeople } from './sample-use.ts';

/** The user that the samples of PATCH change: RFC 7643 §8.2's attributes as far as they matter. */
const BABS: Json = {
  schemas: [USER],
  userName: 'bjensen@example.com',
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@private.example', type: 'home' },
  ],
  addresses: [
    { type: 'home', locality: 'Hollywood', primary: true },
    { type: 'work', streetAddress: '100 Universal City Plaza', locality: 'Universal City' },
  ],
};

/** PATCHes the user above and gives back what becomes of the named attributes. */
function patchesUser(expected: Json): Use {
  return async (sample, client) => {
    const { id } = isAnswered(await client.post('/Users', BABS), 201);
    const patched = isAnswered(await client.request('PATCH', `/Users/${id}`, { body: sample }), 200);
    expect(asStored(patched)).toEqual(asStored({ ...BABS, ...expected }));
  };
}

/** PATCHes a group with some people in it, and looks who is in it then. */
function patchesMembers(before: readonly Person[], after: readonly Person[]): Use {
  return async (sample, client) => {
    const ids = { babs: await client.newUser('babs'), mandy: await client.newUser('mandy'), james: await client.newUser('james') };
    const group = await client.newGroup(
      'Tour Guides',
      before.map((person) => ids[person]),
    );
    const reply = await client.request('PATCH', `/Groups/${group}`, { body: withPeople(sample, ids) });
    expect(reply.status, reply.text).toBe(204);
    expect(await client.memberIds(group)).toEqual(after.map((person) => ids[person]).sort());
  };
}

const UNKNOWN_ID = '2819c223-7f76-453a-919d-413861904646';
const notFound: Use = async (sample, client) => {
  expectShape(isAnswered(await client.get(`/Users/${UNKNOWN_ID}`), 404), sample);
  expect((await client.get(`/Users/${UNKNOWN_ID}`)).json['status']).toBe(sample['status']);
};

/** RFC 7644 but for Bulk and search: requests, and what is answered. */
export const PROTOCOL_SAMPLES: Uses = {
  '§3.3 (1)': storesUser,
  '§3.3 (2)': storesUser,
  '§3.4.1 (1)': storesUser,
  '§3.4.2 (1)': async (sample, client) => {
    const ids = [await client.newUser('bjensen'), await client.newUser('jsmith')];
    const reply = isAnswered(await client.get('/Users?attributes=userName'), 200);
    const Resources = (sample['Resources'] as Json[]).map((resource, i) => ({ ...resource, id: ids[i] }));
    expect(differences({ ...sample, Resources }, reply)).toEqual([]);
  },
  '§3.4.2.4 (1)': async (sample, client) => {
    for (let i = 0; i < 100; i++) await client.newUser(`user-${i}`);
    const { Resources: _, ...paging } = sample;
    const reply = isAnswered(await client.get('/Users?startIndex=1&count=10'), 200);
    expect(reply).toMatchObject(paging);
    expect(reply['Resources']).toHaveLength(10);
  },
  '§3.5.1 (1)': async (sample, client) => {
    const id = await client.newUser('bjensen', { title: 'Tour Guide', roles: [{ value: 'guide' }] });
    const replaced = isAnswered(await client.put(`/Users/${id}`, withPeople(sample, { babs: id })), 200);
    expect(replaced['id']).toBe(id);
    expect(asStored(replaced)).toEqual(asStored(sample));
  },
  '§3.5.1 (2)': storesUser,
  '§3.5.2 (1)': patchesMembers([], ['babs']),
  '§3.5.2.1 (1)': patchesMembers(['mandy'], ['babs', 'mandy']),
  '§3.5.2.1 (2)': patchesUser({ nickName: 'Babs', emails: [...(BABS['emails'] as Json[]), { value: 'babs@jensen.org', type: 'home' }] }),
  '§3.5.2.2 (1)': patchesMembers(['babs', 'mandy'], ['mandy']),
  '§3.5.2.2 (2)': patchesMembers(['babs', 'mandy'], []),
  '§3.5.2.2 (3)': patchesUser({ emails: [{ value: 'babs@private.example', type: 'home' }] }),
  '§3.5.2.2 (4)': patchesMembers(['babs', 'mandy'], ['james', 'mandy']),
  '§3.5.2.2 (5)': patchesMembers(['mandy'], ['babs', 'james']),
  '§3.5.2.3 (1)': patchesMembers(['mandy'], ['babs', 'james']),
  '§3.5.2.3 (2)': patchesUser({
    addresses: [
      { type: 'home', locality: 'Hollywood', primary: false },
      {
        type: 'work',
        streetAddress: '911 Universal City Plaza',
        locality: 'Hollywood',
        region: 'CA',
        postalCode: '91608',
        country: 'US',
        formatted: '911 Universal City Plaza\nHollywood, CA 91608 US',
        primary: true,
      },
    ],
  }),
  '§3.5.2.3 (3)': patchesUser({
    addresses: [
      { type: 'home', locality: 'Hollywood', primary: true },
      { type: 'work', streetAddress: '1010 Broadway Ave', locality: 'Universal City' },
    ],
  }),
  '§3.5.2.3 (4)': patchesUser({
    nickName: 'Babs',
    emails: [
      { value: 'bjensen@example.com', type: 'work', primary: true },
      { value: 'babs@jensen.org', type: 'home' },
    ],
  }),
  '§3.6 (1)': notFound,
  '§3.9 (1)': async (sample, client) => {
    const id = await client.newUser('bjensen', { title: 'Tour Guide' });
    expect(isAnswered(await client.get(`/Users/${id}?attributes=userName`), 200)).toEqual(withPeople(sample, { babs: id }));
  },
  '§3.12 (1)': notFound,
  '§3.12 (2)': async (sample, client) => {
    const id = await client.newUser('bjensen');
    const reply = isAnswered(await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'id', value: 'x' }]), 400);
    expectShape(reply, sample);
    expect(reply).toMatchObject({ scimType: sample['scimType'], status: sample['status'] });
  },
  '§3.14 (1)': storesUser,
  '§3.14 (2)': async (sample, client) => {
    await storesUser(sample, client);
    const [user = {}] = (await client.get('/Users')).json['Resources'] as Json[];
    expectShape(user, sample);
    expect(user['meta']).toMatchObject({ version: expect.stringMatching(/^W\/"[^"]+"$/) });
  },
  '§4 (1)': resourceTypes,
  '§7.5.2 (1)': async (sample) => {
    // Misprinted: the text above it says 403.
    const status = '403';
    expect(errorResponse(new ScimError('sensitive', String(sample['detail'])))).toEqual({ ...sample, status });
  },
};
