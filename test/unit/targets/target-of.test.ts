import { describe, expect, it } from 'vitest';
import type { AccountKeys } from '../../../shared/directory/account-keys.ts';
import { type TargetAddress, targetIdOf } from '../../../shared/targets/target-address.ts';
import { targetsOf } from '../../../shared/targets/target-of.ts';
import { simulatorCredentials } from '../../contract/targets/data-center-under-test.ts';
import { scriptedFetch } from '../../contract/targets/scripted-fetch.ts';
import { settingsOf } from '../../settings-of.ts';

const guard: TargetAddress = { kind: 'cloud-guard', baseUrl: 'https://api.atlassian.com', directory: 'd1' };
const jane = { id: 'u1', userName: 'jane', emails: [{ value: 'jane@example.com' }] };

/** The composition of a process, and what it sends. */
function composed() {
  const sent: string[] = [];
  const fetch = scriptedFetch(({ method, path }) => {
    sent.push(`${method} ${path.slice('/scim/directory/'.length)}`);
    return { status: 200, body: path.includes('?') ? { totalResults: 1, Resources: [jane] } : jane };
  });
  const credentials = simulatorCredentials({ kind: 'api-key', token: 'local' });
  // Never asked: Guard's directories need no keys of accounts.
  const accountKeys = {} as AccountKeys;
  const targetOf = targetsOf({ credentials, callTimeoutMs: 5_000, now: Date.now, fetch, accountKeys });
  const make = (address: TargetAddress, beforeCall?: () => Promise<void>) =>
    targetOf({ target: { ...address, id: targetIdOf(address) }, settings: settingsOf() }, () => {}, beforeCall);
  return { make, sent: () => sent.splice(0) };
}

describe('targetsOf', () => {
  it("gives a connection its kind's adapter, and all of a process what one of them has found out", async () => {
    const { make, sent } = composed();
    await make(guard).disableAccount('jane');
    expect(sent()).toEqual(['GET d1/Users?filter=userName eq "jane"', 'PATCH d1/Users/u1']);
    await make(guard).enableAccount('jane');
    expect(sent()).toEqual(['PATCH d1/Users/u1']);
    await make(guard).findAccountsByEmail('jane@example.com');
    await make(guard).findAccountsByEmail('nobody@example.com');
    expect(sent()).toEqual(['GET d1/Users?startIndex=1&count=100', 'GET d1/Users/u1']);
  });

  it('but nothing of another directory', async () => {
    const { make, sent } = composed();
    await make(guard).disableAccount('jane');
    sent();
    await make({ ...guard, directory: 'd2' }).disableAccount('jane');
    expect(sent()).toEqual(['GET d2/Users?filter=userName eq "jane"', 'PATCH d2/Users/u1']);
  });

  it('lets each request wait for its turn', async () => {
    const { make } = composed();
    let turns = 0;
    const target = make(guard, async () => {
      turns += 1;
    });
    await target.disableAccount('jane');
    expect(turns).toBe(2);
  });
});
