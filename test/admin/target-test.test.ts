import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../functions/admin/command.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import { Settings } from '../../shared/provisioning/settings/settings.ts';
import type { TargetReport } from '../../shared/targets/target.ts';
import { targetIdOf } from '../../shared/targets/target-address.ts';
import { NOW, startAdmin } from './admin-under-test.ts';

const capabilities: TargetReport['capabilities'] = {
  createAccount: true,
  updateProfile: true,
  changeStatus: true,
  deleteAccount: true,
  createGroup: true,
  deleteGroup: true,
  changeMembers: true,
  findByEmail: false,
  countSeats: false,
  tellSeatLimit: false,
  renameAccount: false,
  renameGroup: false,
};

describe('target test', () => {
  let world: Awaited<ReturnType<typeof startAdmin>>;
  let report: TargetReport;
  beforeEach(async () => {
    world = await startAdmin({ testTarget: () => Promise.resolve(report) });
    const address = { kind: 'cloud-guard', baseUrl: 'https://api.atlassian.com', directory: 'directory-1' } as const;
    await world.administration.connections.create({
      id: world.administration.newId() as ConnectionId,
      name: 'okta',
      state: 'active',
      created: NOW.toISOString(),
      target: { ...address, id: targetIdOf(address) },
      settings: Settings.parse({ version: 2, users: { linking: 'never' } }),
    });
  });
  afterEach(() => world.close());

  it('says of Atlassian Cloud what it can do, and why not what it can’t', async () => {
    const limits = { findByEmail: 'The directory has no filter on e-mail addresses.', renameGroup: 'displayName can’t be changed.' };
    report = { capabilities, limits, findings: [{ ok: true, text: 'The key works.' }] };
    const { code, text } = await world.admin('target test okta');
    expect(code).toBe(EXIT.done);
    expect(text).toMatch(/CAPABILITY +WORKS +WHY/);
    expect(text).toMatch(/create accounts +yes$/m);
    expect(text).toMatch(/link accounts by e-mail address +no +The directory has no filter on e-mail addresses\.$/m);
    expect(text).toMatch(/rename groups +no +displayName can’t be changed\.$/m);
    expect(text).toMatch(/count used seats +no$/m);
    expect(text).not.toMatch(/by REST/);
  });

  it('has no table where nothing could be found out', async () => {
    report = { capabilities, findings: [{ ok: false, text: 'The key was refused.' }] };
    const { code, text } = await world.admin('target test okta');
    expect(code).toBe(EXIT.attention);
    expect(text).toContain('The key was refused.');
    expect(text).not.toContain('CAPABILITY');
  });
});
