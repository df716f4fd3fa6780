import { afterEach, describe, expect, it } from 'vitest';
import { type AtlassianSimulatorOptions, startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { cloudGuardUnderTest } from './cloud-guard-under-test.ts';
import { cloudOrganizationUnderTest } from './cloud-organization-under-test.ts';

const EXPIRES = '2027-11-01T09:00:00.000Z';
/** The simulated organisation calls its one key so. */
const NAME = 'provisioning';

describe('Organisation adapter: when its API key ends', () => {
  let close: () => Promise<void>;
  afterEach(() => close());

  async function underTest(options: AtlassianSimulatorOptions = {}) {
    const simulator = await startAtlassianSimulator({ keyExpires: EXPIRES, ...options });
    close = simulator.close;
    return { ...cloudOrganizationUnderTest(simulator.url, { now: () => Date.parse('2026-11-22T10:00:00.000Z') }), url: simulator.url };
  }

  it('is told by Atlassian, by the key’s name and for the only key', async () => {
    const { target, calls } = await underTest();
    expect(await target.loginExpires?.(NAME)).toBe(EXPIRES);
    expect(await target.loginExpires?.()).toBe(EXPIRES);
    expect(await target.loginExpires?.('another')).toBeUndefined();
    expect(calls[0]).toMatchObject({ method: 'GET', path: '/admin/api-access/v1/orgs/org-1/api-keys?pageSize=100', outcome: 'ok' });
  });

  it('is refused to a key without the scope', async () => {
    const { target } = await underTest({ missingScopes: ['read:keys:admin'] });
    await expect(target.loginExpires?.(NAME)).rejects.toMatchObject({ code: 'refused' });
  });

  it('can’t be asked of a directory', async () => {
    const { url } = await underTest();
    expect(cloudGuardUnderTest(url).target.loginExpires).toBeUndefined();
  });
});
