import { afterEach, describe, expect, it } from 'vitest';
import type { TargetAddress } from '../../shared/targets/target-address.ts';
import type { SettingsChange } from '../settings-of.ts';
import { type InspectWorld, startInspectWorld } from './inspect-world.ts';

let world: InspectWorld;
afterEach(() => world.close());

const baseUrl = 'https://api.atlassian.com';
const guard: TargetAddress = { kind: 'cloud-guard', baseUrl, directory: 'd' };
const organization: TargetAddress = { kind: 'cloud-organization', baseUrl, organization: 'o' };

async function start(address: TargetAddress, settings: SettingsChange = {}) {
  const confluence: { target?: InspectWorld['confluence'] } = {};
  world = await startInspectWorld({
    address,
    settings,
    targetOf: (_, observe) => {
      if (!confluence.target) throw new Error('the worker began before the world');
      return confluence.target.target(observe);
    },
  });
  confluence.target = world.confluence;
}

async function inspected(name: string): Promise<string> {
  await world.untilQuiet();
  return (await world.admin('inspect', 'user', name)).text;
}

describe('inspect user of an Atlassian directory', () => {
  it('says that an account alone has no Confluence, and which groups may give it', async () => {
    await start(guard);
    const id = await world.createUser('ann');
    const alone = await inspected('ann');
    expect(alone).toContain('AT ATLASSIAN NOW\n');
    expect(alone).toMatch(/confluence +no: it comes with a group that was given the app, and there is none/);
    await world.createGroup('staff', [id]);
    expect(await inspected('ann')).toMatch(/confluence +if one of the groups was given the app/);
  });

  it('says of a deactivated account that it is one in all apps', async () => {
    await start(guard);
    const id = await world.createUser('ann');
    await world.untilQuiet();
    await world.updateUser(id, { active: false });
    expect(await inspected('ann')).toMatch(/active +no: deactivated, for all of Atlassian’s apps/);
  });

  it('says in its first lines why what is tried again has not come about', async () => {
    await start(guard);
    world.confluence.settlesWithinMs = 600_000;
    world.confluence.fail(/createAccount ann/, 'taken');
    await world.createUser('ann');
    await world.settle();
    const text = (await world.admin('inspect', 'user', 'ann')).text;
    expect(text.split('\n')[2]).toMatch(/^Not applied yet \(settling\): This may come by itself/);
  });
});

describe('inspect in an Atlassian organisation without Guard', () => {
  const settings: SettingsChange = { target: { organization: { accessGroups: ['wiki'] } } };

  it('explains the groups that grant Confluence as this product’s own', async () => {
    await start(organization, settings);
    await world.createUser('ann');
    await world.untilQuiet();
    world.confluence.groups.set('wiki', new Set(['ann']));
    expect(await inspected('ann')).toMatch(/present +wiki +it grants Confluence \(target\.organization\.accessGroups\)/);
  });

  it('misses nothing for a pushed group of such a name: it is parked, and who is active is in it', async () => {
    await start(organization, settings);
    const id = await world.createUser('ann');
    await world.createGroup('Wiki', [id]);
    await world.untilQuiet();
    world.confluence.groups.set('wiki', new Set(['ann']));
    const text = await inspected('ann');
    expect(text.split('\n')[1]).toBe('Has an active account, ann, in 1 group.');
    expect(text).toMatch(/skipped +Wiki +wiki is an access group: who is active is in it, whoever is pushed/);
    expect(text).toMatch(/present +wiki +it grants Confluence/);
  });

  it('says of a disabled account which access group it is not in, or that Atlassian has ended it', async () => {
    await start(organization, settings);
    await world.createUser('ann');
    await world.untilQuiet();
    Object.assign(world.confluence.accounts.get('ann') ?? {}, { active: false });
    expect(await inspected('ann')).toMatch(/active +no: not in wiki, which grants Confluence/);
    world.confluence.groups.set('wiki', new Set(['ann']));
    expect(await inspected('ann')).toMatch(/active +no: suspended or deactivated at Atlassian/);
  });
});
