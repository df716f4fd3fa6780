import { describe, expect, it } from 'vitest';
import { WriteInDryRun, withoutWrites } from '../../../functions/worker/without-writes.ts';
import { dynamoDbDelivery } from '../../../shared/directory/delivery/dynamodb-delivery.ts';
import type { DynamoDbTable } from '../../../shared/directory/dynamodb-table.ts';
import type { Work } from '../../../shared/provisioning/work.ts';
import { ConfluenceDouble } from '../../flow/confluence-double.ts';

const NAMES = ['ann', 'staff', 'x'] as const;

/** The verbs of the store as it is, all of which only say that they were called. */
function verbsOfStore(): object {
  const real = dynamoDbDelivery({} as DynamoDbTable, { sweepAfterSeconds: 120, now: () => new Date(0) });
  const ports = Object.entries(real).map(([name, port]: [string, object]) => {
    return [name, Object.fromEntries(Object.keys(port).map((verb) => [verb, () => 'called']))] as const;
  });
  return Object.fromEntries(ports);
}

function workOf(confluence: ConfluenceDouble, isDryRun: boolean): Work {
  const delivery = verbsOfStore();
  return { isDryRun, target: confluence.target(() => {}), delivery } as unknown as Work;
}

describe('the guarantee of a dry run', () => {
  it('every verb of the target that changes something throws and sends nothing; every other one is answered', async () => {
    const confluence = new ConfluenceDouble();
    confluence.accounts.set('ann', { fullName: 'Ann', active: true });
    confluence.groups.set('ann', new Set());
    const { target } = withoutWrites(workOf(confluence, true));
    const refused: string[] = [];
    for (const [verb, call] of Object.entries(target)) {
      if (verb === 'test' || typeof call !== 'function') continue;
      try {
        await (call as (...names: readonly string[]) => unknown)(...NAMES);
      } catch (error) {
        expect(error).toBeInstanceOf(WriteInDryRun);
        refused.push(verb);
      }
    }
    expect(refused.sort()).toEqual([
      'addMember',
      'createAccount',
      'createGroup',
      'deleteAccount',
      'deleteGroup',
      'disableAccount',
      'enableAccount',
      'forgetAccount',
      'rememberAccount',
      'removeMember',
      'updateAccount',
    ]);
    expect(confluence.writes).toEqual([]);
  });

  it('no write to the store that would lose a change is there', () => {
    const { delivery } = withoutWrites(workOf(new ConfluenceDouble(), true));
    const ports = ['resources', 'memberships', 'tombstones', 'groupNames', 'users', 'seats', 'brake'] as const;
    const isRefused = (verb: () => unknown) => {
      try {
        return verb() !== 'called';
      } catch (error) {
        return error instanceof WriteInDryRun;
      }
    };
    const left = ports.flatMap((port) =>
      Object.entries(delivery[port]).flatMap(([name, verb]) => (isRefused(verb as () => unknown) ? [] : `${port}.${name}`)),
    );
    const resources = ['bind', 'record', 'release', 'clear', 'again', 'park', 'hold', 'parkOwned', 'wakeWaiters', 'retire'];
    const memberships = ['waitForUser', 'waitForGroup', 'hold', 'setAside', 'handOver', 'clear', 'putBack', 'markAgain', 'wakeOfUser'];
    const others = [
      'tombstones.purgeUser',
      'tombstones.purgeGroup',
      'groupNames.giveUp',
      'users.withholdGroups',
      'seats.take',
      'brake.ask',
    ];
    const lost = [...resources.map((verb) => `resources.${verb}`), ...memberships.map((verb) => `memberships.${verb}`), ...others];
    expect(left.filter((verb) => lost.includes(verb))).toEqual([]);
    expect(left).toEqual(expect.arrayContaining(['resources.user', 'resources.group', 'resources.owner', 'memberships.read']));
  });

  it('whoever applies has everything', () => {
    const work = workOf(new ConfluenceDouble(), false);
    expect(withoutWrites(work)).toBe(work);
  });
});
