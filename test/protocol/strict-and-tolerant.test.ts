import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScimError } from '../../shared/scim/errors.ts';
import { TAKEN_ALIKE } from '../../shared/scim/interoperability/taken-alike.ts';
import { type Place, type StrictAnswer, TOLERANCES, type ToleranceId } from '../../shared/scim/interoperability/tolerances.ts';
import { ERROR, GROUP, type Json, type Reply, type ScimClient, type ScimService, startScimService } from './scim-client.ts';
import { alikeCases, type Setting, toleranceCases } from './tolerance-cases.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

let service: ScimService;
let tolerant: ScimClient;
let strict: ScimClient;
/** For all that the strict connection refuses: it stays as it is. */
let untouched: Setting;
beforeAll(async () => {
  service = await startScimService({ inMemory: true });
  [tolerant, strict] = await Promise.all([service.connect({ mode: 'tolerant' }), service.connect({ mode: 'strict' })]);
  untouched = await settingFor(strict);
});
afterAll(() => service.close());

async function settingFor(client: ScimClient): Promise<Setting> {
  const user = await client.newUser(`${randomUUID()}@example.com`, {
    title: 'Old',
    name: { givenName: 'G', familyName: 'F' },
    emails: [{ value: 'h@example.com', type: 'home', primary: true }],
  });
  const group = await client.newGroup(randomUUID(), [user]);
  return { client, user, group, nobody: NOBODY, name: `${randomUUID()}@example.com` };
}

/** All that a refused request could have changed. */
async function stateOf({ client, user, group }: Setting): Promise<unknown> {
  const replies = [`/Users/${user}`, `/Groups/${group}`, '/Users?count=0', '/Groups?count=0'].map((path) => client.get(path));
  return (await Promise.all(replies)).map(({ json }) => json);
}

const lastRecord = () => JSON.parse(service.lines.findLast((line) => line.includes('"kind":"scim.request"')) ?? '{}') as Json;
const expected = (answer: Exclude<StrictAnswer, 'literally'>) =>
  typeof answer === 'number' ? { status: answer } : { status: new ScimError(answer, '').status, scimType: answer };

describe('a tolerant and a strict connection', () => {
  it.each(toleranceCases.map((each, i) => [each.id, each.place, i, each] as const))(
    '%s in %s: tolerated and told, or refused and nothing changed (case %i)',
    async (id, place, _, { send, status, holds = {}, where, literally }) => {
      const accepted = await send(await settingFor(tolerant));
      expect(accepted, accepted.text).toMatchObject({ status, json: holds });
      const record = lastRecord();
      expect(record['toleranceIds']).toContain(id);
      expect(record['tolerances']).toContainEqual(expect.stringContaining(`${id} ${where}`));

      const before = await stateOf(untouched);
      const answered = await send(untouched);
      expect(lastRecord()).not.toHaveProperty('toleranceIds');
      const answer = (TOLERANCES[id].strict as Partial<Record<Place, StrictAnswer>>)[place];
      if (answer === undefined) throw new Error(`the table has no answer for ${id} in ${place}`);
      if (answer === 'literally') {
        expect(answered, answered.text).toMatchObject({ status, json: literally ?? expect.unreachable() });
        return;
      }
      const { status: refused, ...scimType } = expected(answer);
      expect(answered, answered.text).toMatchObject({ status: refused, json: { schemas: [ERROR], status: String(refused), ...scimType } });
      if (typeof answer === 'number') expect(answered.json).not.toHaveProperty('scimType');
      expect(await stateOf(untouched)).toEqual(before);
    },
  );

  it('have a case for every place of every tolerance of the table', () => {
    const rows = (Object.keys(TOLERANCES) as ToleranceId[]).flatMap((id) =>
      Object.keys(TOLERANCES[id].strict).map((place) => `${id} ${place}`),
    );
    expect(new Set(toleranceCases.map(({ id, place }) => `${id} ${place}`))).toEqual(new Set(rows));
  });

  it.each(alikeCases.map((each, i) => [each.id, i, each] as const))(
    '%s: both take it in the same way, and it is no tolerance (case %i)',
    async (_id, _, { send, status, holds = {} }) => {
      const replies: Reply[] = [];
      for (const client of [tolerant, strict]) {
        const reply = await send(await settingFor(client));
        expect(reply, reply.text).toMatchObject({ status, json: holds });
        expect(lastRecord()).not.toHaveProperty('toleranceIds');
        replies.push(reply);
      }
      const [one, other] = replies.map(({ json }) => Object.keys(json).sort());
      expect(one).toEqual(other);
    },
  );

  it('have a case for all that they take alike', () => {
    expect(new Set(alikeCases.map(({ id }) => id))).toEqual(new Set(Object.keys(TAKEN_ALIKE)));
  });

  it('a malformed path is refused by both, also beside operations that are right', async () => {
    for (const client of [tolerant, strict]) {
      const setting = await settingFor(client);
      const before = await stateOf(setting);
      for (const path of ['a b', 'emails[', 'emails[type eq "work"', '.title', 'title[value eq "x"]']) {
        const operations = [
          { op: 'replace', path: 'title', value: 'New' },
          { op: 'replace', path, value: 'x' },
        ];
        expect((await client.patch(`/Users/${setting.user}`, operations)).json).toMatchObject({ status: '400', scimType: 'invalidPath' });
      }
      expect(await stateOf(setting)).toEqual(before);
    }
  });

  it('a strict one holds members against the schema, wherever they stand in a PATCH', async () => {
    const before = await stateOf(untouched);
    const { group, user } = untouched;
    for (const member of [{ value: user, colour: 'red' }, { value: user, type: 7 }, { value: [user] }, {}, { display: 'Ada' }, 'text', 7]) {
      for (const operation of [
        { op: 'add', path: 'members', value: [member] },
        { op: 'replace', path: 'members', value: [{ value: user }, member] },
        { op: 'add', value: { members: [member] } },
        { op: 'add', path: GROUP, value: { members: [member] } },
        { op: 'add', value: { [GROUP]: { members: [member] } } },
      ]) {
        const { json } = await strict.patch(`/Groups/${group}`, [operation]);
        expect(json, JSON.stringify(operation)).toMatchObject({ status: '400', scimType: 'invalidValue' });
      }
    }
    expect(await stateOf(untouched)).toEqual(before);
  });

  it('members that are null, or none, are unassigned for both: RFC 7643 §2.5', async () => {
    for (const client of [tolerant, strict]) {
      for (const members of [null, [], [null]]) {
        const { status, json } = await client.post('/Groups', { schemas: [GROUP], displayName: randomUUID(), members });
        expect(status, JSON.stringify(members)).toBe(201);
        expect(json).not.toHaveProperty('members');
      }
      expect(lastRecord()).not.toHaveProperty('toleranceIds');
    }
  });

  it('counts a tolerance once a request, however often and wherever it was used, and none is crowded out by another', async () => {
    const emails = Array.from({ length: 12 }, (_, i) => ({ value: `${i}@example.com`, primary: 'False' }));
    const unknown = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`unknown${i}`, i]));
    await tolerant.post('/Users', { ...unknown, userName: `${randomUUID()}@example.com`, active: 'True', emails });
    expect((lastRecord()['toleranceIds'] as string[]).toSorted()).toEqual(['T14', 'T2', 'unknownAttribute']);
    expect((lastRecord()['tolerances'] as string[]).length).toBeLessThanOrEqual(50);
  });
});
