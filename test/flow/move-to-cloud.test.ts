import { afterEach, describe, expect, it } from 'vitest';
import type { WorkerDependencies } from '../../functions/worker/dependencies.ts';
import { dynamoDbAccountKeys } from '../../shared/directory/dynamodb-account-keys.ts';
import type { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { TargetAddress } from '../../shared/targets/target-address.ts';
import { targetsOf } from '../../shared/targets/target-of.ts';
import { simulatorCredentials } from '../contract/targets/data-center-under-test.ts';
import type { SettingsChange } from '../settings-of.ts';
import { type AtlassianSimulator, startAtlassianSimulator } from '../simulators/atlassian/atlassian-simulator.ts';
import { type MoveWorld, startMoveWorld } from './move-world.ts';

let world: MoveWorld;
let simulator: AtlassianSimulator;
afterEach(async () => {
  await world.close();
  await simulator.close();
});

/** A move to a simulated organisation, through the product's own adapters. */
async function startOn(address: (baseUrl: string) => TargetAddress, settings: SettingsChange): Promise<void> {
  simulator = await startAtlassianSimulator();
  let targetOf: WorkerDependencies['targetOf'] | undefined;
  const targets = (table: DynamoDbTable) =>
    targetsOf({
      credentials: simulatorCredentials({ kind: 'api-key', token: 'local' }),
      accountKeys: dynamoDbAccountKeys(table),
      callTimeoutMs: 5_000,
      now: () => world.clock.now,
    });
  world = await startMoveWorld(settings, {
    address: address(simulator.url),
    targetOf: (...asked) => {
      targetOf ??= targets(world.table);
      return targetOf(...asked);
    },
  });
}

async function lines(...argv: string[]): Promise<string[]> {
  const { text, error } = await world.admin(...argv);
  expect(error).toBe('');
  return text.split('\n').map((line) => line.trim());
}

/** What an organisation has before: accounts that the vendor's migration assistant brought, and one group. */
function seedOrganization(): void {
  simulator.seed({
    accounts: [{ email: 'jane@example.com', fullName: 'Jane of Cloud' }],
    groups: ['confluence-users-idp', 'sales'],
    grantsConfluence: ['confluence-users-idp'],
  });
}

async function seedDataCenter(): Promise<void> {
  const [jane, joe] = [await world.createUser('jane'), await world.createUser('joe')];
  await world.createGroup('Sales', [jane, joe]);
  await world.untilQuiet();
}

async function applyAll(): Promise<void> {
  const { settings } = world.cloudConnection;
  const connection = await world.now(world.cloudConnection);
  await world.connections.changeSettings(connection, { ...settings, apply: 'apply' }, { by: 'the test', at: '2026-11-22T10:00:00Z' });
  await world.untilPassed(6);
}

describe('a move from Data Center to a simulated organisation', () => {
  it('without Guard: who has an account keeps it, the others are invited, and all of them are in Confluence', async () => {
    await startOn((baseUrl) => ({ kind: 'cloud-organization', baseUrl, organization: 'org-1' }), {
      users: { linking: 'email', update: false, userName: { source: 'email' }, groupsOnDeactivate: { do: 'remove' } },
      target: { organization: { accessGroups: ['confluence-users-idp'] } },
    });
    seedOrganization();
    await seedDataCenter();
    const report = await lines('move', 'report', 'first', '--to', 'cloud');
    expect(report).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^user +joe +joe@example\.com +new /),
        '1  no account is found: one would be made',
        '1  linked to the account that is found',
        '1  is there, and would be taken',
      ]),
    );
    await lines('move', 'copy', 'first', '--to', 'cloud');
    await lines('move', 'switch', 'first', '--to', 'cloud', '--yes');
    await world.untilPassed(4);
    const writes = () => simulator.requests().filter(({ method, path }) => method !== 'GET' && !path.endsWith('/search'));
    expect(writes()).toEqual([]);
    await applyAll();
    const access = simulator.accounts().map(({ email, hasConfluence, groups }) => ({ email, hasConfluence, groups: [...groups].sort() }));
    const everything = ['confluence-users-idp', 'sales'];
    expect(access).toEqual([
      { email: 'jane@example.com', hasConfluence: true, groups: everything },
      { email: 'joe@example.com', hasConfluence: true, groups: everything },
    ]);
    expect(world.records('change.parked')).toEqual([]);
  }, 20_000);

  it('with Guard: Atlassian joins the account of the address, and what the identity provider sends next arrives there', async () => {
    await startOn((baseUrl) => ({ kind: 'cloud-guard', baseUrl, directory: 'dir-scim' }), {
      groups: { onRename: 'move' },
    });
    simulator.seed({ accounts: [{ email: 'jane@example.com', fullName: 'Jane of Cloud' }] });
    await seedDataCenter();
    expect(await lines('move', 'report', 'first', '--to', 'cloud')).toEqual(
      expect.arrayContaining(['2  no account is found: one would be made', '1  would be made']),
    );
    await lines('move', 'copy', 'first', '--to', 'cloud');
    await lines('move', 'switch', 'first', '--to', 'cloud', '--yes');
    await applyAll();
    expect(simulator.accounts().map(({ email }) => email)).toEqual(['jane@example.com', 'joe@example.com']);
    expect(simulator.groups().map(({ name, members }) => [name, [...members].sort()])).toEqual([
      ['sales', ['jane@example.com', 'joe@example.com']],
    ]);
    const { json } = await world.idp.get('/Users?filter=userName eq "joe"'.replaceAll(' ', '%20').replaceAll('"', '%22'));
    const [joe] = json['Resources'] as { id: string }[];
    await world.idp.patch(`/Users/${joe?.id}`, [{ op: 'replace', path: 'active', value: false }]);
    await world.untilPassed(4);
    expect(simulator.scimUsers().find(({ userName }) => userName === 'joe')).toMatchObject({ active: false });
    expect(world.confluence.accounts.get('joe')?.active).toBe(true);
    expect(world.records('change.parked')).toEqual([]);
  }, 20_000);
});
