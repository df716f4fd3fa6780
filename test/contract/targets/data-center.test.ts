import { startConfluenceSimulator } from '../../simulators/confluence/confluence-simulator.ts';
import { dataCenterUnderTest } from './data-center-under-test.ts';
import { targetContract } from './target-contract.ts';

for (const version of ['8.5', '9.2', '9.3', '9.4', '10.0']) {
  targetContract(`Confluence Data Center ${version}`, async () => {
    const simulator = await startConfluenceSimulator({ version, maxPageSize: 3, contextPath: '/confluence' });
    return { target: dataCenterUnderTest(simulator.url).target, end: () => simulator.close() };
  });
}

targetContract('Confluence Data Center with basic authentication', async () => {
  const basic = { username: 'svc-scim', password: 'correct horse' };
  const simulator = await startConfluenceSimulator({ basic, maxPageSize: 3 });
  return { target: dataCenterUnderTest(simulator.url, { credentials: { kind: 'basic', ...basic } }).target, end: () => simulator.close() };
});
