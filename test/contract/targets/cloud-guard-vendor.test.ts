import { beforeAll, describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../../shared/targets/cloud-guard/endpoints.ts';
import { startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { describeWithFiles } from '../../suites/describe-with-files.ts';
import { cloudGuardUnderTest } from './cloud-guard-under-test.ts';
import { collect } from './collect.ts';
import { endpointOf, labelOf } from './endpoint-of.ts';
import { type RecordedRequest, startRecordingProxy } from './recording-proxy.ts';
import { type Correction, readVendorDocument } from './vendor-document.ts';

const FILE = 'atlassian-user-provisioning-scim-2022-08.json';

/** Two slips of the document, which its own example of a PATCH shows: `Operations` is the RFC's spelling, and a value is any JSON. */
const CORRECTIONS: readonly Correction[] = [
  ['"operations":{"type":"array"', '"Operations":{"type":"array"'],
  ['"value":{"$ref":"#/components/schemas/JsonNode"}', '"value":{}'],
];

describe("the requests of the adapter for Guard's directories, as the vendor's OpenAPI document has them", () => {
  let requests: RecordedRequest[] = [];
  beforeAll(async () => {
    requests = await requestsOfEveryVerb();
  });

  it("are every endpoint of the adapter's table, and nothing else", () => {
    const sent = new Set(requests.map((request) => labelOf(endpointOf(ENDPOINTS, request))));
    expect([...sent].sort()).toEqual(
      Object.values(ENDPOINTS)
        .map((endpoint) => labelOf(endpoint))
        .sort(),
    );
  });

  it("all carry the directory's key and ask for JSON", () => {
    for (const { headers } of requests) expect(headers).toMatchObject({ authorization: 'Bearer local', accept: 'application/json' });
  });

  it('have one condition in a filter, at most a hundred records on a page, and no PUT', () => {
    for (const { method, query } of requests) {
      expect(method).not.toBe('PUT');
      expect(query.get('filter') ?? 'userName eq "x"').toMatch(/^(userName|displayName) eq "[^"\\]*"$/);
      expect(Number(query.get('count') ?? '1')).toBeLessThanOrEqual(100);
    }
  });

  it('have no e-mail address that is not a userName in a path, which is logged', () => {
    expect(requests.some(({ body }) => body.includes('roe@example.com'))).toBe(true);
    for (const { path, query } of requests) expect(`${path}?${query}`).not.toMatch(/@|%40/);
  });

  describeWithFiles('are as documented', 'VENDOR_APIS', [FILE], ([file = '']) => {
    const document = readVendorDocument(file, CORRECTIONS);

    it.each(Object.values(ENDPOINTS).map((endpoint) => [labelOf(endpoint), endpoint] as const))('%s', (label, endpoint) => {
      const sent = requests.filter((request) => labelOf(endpointOf(ENDPOINTS, request)) === label);
      expect(sent.length).toBeGreaterThan(0);
      for (const request of sent) {
        expect(document.templateOf(request.method, request.path)).toBe(endpoint.path);
        expect(document.objectionsTo(request)).toEqual([]);
      }
    });

    it('would be objected to if they were different', () => {
      const groups = { path: '/scim/directory/d/Groups', query: new URLSearchParams() };
      expect(document.objectionsTo({ ...groups, method: 'POST', body: '{"name":"staff"}' })).toEqual(['does not know the property name']);
      expect(document.objectionsTo({ ...groups, method: 'POST', body: '{"displayName":1}' })).toEqual(['data/displayName must be string']);
      const query = new URLSearchParams({ sortBy: 'displayName' });
      expect(document.objectionsTo({ ...groups, method: 'GET', query, body: '' })).toEqual(['does not know the query parameter sortBy']);
      const patch = { method: 'PATCH', path: '/scim/directory/d/Groups/g', query: new URLSearchParams() };
      expect(document.objectionsTo({ ...patch, body: '{"operations":[]}' })).toEqual(['does not know the property operations']);
    });
  });
});

/** Every verb of the port once, by a process that knows what it has made and by one that knows nothing, and what went over the wire. */
async function requestsOfEveryVerb(): Promise<RecordedRequest[]> {
  const simulator = await startAtlassianSimulator();
  const proxy = await startRecordingProxy(simulator.url);
  try {
    const { target } = cloudGuardUnderTest(proxy.url);
    await target.serviceAccount();
    await target.test();
    await target.createAccount('jane', { fullName: 'Jane Doe', email: 'jane@example.com' });
    await target.createGroup('research & development');
    for (const { target: other } of [{ target }, cloudGuardUnderTest(proxy.url)]) {
      await other.findAccount('jane');
      await other.findAccountsByEmail('jane@example.com');
      await other.updateAccount('jane', { fullName: 'Jane Roe' });
      await other.updateAccount('jane', { fullName: 'Jane Roe', email: 'roe@example.com' });
      await other.updateAccount('jane', { email: 'jane@example.com' });
      await other.disableAccount('jane');
      await other.enableAccount('jane');
      await other.groupExists('research & development');
      await other.addMember('research & development', 'jane');
      await collect(cloudGuardUnderTest(proxy.url).target.members('research & development'));
      await collect(other.groupsOf('jane'));
      await other.removeMember('research & development', 'jane');
      await other.seats();
    }
    await target.deleteGroup('research & development');
    await target.deleteAccount('jane');
    return proxy.recorded;
  } finally {
    await proxy.close();
    await simulator.close();
  }
}
