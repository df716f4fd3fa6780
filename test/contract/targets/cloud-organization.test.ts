import { startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { cloudOrganizationUnderTest } from './cloud-organization-under-test.ts';
import { CLOUD_INSTANCES } from './expectations.ts';
import { targetContract } from './target-contract.ts';

const { can, rules } = CLOUD_INSTANCES['cloud-organization'];

targetContract(
  'Atlassian Cloud without Guard',
  async () => {
    const simulator = await startAtlassianSimulator({ guard: false, maxPageSize: 3 });
    simulator.seed({ groups: ['confluence-users'], grantsConfluence: ['confluence-users'] });
    return { target: cloudOrganizationUnderTest(simulator.url).target, end: () => simulator.close() };
  },
  can,
  rules,
);
