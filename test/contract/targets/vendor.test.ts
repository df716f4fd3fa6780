import { beforeAll, describe, expect, it } from 'vitest';
import { ENDPOINTS, PROBES } from '../../../shared/targets/data-center/endpoints.ts';
import type { Endpoint } from '../../../shared/targets/http/rest-client.ts';
import type { Target } from '../../../shared/targets/target.ts';
import { startConfluenceSimulator } from '../../simulators/confluence/confluence-simulator.ts';
import { describeWithFiles } from '../../suites/describe-with-files.ts';
import { collect } from './collect.ts';
import { dataCenterUnderTest } from './data-center-under-test.ts';
import { endpointOf, labelOf } from './endpoint-of.ts';
import { type RecordedRequest, startRecordingProxy } from './recording-proxy.ts';
import { readVendorDocument } from './vendor-document.ts';

const FILES = ['confluence-data-center-9.0.0.json', 'confluence-data-center-10.0.3.users-groups.json'] as const;

/** Calls that came after the older document; the adapter asks the instance before it relies on them. */
const SINCE_THE_OLDER: ReadonlySet<string> = new Set([
  ENDPOINTS.serverInformation.path,
  ENDPOINTS.activeUsers.path,
  ENDPOINTS.updateUser.path,
]);
const isNewer = ({ method, path }: Endpoint) => SINCE_THE_OLDER.has(path) && !(method === 'DELETE' && path === ENDPOINTS.updateUser.path);

/** CONFLUENCE.md §1b, from the vendor's Javadoc without the token: how many parameters each method has. */
const RPC_METHODS: Readonly<Record<string, number>> = {
  getServerInfo: 0,
  isActiveUser: 1,
  getUserByName: 1,
  addUser: 2,
  editUser: 1,
  deactivateUser: 1,
  reactivateUser: 1,
  removeUser: 1,
  addGroup: 1,
  removeGroup: 2,
  addUserToGroup: 2,
  removeUserFromGroup: 2,
};
/** POST /rest/api/admin/group is no probe. */
const isProbe = ({ method, path }: RecordedRequest) =>
  Object.values(PROBES).some((probe) => probe.method === method && probe.path === path);
const RPC = '/rpc/json-rpc/confluenceservice-v2/';

describe("the Data Center adapter's requests by JSON-RPC, as the vendor's Javadoc has them", () => {
  it('are POSTs of an array of parameters to a method, in the number that it has, and every method is used', async () => {
    const sent = (await Promise.all(['7.13', '8.3', '8.5'].map((version) => requestsTo(version)))).flat();
    const calls = sent.filter(({ path }) => path.startsWith(RPC));
    for (const { method, path, headers, body } of calls) {
      const parameters: unknown = JSON.parse(body);
      expect({ method, path, parameters: Array.isArray(parameters) && parameters.length }).toEqual({
        method: 'POST',
        path,
        parameters: RPC_METHODS[path.slice(RPC.length)],
      });
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-atlassian-token': 'no-check' });
    }
    expect([...new Set(calls.map(({ path }) => path.slice(RPC.length)))].sort()).toEqual(Object.keys(RPC_METHODS).sort());
  });
});

describe("the Data Center adapter's requests, as the vendor's OpenAPI documents have them", () => {
  let requests: RecordedRequest[] = [];
  let probes: string[] = [];
  beforeAll(async () => {
    const sent = [
      ...(await requestsTo('7.13')),
      ...(await requestsTo('8.5')),
      ...(await requestsTo('8.3', false)),
      ...(await requestsTo('10.0')),
    ];
    requests = sent.filter((request) => !request.path.startsWith(RPC) && !isProbe(request));
    probes = sent.filter(isProbe).map(({ path }) => path);
  });

  it("are every endpoint of the adapter's table, and nothing else", () => {
    const sent = new Set(requests.map((request) => labelOf(endpointOf(ENDPOINTS, request))));
    expect([...sent].sort()).toEqual(
      Object.values(ENDPOINTS)
        .map((endpoint) => labelOf(endpoint))
        .sort(),
    );
  });

  it('are beside that two questions that no document has, asked only to find out the version', () => {
    expect([...new Set(probes)].sort()).toEqual([PROBES.administration.path, PROBES.manifest.path].sort());
  });

  it('all carry the login, ask for JSON, and pass the forgery check without posing as a browser', () => {
    for (const { headers } of requests) {
      expect(headers).toMatchObject({ authorization: 'Bearer local', accept: 'application/json', 'x-atlassian-token': 'no-check' });
      expect(headers['user-agent']).toMatch(/^scim-for-confluence\//);
    }
  });

  describeWithFiles('are as documented', 'VENDOR_APIS', FILES, ([olderFile = '', newerFile = '']) => {
    const older = readVendorDocument(olderFile);
    const newer = readVendorDocument(newerFile);

    it.each(Object.values(ENDPOINTS).map((endpoint) => [labelOf(endpoint), endpoint] as const))('%s', (label, endpoint) => {
      const sent = requests.filter((request) => labelOf(endpointOf(ENDPOINTS, request)) === label);
      expect(sent.length).toBeGreaterThan(0);
      for (const request of sent) {
        expect(newer.templateOf(request.method, request.path)).toBe(endpoint.path);
        expect(newer.objectionsTo(request)).toEqual([]);
        if (isNewer(endpoint)) expect(older.templateOf(request.method, request.path)).toBeUndefined();
        else expect(older.objectionsTo(request)).toEqual([]);
      }
    });

    it('would be objected to if they were different', () => {
      const query = new URLSearchParams({ username: 'jane', active: 'false' });
      expect(newer.objectionsTo({ method: 'GET', path: '/rest/api/user', query, body: '' })).toEqual([
        'does not know the query parameter active',
      ]);
      const create = { method: 'POST', path: '/rest/api/admin/user', query: new URLSearchParams() };
      expect(newer.objectionsTo({ ...create, body: '{"name":"jane"}' })).toEqual(['does not know the property name']);
      expect(newer.objectionsTo({ ...create, body: '{"userName":1}' })).toEqual(['data/userName must be string']);
      expect(newer.objectionsTo({ ...create, method: 'PATCH', body: '{}' })).toEqual(['has no such path and method']);
      const disable = { method: 'PUT', path: '/rest/api/admin/user/jane/disable', query: new URLSearchParams() };
      expect(newer.objectionsTo({ ...disable, body: '{}' })).toEqual(['takes no JSON body']);
    });
  });
});

/** Every verb of the port once, on a simulated Confluence of the version, and what went over the wire. */
async function requestsTo(version: string, tellsVersion = true): Promise<RecordedRequest[]> {
  const simulator = await startConfluenceSimulator({ version, tellsVersion, remoteApi: tellsVersion });
  const proxy = await startRecordingProxy(simulator.url);
  try {
    const { target } = dataCenterUnderTest(proxy.url);
    await everyVerb(target);
    return proxy.recorded;
  } finally {
    await proxy.close();
    await simulator.close();
  }
}

async function everyVerb(target: Target): Promise<void> {
  await target.serviceAccount();
  await target.test();
  const can = await target.capabilities();
  if (!can.createAccount) return;
  await target.createAccount('jane@example.com', { fullName: 'Jane Doe', email: 'jane@example.com' });
  await target.findAccount('jane@example.com');
  if (can.findByEmail) await target.findAccountsByEmail('jane@example.com');
  if (can.updateProfile) {
    await target.updateAccount('jane@example.com', { fullName: 'Jane Roe' });
    await target.updateAccount('jane@example.com', { fullName: 'Jane Roe', email: 'roe@example.com' });
  }
  await target.disableAccount('jane@example.com');
  await target.enableAccount('jane@example.com');
  await target.createGroup('research & development');
  await target.deleteGroup('obsolete').catch(() => {});
  await target.groupExists('research & development');
  await target.addMember('research & development', 'jane@example.com');
  await collect(target.members('research & development'));
  await collect(target.groupsOf('jane@example.com'));
  await target.removeMember('research & development', 'jane@example.com');
  await target.deleteAccount('jane@example.com');
  await target.seats();
}
