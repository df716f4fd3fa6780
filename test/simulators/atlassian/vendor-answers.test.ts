import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithFiles } from '../../suites/describe-with-files.ts';
import { documentedAnswers, type GivenAnswer } from '../documented-answers.ts';
import { type AtlassianSimulator, startAtlassianSimulator } from './atlassian-simulator.ts';
import { type CallOptions, call, patchOp, person } from './callers.ts';

/** One check for each document. */
function describeDocument(name: string, check: (objectionsTo: (answer: GivenAnswer) => string[]) => void): void {
  describeWithFiles(`the simulated answers, as ${name} has them`, 'VENDOR_APIS', [name], ([file = '']) => check(documentedAnswers(file)));
}

let simulator: AtlassianSimulator;
beforeEach(async () => {
  simulator = await startAtlassianSimulator();
});
afterEach(() => simulator.close());

describeDocument('atlassian-user-provisioning-scim-2022-08.json', (objectionsTo) => {
  const USER = '/Users/{userId}';
  const GROUP = '/Groups/{id}';
  const directory = (method: string, path: string, options?: CallOptions) =>
    call(simulator.url, method, `/scim/directory/dir-scim${path}`, options);

  it('users, groups, lists and errors, with no property that the document does not name', async () => {
    const user = (await directory('POST', '/Users', { body: person('jane', { name: { givenName: 'Jane' }, externalId: 'E1' }) })).json<{
      id: string;
    }>();
    const body = { displayName: 'engineering', members: [{ value: user.id }] };
    const group = (await directory('POST', '/Groups', { body })).json<{ id: string }>();
    const [atUser, atGroup] = [`/Users/${user.id}`, `/Groups/${group.id}`];
    const nobody = { displayName: 'engineering', members: [{ value: 'nobody' }] };
    const calls: readonly [method: string, template: string, path: string, status: number, options?: CallOptions][] = [
      ['GET', '/Users', '/Users', 200],
      ['GET', '/Users', '/Users?filter=x', 400],
      ['GET', '/Users', '/Users', 401, { headers: { authorization: '' } }],
      ['POST', '/Users', '/Users', 201, { body: person('john') }],
      ['POST', '/Users', '/Users', 409, { body: person('john') }],
      ['POST', '/Users', '/Users', 400, { body: {} }],
      ['GET', USER, atUser, 200],
      ['GET', USER, '/Users/nobody', 404],
      ['PUT', USER, atUser, 200, { body: person('jane') }],
      ['PATCH', USER, atUser, 200, { body: patchOp({ op: 'replace', path: 'title', value: 'x' }) }],
      ['GET', '/Groups', '/Groups', 200],
      ['POST', '/Groups', '/Groups', 201, { body: { displayName: 'sales' } }],
      ['POST', '/Groups', '/Groups', 409, { body: { displayName: 'sales' } }],
      ['GET', GROUP, atGroup, 200],
      ['PUT', GROUP, atGroup, 400, { body: nobody }],
      ['PATCH', GROUP, atGroup, 200, { body: patchOp({ op: 'add', path: 'members', value: [] }) }],
      ['PATCH', GROUP, atGroup, 400, { body: patchOp({ op: 'replace', path: 'displayName', value: 'new' }) }],
      ['PATCH', GROUP, atGroup, 404, { body: patchOp({ op: 'add', path: 'members', value: nobody.members }) }],
      ['DELETE', GROUP, atGroup, 204],
      ['DELETE', USER, atUser, 204],
    ];
    for (const [method, below, path, status, options] of calls) {
      const answer = await directory(method, path, options);
      const template = `/scim/directory/{directoryId}${below}`;
      const objections = objectionsTo({ method, template, status: answer.status, text: answer.text });
      expect({ method, path, status: answer.status, objections }).toEqual({ method, path, status, objections: [] });
    }
  });

  it('would be objected to if they were different', () => {
    const answer = { method: 'GET', template: `/scim/directory/{directoryId}${USER}`, status: 200 };
    expect(objectionsTo({ ...answer, text: '{"active":"False"}' })).toEqual(['data/active must be boolean']);
    expect(objectionsTo({ ...answer, text: '{"shoeSize":1}' })).toEqual(['shoeSize is not documented']);
    expect(objectionsTo({ ...answer, status: 418, text: '' })).toEqual(['418 is not documented']);
    expect(objectionsTo({ ...answer, method: 'DELETE', status: 204, text: '{}' })).toEqual(['has a body, and none is documented']);
  });
});

describeDocument('confluence-cloud-v1-2021.users-groups.json', (objectionsTo) => {
  it('groups and their members', async () => {
    simulator.seed({ accounts: [{ email: 'jane@example.com' }], groups: ['engineering'], members: { engineering: ['jane@example.com'] } });
    const id = simulator.groups()[0]?.id ?? '';
    for (const [template, path] of [
      ['/group', '/group'],
      ['/group/by-id', `/group/by-id?id=${id}`],
      ['/group/by-name', '/group/by-name?name=engineering'],
      ['/group/picker', '/group/picker?query=eng'],
      ['/group/{groupId}/membersByGroupId', `/group/${id}/membersByGroupId`],
    ]) {
      const headers = { authorization: `Basic ${btoa('admin@example.com:local')}` };
      const { status, text } = await call(simulator.url, 'GET', `/wiki/rest/api${path}`, { headers });
      const objections = objectionsTo({ method: 'GET', template: `/wiki/rest/api${template}`, status, text });
      expect({ path, status, objections }).toEqual({ path, status: 200, objections: [] });
    }
  });
});
