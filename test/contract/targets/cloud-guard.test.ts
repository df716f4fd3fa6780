import { startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { cloudGuardUnderTest } from './cloud-guard-under-test.ts';
import { CLOUD_INSTANCES } from './expectations.ts';
import { targetContract } from './target-contract.ts';

const { can, rules } = CLOUD_INSTANCES['cloud-guard'];

targetContract(
  'Atlassian Cloud with Guard',
  async () => {
    const simulator = await startAtlassianSimulator({ maxPageSize: 3 });
    return { target: cloudGuardUnderTest(simulator.url).target, end: () => simulator.close() };
  },
  can,
  rules,
);
