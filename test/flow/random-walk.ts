import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { rejectHeld, releaseHeld } from '../../functions/admin/safety/decide-held.ts';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { HeldAs } from '../../shared/directory/brake.ts';
import { dynamoDbHeldChanges } from '../../shared/directory/dynamodb-held-changes.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { SettingsChange } from '../settings-of.ts';
import { changeSettings } from './change-settings.ts';
import { compareAtRest } from './compare-at-rest.ts';
import type { ConfluenceDouble, HeldCall } from './confluence-double.ts';
import { type Message, VISIBILITY_MS } from './fifo-queue.ts';
import { startWorld, WORLD_BEGINS, type World } from './harness.ts';
import { HttpGate } from './http-gate.ts';
import { type CloudByHand, type CloudKind, startCloudByHand } from './target-by-hand.ts';

export interface Walk {
  readonly seed: number;
  readonly steps: number;
  /** The settings of groups change too, and with them the names: two groups instead of one. */
  readonly changesNames?: boolean;
  /** The IdP renames its groups, two of them, and they move (`groups.onRename`). */
  readonly renamesGroups?: boolean;
  /** The brake goes on after the first account an hour, and an administrator releases and rejects. */
  readonly brakes?: boolean;
  /** For as long as LAGS_MS not every worker's calls know of what was made; nothing is parked for that (decision 24). */
  readonly lags?: boolean;
  /** The real adapter, in two processes, over HTTP, on a simulated organisation; it is its requests that fail, are lost, and land late. */
  readonly on?: CloudKind;
  /** How the settings of users are. Default groups are there from the beginning. */
  readonly users?: SettingsChange['users'];
}

interface Delivery {
  readonly message: Message;
  /** `dead`: the worker died; its promise never ends. */
  state: 'running' | 'done' | 'dead';
  held?: HeldCall;
  /** Whether this worker sees what was made a short time ago, by its name. */
  readonly unseen: Map<string, boolean>;
  error?: unknown;
}

/** A step that was taken, in words; undefined if it could not be taken now. */
type Step = () => Promise<string | undefined>;

const USER_NAMES = ['ann', 'bob'];
const GROUP_NAMES = ['staff', 'team'];
/** What else a group may be called by a rename. */
const OTHER_GROUP_NAMES = ['crew'];
/** How long at most what was made is not seen: half of what the target says. */
const LAGS_MS = 300_000;
/** Messages are lost, workers die, and calls get no answer this often in all. */
const LOST = 0.1;

/**
 * Walks at random through requests of the IdP, deliveries, and calls that are answered, fail, get no answer, land late or never, or
 * whose worker dies; then lets everything come to rest and compares Confluence with what the IdP wants. The same seed takes the
 * same way as far as the table allows.
 */
export async function walk({
  seed,
  steps,
  changesNames = false,
  renamesGroups = false,
  lags = false,
  brakes = false,
  users = {},
  on,
}: Walk): Promise<{ differences: string[]; trace: string[] }> {
  const brake = brakes ? { share: 0, atLeast: 1 } : { enabled: false };
  const settings: SettingsChange = { brake, users, ...(renamesGroups && { groups: { onRename: 'move' } }) };
  const cloud = on && (await startCloud(on, settings, lags));
  const world = cloud?.world ?? (await startWorld({ settings }));
  for (const group of users.defaultGroups?.allUsers ?? []) world.confluence.groups.set(group, new Set());
  const random = generator(seed);
  if (lags) world.confluence.settlesWithinMs = 2 * LAGS_MS;
  const chaos = chaosOf(world, cloud?.gate ?? world.confluence, random, lags);
  const idp = identityProvider(world, random, changesNames || renamesGroups ? GROUP_NAMES : GROUP_NAMES.slice(0, 1), renamesGroups);
  if (changesNames) idp.push(() => changeNames(world, random));
  const administrator = administratorOf(world, random);
  if (brakes) idp.push(...new Array<Step>(4).fill(administrator.decides));
  const trace: string[] = [];
  try {
    for (let taken = 0; taken < steps; ) {
      const step = random() < 0.3 ? pick(random, idp) : pick(random, chaos.steps);
      const said = await step?.();
      await chaos.atRest();
      if (said === undefined) continue;
      trace.push(`${++taken}. ${said}`);
    }
    await chaos.end();
    await administrator.releasesAll();
    world.clock.now += 3_600_001;
    await world.sweep();
    await administrator.releasesAll();
    // Of two who are renamed to each other's names one may still have the other's e-mail address.
    const isOfTime = ({ code, reason }: { code: string; reason: string }) =>
      /^(taken|conflict|not-found)$/.test(code) && !reason.includes('has the e-mail address');
    const parked = lags ? world.records('change.parked').filter(isOfTime) : [];
    const differences = [...parked.map(({ reason }) => `parked: ${reason}`), ...(await compareAtRest(world, cloud?.confluence()))];
    if (cloud && differences.length === 0) {
      trace.push(`by hand: ${await driftByHand(cloud.there, random)}`);
      differences.push(...(await synchronized(cloud)));
    }
    return { differences, trace };
  } catch (error) {
    throw new Error(`seed ${seed} after\n${trace.join('\n')}`, { cause: error });
  } finally {
    await world.close();
    await cloud?.there.close();
  }
}

/** The world on a simulated organisation, and Confluence as it is there. */
async function startCloud(kind: CloudKind, settings: SettingsChange, lags: boolean) {
  const clock = { now: WORLD_BEGINS };
  const there = await startCloudByHand(kind, () => clock.now, { settlesWithinMs: lags ? LAGS_MS / 2 : 0 });
  const gate = new HttpGate();
  const named: SettingsChange = kind === 'cloud-guard' ? {} : { users: { ...settings.users, userName: { source: 'email' } } };
  const world = await startWorld({
    settings: there.settings({ ...settings, ...named }),
    address: there.address,
    credentials: { kind: 'api-key', token: 'local' },
    clock,
    fetch: gate.fetch,
  });
  const confluence = () => {
    const { accounts, groups } = there.state();
    return {
      accounts: new Map(Object.entries(accounts).map(([name, shown]) => [name, { active: !/^[([]/.test(shown) }])),
      groups: new Map(Object.entries(groups).map(([name, members]) => [name, new Set(members)])),
    };
  };
  return { world, there, gate, confluence };
}

/** Somebody takes access away at Atlassian, by hand. */
async function driftByHand(there: CloudByHand, random: () => number): Promise<string> {
  const { accounts, groups } = there.state();
  const said: string[] = [];
  for (const [name, shown] of Object.entries(accounts)) {
    if (/^[([]/.test(shown) || random() < 0.5) continue;
    await there.setActive(name, false);
    said.push(`${name} is deactivated`);
  }
  for (const [group, members] of Object.entries(groups)) {
    if (random() < 0.3) {
      await there.deleteGroup(group);
      said.push(`group ${group} is deleted`);
      continue;
    }
    for (const name of members.filter(() => random() < 0.5)) {
      await there.setMember(group, name, false);
      said.push(`${name} is taken out of ${group}`);
    }
  }
  return said.join(', ');
}

/** What Synchronize does not mend, and what a second one writes. */
async function synchronized({ world, there, confluence }: Awaited<ReturnType<typeof startCloud>>): Promise<string[]> {
  // Longer than any process believes what it remembers of names.
  world.clock.now += 3_600_001;
  await world.synchronize();
  await world.untilQuiet();
  const differences = await compareAtRest(world, confluence());
  const before = there.writes().length;
  await world.synchronize();
  await world.untilQuiet();
  // Whoever is parked is tried again.
  const again = (await isAnyParked(world)) ? [] : there.writes().slice(before);
  return [...differences.map((each) => `synchronized: ${each}`), ...again.map((each) => `again: ${each}`)];
}

async function isAnyParked(world: World): Promise<boolean> {
  const { users, groups } = world.directory;
  for await (const { id } of users.listing.find(world.connection, { by: 'all' })) if ((await world.user(id))?.parkedCode) return true;
  for await (const { id } of groups.listing.find(world.connection, { by: 'all' })) if ((await world.group(id))?.parkedCode) return true;
  return false;
}

/** What happens by itself: deliveries, answers, time, the sweep. */
function chaosOf(world: World, target: HttpGate | ConfluenceDouble, random: () => number, lags: boolean) {
  const workers = target instanceof HttpGate ? [world.worker, world.anotherWorker()] : [world.worker];
  /** By the name of what was made. */
  const madeAt = new Map<string, number>();
  const deliveries: Delivery[] = [];
  const late: { call: HeldCall; until: number }[] = [];
  const inside = new AsyncLocalStorage<Delivery>();
  const running = () => deliveries.filter(({ state }) => state === 'running');
  const stuck = () => running().filter(({ held }) => held !== undefined);

  target.gate = (call) => {
    const delivery = inside.getStore();
    if (delivery) delivery.held = call;
    else call.proceed();
  };

  const noteMade = ({ call }: HeldCall) => {
    const [verb = '', name = ''] = call.split(' ');
    const isNew = !world.confluence.accounts.has(name) && !world.confluence.groups.has(name);
    if (lags && /^create/.test(verb) && isNew) madeAt.set(name, world.clock.now);
  };
  const proceed = (call: HeldCall) => {
    noteMade(call);
    call.proceed();
  };
  /** One worker knows of it by now, another does not. */
  const isUnseen = ({ unseen }: Delivery, { call }: HeldCall) =>
    call.split(' ').some((name) => {
      const made = madeAt.get(name);
      if (made === undefined || world.clock.now - made >= LAGS_MS) return false;
      if (!unseen.has(name)) unseen.set(name, random() < 0.5);
      return unseen.get(name);
    });

  /** Every worker is done, dead, or waits for the answer of a call. */
  const atRest = async () => {
    while (stuck().length < running().length) await sleep(1);
    if (target instanceof HttpGate) await target.landed();
    const failed = deliveries.find(({ error }) => error !== undefined);
    if (failed) throw failed.error;
  };

  const deliver: Step = async () => {
    const message = pick(random, world.queue.receivable());
    if (!message) return undefined;
    const delivery: Delivery = { message, state: 'running', unseen: new Map() };
    deliveries.push(delivery);
    const worker = workers.length > 1 ? pick(random, workers) : world.worker;
    void inside
      .run(delivery, () => world.deliver(message, worker))
      .catch((error: unknown) => {
        delivery.error = error;
      })
      .finally(() => {
        delivery.state = 'done';
      });
    return `deliver ${message.id}: ${message.change.resource.type}, ${message.change.reason}`;
  };

  const answer: Step = async () => {
    const delivery = pick(random, stuck());
    const call = delivery?.held;
    if (!delivery || !call) return undefined;
    delete delivery.held;
    if (isUnseen(delivery, call)) return `${delivery.message.id} ${call.call}: ${answerUnseen(call)}`;
    const how = random();
    if (how < 0.8) {
      proceed(call);
      return `${delivery.message.id} ${call.call}: answered`;
    }
    if (how < 0.87) {
      call.fail('server-error');
      return `${delivery.message.id} ${call.call}: 500`;
    }
    late.push({ call, until: delivery.message.visibleAt });
    if (how < 0.94) {
      call.timeOut();
      return `${delivery.message.id} ${call.call}: no answer`;
    }
    delivery.state = 'dead';
    delivery.message.inFlight = false;
    return `${delivery.message.id} ${call.call}: the worker dies`;
  };

  const land = (one: (typeof late)[number]): string => {
    late.splice(late.indexOf(one), 1);
    const lands = random() > 0.3;
    if (lands) {
      noteMade(one.call);
      one.call.land();
    }
    return `${one.call.call}: ${lands ? 'lands late' : 'never lands'}`;
  };

  /** DELIVERY §1: a call lands before its message can be received again, and no function lives that long. */
  const passTime: Step = async () => {
    if (running().length > 0) return undefined;
    const ms = random() < 0.5 ? 15_000 : VISIBILITY_MS;
    const landed = late.filter(({ until }) => until <= world.clock.now + ms).map(land);
    world.clock.now += ms;
    return [`${ms / 1000} s pass`, ...landed].join('; ');
  };

  const steps: Step[] = [
    deliver,
    deliver,
    answer,
    answer,
    answer,
    passTime,
    async () => {
      const one = pick(random, late);
      return one && land(one);
    },
    async () => {
      await world.sweep();
      return 'the sweep';
    },
    async () => {
      if (target instanceof HttpGate || random() > LOST) return undefined;
      target.lie(/^findAccount/, undefined);
      return 'the next look for an account is a false 404';
    },
    async () => {
      const message = pick(random, world.queue.receivable());
      if (!message || random() > LOST) return undefined;
      world.queue.lose((one) => one === message);
      return `${message.id} is lost`;
    },
  ];

  return {
    steps,
    atRest,
    /** Nothing happens any more: what is under way ends, late calls land. */
    async end() {
      target.gate = undefined;
      target.heal();
      for (;;) {
        await atRest();
        const [delivery] = stuck();
        if (!delivery) break;
        const call = delivery.held;
        delete delivery.held;
        call?.proceed();
      }
      for (const one of [...late]) land(one);
      await atRest();
      world.clock.now += VISIBILITY_MS;
    },
  };
}

/** The answer to a call about something that was just made, where the target does not know of it yet. */
function answerUnseen(held: HeldCall): string {
  const { call } = held;
  if (/^findAccount/.test(call)) held.lie(undefined);
  else if (/^groupExists/.test(call)) held.lie(false);
  else if (/^(add|remove|disable|enable|update)/.test(call)) held.fail('not-found');
  else {
    held.proceed();
    return 'answered';
  }
  return 'not seen yet';
}

/** What the identity provider may ask for. One request in ten dies between the commit and the send. */
function identityProvider(world: World, random: () => number, groupNames: readonly string[], renamesGroups: boolean): Step[] {
  const users = new Map<UserId, string>();
  const groups = new Map<GroupId, string>();
  const request = () => ({ sends: random() >= LOST });
  const free = (names: readonly string[], taken: ReadonlyMap<string, string>) =>
    pick(
      random,
      names.filter((name) => ![...taken.values()].includes(name)),
    );
  const some = () => [...users.keys()].filter(() => random() > 0.5);
  const namesOf = (ids: readonly UserId[]) => ids.map((id) => users.get(id)).join(', ');

  const change: Step = async () => {
    const id = pick(random, [...groups.keys()]);
    const member = pick(random, [...users.keys()]);
    if (!id || !member) return undefined;
    const adds = random() > 0.5;
    await world.changeMembers(id, adds ? { add: [member] } : { remove: [member] }, request());
    return `IdP: group ${groups.get(id)} ${adds ? 'gains' : 'loses'} ${users.get(member)}`;
  };
  const createUser: Step = async () => {
    const name = free(USER_NAMES, users);
    if (!name) return undefined;
    const active = random() > 0.2;
    users.set(await world.createUser(name, { active }, request()), name);
    return `IdP: create user ${name}, active=${active}`;
  };
  const createGroup: Step = async () => {
    const name = free(groupNames, groups);
    if (!name) return undefined;
    const members = some();
    groups.set(await world.createGroup(name, members, request()), name);
    return `IdP: create group ${name} with ${namesOf(members)}`;
  };

  const renameGroup: Step = async () => {
    const id = pick(random, [...groups.keys()]);
    const name = free([...groupNames, ...OTHER_GROUP_NAMES], groups);
    if (!id || !name) return undefined;
    const before = groups.get(id);
    await world.renameGroup(id, name, request());
    groups.set(id, name);
    return `IdP: rename group ${before} to ${name}`;
  };

  return [
    ...(renamesGroups ? [renameGroup, renameGroup] : []),
    createUser,
    createUser,
    createGroup,
    createGroup,
    change,
    change,
    change,
    async () => {
      const id = pick(random, [...users.keys()]);
      if (!id) return undefined;
      const active = random() > 0.5;
      await world.updateUser(id, { active }, request());
      return `IdP: user ${users.get(id)} active=${active}`;
    },
    async () => {
      const id = pick(random, [...users.keys()]);
      const name = free(USER_NAMES, users);
      if (!id || !name) return undefined;
      const before = users.get(id);
      await world.updateUser(id, { userName: name }, request());
      users.set(id, name);
      return `IdP: rename user ${before} to ${name}`;
    },
    async () => {
      const id = pick(random, [...users.keys()]);
      if (!id) return undefined;
      const name = users.get(id);
      await world.deleteUser(id, request());
      users.delete(id);
      return `IdP: delete user ${name}`;
    },
    async () => {
      const id = pick(random, [...groups.keys()]);
      if (!id || random() > 0.5) return undefined;
      const name = groups.get(id);
      await world.deleteGroup(id, request());
      groups.delete(id);
      return `IdP: delete group ${name}`;
    },
    async () => {
      const id = pick(random, [...groups.keys()]);
      if (!id) return undefined;
      const members = some();
      await world.replaceByLayer(id, members, request());
      return `IdP: group ${groups.get(id)} replaced, by a layer, with ${namesOf(members)}`;
    },
  ];
}

/** What an administrator does about the brake; a release may end in the middle. */
function administratorOf(world: World, random: () => number) {
  const { brake } = world.delivery;
  const heldChanges = dynamoDbHeldChanges(world.table, brake, () => new Date(world.clock.now));
  const release = (as: HeldAs, queue: ChangeQueue = world.queue) =>
    releaseHeld({ brake, heldChanges, queue }, world.connection.id, as, 'release');
  const decides: Step = async () => {
    const { engaged } = await brake.read(world.connection.id);
    const how = random();
    if (how < 0.1) {
      const count = await release('rejected');
      return count > 0 ? `admin: release ${count} that were rejected` : undefined;
    }
    if (!engaged) return undefined;
    if (how < 0.5) return `admin: reject ${await rejectHeld({ brake, heldChanges }, world.connection.id)}`;
    if (how < 0.9) return `admin: release ${await release('held')}`;
    const send = () => Promise.reject(new Error('the machine was switched off'));
    return release('held', { send, length: () => world.queue.length() }).then(
      (count) => `admin: release ${count}`,
      () => 'admin: release, ended in the middle',
    );
  };
  const releasesAll = async () => {
    do await world.untilQuiet();
    while ((await release('held')) + (await release('rejected')) > 0);
  };
  return { decides, releasesAll };
}

/** What an administrator may say of groups: names that are gained, lost, exchanged, and given to two groups at once. */
const NAMINGS: readonly NonNullable<SettingsChange['groups']>[] = [
  {},
  { mapping: 'map', map: { staff: ['crew', 'everyone'], team: ['squad'] } },
  { mapping: 'map', map: { staff: ['everyone'], team: ['crew'] } },
  { mapping: 'map', map: { staff: ['squad', 'crew'], team: ['everyone', 'crew'] } },
  { mapping: 'map', map: { staff: ['team'], team: ['staff'] } },
  { rename: [{ pattern: '(.*)', replacement: '$1 users' }] },
  { rename: [{ pattern: '.*', replacement: 'everyone' }] },
  { exclude: ['staff'] },
];

async function changeNames(world: World, random: () => number): Promise<string> {
  const groups = pick(random, NAMINGS) ?? {};
  const ids: GroupId[] = [];
  for await (const { id } of world.directory.groups.listing.find(world.connection, { by: 'all' })) ids.push(id);
  await changeSettings(world, { groups, brake: { enabled: false } }, ids, () => random() >= LOST);
  return `admin: groups ${JSON.stringify(groups)}`;
}

function pick<T>(random: () => number, of: readonly T[]): T | undefined {
  return of[Math.floor(random() * of.length)];
}

/** Random numbers from 0 to 1 that a seed repeats: a linear congruential generator, its low bits left out. */
function generator(seed: number): () => number {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x5bd1e995) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
