import { beforeAll, expect, it } from 'vitest';
import { CONFLUENCE_ENDPOINTS } from '../../../shared/targets/cloud-organization/endpoints.ts';
import { startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { describeWithFiles } from '../../suites/describe-with-files.ts';
import { cloudOrganizationUnderTest } from './cloud-organization-under-test.ts';
import { endpointOf, labelOf } from './endpoint-of.ts';
import { type RecordedRequest, startRecordingProxy } from './recording-proxy.ts';
import { readVendorDocument } from './vendor-document.ts';

const FILE = 'confluence-cloud-v1-2021.users-groups.json';

/** The Organizations API has no document here: its requests are checked by the simulator, whose bodies are strict. */
describeWithFiles(
  "the requests of the cross-check, as the vendor's OpenAPI document of Confluence Cloud has them",
  'VENDOR_APIS',
  [FILE],
  ([file = '']) => {
    const document = readVendorDocument(file);
    let requests: RecordedRequest[] = [];
    beforeAll(async () => {
      requests = await requestsOfTheCrossCheck();
    });

    it.each(Object.values(CONFLUENCE_ENDPOINTS).map((endpoint) => [labelOf(endpoint), endpoint] as const))('%s', (label, endpoint) => {
      const sent = requests.filter((request) => labelOf(endpointOf(CONFLUENCE_ENDPOINTS, request)) === label);
      expect(sent.length).toBeGreaterThan(0);
      for (const request of sent) {
        expect(document.templateOf(request.method, request.path)).toBe(endpoint.path);
        expect(document.objectionsTo(request)).toEqual([]);
      }
    });

    it('would be objected to if they were different', () => {
      const group = { method: 'GET', path: '/wiki/rest/api/group/by-id', body: '' };
      expect(document.objectionsTo({ ...group, query: new URLSearchParams({ name: 'a' }) })).toEqual([
        'does not know the query parameter name',
      ]);
      expect(document.objectionsTo({ ...group, path: '/wiki/rest/api/groups', query: new URLSearchParams() })).not.toEqual([]);
    });
  },
);

async function requestsOfTheCrossCheck(): Promise<RecordedRequest[]> {
  const simulator = await startAtlassianSimulator();
  const proxy = await startRecordingProxy(simulator.url);
  try {
    simulator.seed({
      accounts: [{ email: 'ann@example.com' }],
      groups: ['confluence-users'],
      grantsConfluence: ['confluence-users'],
      members: { 'confluence-users': ['ann@example.com'] },
    });
    const credentials = { kind: 'api-key', token: 'local', site: { email: 'admin@example.com', token: 'local' } } as const;
    await cloudOrganizationUnderTest(simulator.url, { credentials, address: { site: proxy.url } }).target.test();
    return proxy.recorded;
  } finally {
    await proxy.close();
    await simulator.close();
  }
}
