import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { SettingsInput } from '../../shared/provisioning/settings/settings.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { startWorld, type World } from '../flow/harness.ts';
import { settingsOf } from '../settings-of.ts';
import { CONFLUENCE_GROUPS, DRIFT_ACCOUNTS, type Drift, type IdpChange, NEW_DISPLAY_NAMES, type TenantCase } from './arbitrary-tenant.ts';
import { type Confluence, type History, type ModelGroup, type ModelUser, PlannedState, type Tenant } from './planned-state.ts';

/** What a run tells each time: that it stands in the way does not change. */
const STANDS_IN_THE_WAY = ['conflict', 'skipped', 'unsupported'];
/** Longer than a tombstone lives and than the sweep waits at most. */
const WAVES = 2;
const WAVE_MS = 61 * 60_000;

/** A tenant in a world of its own, and beside it what the model remembers. Each step compares Confluence with the planned state. */
export class LiveTenant {
  readonly #world: World;
  readonly #users = new Map<UserId, ModelUser>();
  readonly #groups = new Map<GroupId, ModelGroup>();
  readonly #history: History = {
    accounts: new Set(),
    groups: new Set(),
    newGroups: new Map(),
    due: new Set(),
    withheld: new Set(),
    namedBy: new Map(),
    made: new Set(),
    moving: new Set(),
  };
  #settings: SettingsInput;
  #was: Tenant = { users: new Map(), groups: new Map(), bound: { users: new Map(), groups: new Map() } };
  #before: Confluence = { accounts: new Map(), groups: new Map() };

  private constructor(world: World, settings: SettingsInput) {
    this.#world = world;
    this.#settings = settings;
  }

  static async start({ settings, accounts, groupsThere }: TenantCase, isDry: boolean): Promise<LiveTenant> {
    const world = await startWorld({ settings: { ...settings, apply: isDry ? 'dry-run' : 'apply' }, nightly: false });
    world.confluence.capabilities.findByEmail = true;
    for (const name of groupsThere) world.confluence.groups.set(name, new Set());
    for (const { name, active, email, groups } of accounts) {
      world.confluence.accounts.set(name, { fullName: `by hand ${name}`, email, active });
      for (const group of groups) world.confluence.groups.get(group)?.add(name);
    }
    const tenant = new LiveTenant(world, settings);
    tenant.#before = tenant.#confluence();
    return tenant;
  }

  close(): Promise<void> {
    return this.#world.close();
  }

  /** Everything that is wrong after the step, with what it had begun with. */
  async #compare(step: string, isSynchronize: boolean, isTried = true): Promise<string[]> {
    const now = await this.#tenant();
    const state = {
      settings: settingsOf(this.#settings),
      was: this.#was,
      now,
      before: this.#before,
      history: this.#history,
      isSynchronize,
    };
    const planned = new PlannedState(state);
    const differing = [...(isTried ? planned.unexplained() : []), ...differences(planned.confluence(), this.#confluence())];
    planned.remember();
    const wrong = [
      ...differing,
      ...this.#world.confluence.writes
        .filter((call) => !/^(members|groupsOf)\b/.test(call) && planned.isUntouchable(partsOf(call, this.#world)))
        .map((call) => `touched: ${call}`),
    ];
    this.#was = now;
    this.#before = this.#confluence();
    this.#world.confluence.calls.length = 0;
    return wrong.map((sentence) => `${step}: ${sentence}`);
  }

  /** Users and groups for the first time. */
  async create({ users, groups }: TenantCase): Promise<void> {
    for (const [i, attributes] of users.entries()) {
      const sent = asSent(attributes, i);
      // The harness gives a display name to who has none.
      const id = await this.#world.createUser(String(sent['userName']), { displayName: '', ...sent });
      this.#users.set(id, { attributes: sent, active: sent['active'] === true, deleted: false });
      await this.#world.settle();
    }
    const ids = [...this.#users.keys()];
    for (const { displayName, members } of groups) {
      const chosen = new Set(members.flatMap((index) => ids[index % ids.length] ?? []));
      const id = await this.#world.createGroup(displayName, [...chosen]);
      this.#groups.set(id, { displayName, members: chosen, deleted: false });
      await this.#world.settle();
    }
  }

  async created(): Promise<string[]> {
    await this.#pass();
    return this.#compare('created', false);
  }

  async createdInDryRun(): Promise<string[]> {
    await this.#pass();
    const written = this.#world.confluence.writes.map((call) => `dry run: ${call}`);
    await this.#change(this.#settings);
    return written;
  }

  /**
   * What the IdP says next, in steps within which the order makes no difference. Deletes come first, each by itself: what is left of one depends
   * on the others at that moment, and somebody may have waited for the name. Then one group is renamed: by which of several displayNames one got
   * its name would depend on when. What takes access stands apart from what gives it: who is admitted and deactivated at once has an account or
   * none, by whether the worker was in between.
   */
  async change(changes: readonly IdpChange[]): Promise<string[]> {
    const of = (...kinds: IdpChange['do'][]) => changes.filter((each) => kinds.includes(each.do));
    const steps = [
      ...of('delete user', 'delete group').map((each) => [each]),
      of('rename group').slice(0, 1),
      of('edit'),
      of('deactivate', 'leave'),
      of('activate', 'join'),
    ];
    for (const step of steps.filter((each) => each.length > 0)) {
      const wrong = await this.#changed(step);
      if (wrong.length > 0) return wrong;
    }
    return [];
  }

  async #changed(changes: readonly IdpChange[]): Promise<string[]> {
    for (const each of changes) {
      await this.#request(each);
      await this.#world.settle();
    }
    await this.#pass();
    // Who is parked is tried again by the next change of theirs, or by Synchronize.
    return this.#compare(`changed ${changes.map((each) => each.do).join(', ')}`, false, false);
  }

  async #request(change: IdpChange): Promise<void> {
    const [userId, user] = pick([...this.#users], change.user) ?? [];
    const [groupId, group] = pick([...this.#groups], change.group) ?? [];
    if (userId && user && !user.deleted) {
      if (change.do === 'delete user') {
        await this.#world.deleteUser(userId);
        this.#users.set(userId, { ...user, deleted: true });
        for (const [id, each] of this.#groups)
          this.#groups.set(id, { ...each, members: new Set([...each.members].filter((member) => member !== userId)) });
      }
      if (change.do === 'activate' || change.do === 'deactivate') await this.#update(userId, user, { active: change.do === 'activate' });
      if (change.do === 'edit')
        await this.#update(userId, user, { displayName: change.text, emails: [{ value: `${change.text.toLowerCase()}@mail.example` }] });
    }
    if (!groupId || !group || group.deleted) return;
    if (userId && user && !user.deleted && (change.do === 'join' || change.do === 'leave')) {
      const members = new Set(group.members);
      if (change.do === 'join') members.add(userId);
      else members.delete(userId);
      await this.#world.changeMembers(groupId, change.do === 'join' ? { add: [userId] } : { remove: [userId] });
      this.#groups.set(groupId, { ...group, members });
    }
    if (change.do === 'rename group') {
      const displayName = NEW_DISPLAY_NAMES[change.user % NEW_DISPLAY_NAMES.length] ?? '';
      const isTaken = [...this.#groups.values()].some(
        (each) => !each.deleted && each.displayName.toLowerCase() === displayName.toLowerCase(),
      );
      if (isTaken) return;
      await this.#world.renameGroup(groupId, displayName);
      this.#groups.set(groupId, { ...group, displayName });
    }
    if (change.do === 'delete group') {
      await this.#world.deleteGroup(groupId);
      this.#groups.set(groupId, { ...group, deleted: true });
    }
  }

  async #update(id: UserId, user: ModelUser, change: ScimObject): Promise<void> {
    await this.#world.updateUser(id, change);
    const attributes = { ...user.attributes, ...change };
    this.#users.set(id, { ...user, attributes, active: attributes['active'] === true });
  }

  /** Somebody changes Confluence by hand; that is what the next step begins with. */
  drift(drifts: readonly Drift[]): void {
    for (const each of drifts) driftBy(each, this.#world, this.#history.accounts);
    this.#before = this.#confluence();
  }

  async synchronize(): Promise<string[]> {
    await this.#world.synchronize();
    await this.#pass();
    return this.#compare('synchronized', true);
  }

  /** Nothing is left to do: no call that could change anything, nothing counted but what stands in the way. */
  async synchronizeAgain(): Promise<string[]> {
    const { counts, results } = await this.#world.synchronize();
    await this.#pass();
    const counted = Object.keys(counts).filter((kind) => !STANDS_IN_THE_WAY.includes(kind));
    const why = counted.length > 0 ? [`again: counted ${JSON.stringify(counts)}: ${JSON.stringify(results)}`] : [];
    const written = this.#world.confluence.writes.filter((call) => this.#couldTakeEffect(call)).map((call) => `again: ${call}`);
    return [...why, ...written, ...(await this.#compare('again', true))];
  }

  async changeSettings(settings: SettingsInput): Promise<string[]> {
    await this.#change(settings);
    return this.#compare('other settings', false, settingsOf(settings).users.linking !== 'email');
  }

  async #change(settings: SettingsInput): Promise<void> {
    const read = await this.#world.connections.get(this.#world.connection.id);
    if (!read) throw new Error('no connection');
    await this.#world.connections.changeSettings(read, settingsOf(settings), {
      by: 'pat',
      at: new Date(this.#world.clock.now).toISOString(),
    });
    this.#settings = settings;
    do await this.#world.reconcile();
    while ((await this.#world.runs.unfinished()).length > 0);
    await this.#pass();
  }

  /** Time in which what was put off is tried again, and tombstones go. */
  async #pass(): Promise<void> {
    await this.#world.settle();
    for (let wave = 0; wave < WAVES; wave++) {
      this.#world.clock.now += WAVE_MS;
      await this.#world.sweep();
      await this.#world.settle();
    }
  }

  /** A member can't come into a group that is not there, nor anything be done to an account that is not. */
  #couldTakeEffect(call: string): boolean {
    const { accounts, groups } = this.#world.confluence;
    const [verb = '', first = '', second = ''] = partsOf(call, this.#world);
    if (verb === 'members' || verb === 'groupsOf') return false;
    if (/Member$/.test(verb)) return groups.has(first) && accounts.has(second);
    return /^(create|.*Group$)/.test(verb) || accounts.has(first);
  }

  #confluence(): Confluence {
    const { accounts, groups } = this.#world.confluence;
    return {
      accounts: new Map([...accounts].map(([name, account]) => [name, { ...account }])),
      groups: new Map([...groups].map(([name, members]) => [name, new Set(members)])),
    };
  }

  async #tenant(): Promise<Tenant> {
    const users = new Map<string, string>();
    for (const [id, { deleted }] of this.#users) {
      const name = deleted ? undefined : (await this.#world.user(id))?.boundName;
      if (name !== undefined) users.set(id, name);
    }
    const groups = new Map<string, readonly string[]>();
    for (const [id, { deleted }] of this.#groups) {
      const { boundName, alsoBound = [], retiring = [] } = (deleted ? undefined : await this.#world.group(id)) ?? {};
      groups.set(id, boundName === undefined ? [] : [boundName, ...alsoBound].filter((name) => !retiring.includes(name)));
    }
    return { users: new Map(this.#users), groups: new Map(this.#groups), bound: { users, groups } };
  }
}

function asSent({ email, ...attributes }: ScimObject, i: number): ScimObject {
  if (email === 'none') return { ...attributes, emails: [] };
  const value = email === 'own' ? `user${i}@mail.example` : String(email);
  return { ...attributes, emails: [{ value }] };
}

function driftBy(
  { do: what, account: accountIndex, group: groupIndex }: Drift,
  { confluence: { accounts, groups } }: World,
  ours: ReadonlySet<string>,
): void {
  const [name, account] = pick([...accounts].sort(), accountIndex) ?? [];
  const [group, members] = pick([...groups].sort(), groupIndex) ?? [];
  if (what === 'make account') {
    const made = DRIFT_ACCOUNTS[accountIndex % DRIFT_ACCOUNTS.length] ?? '';
    // One of ours that is deleted and made again is not told from the one before: Confluence does not tell the e-mail address.
    if (!accounts.has(made) && !ours.has(made)) accounts.set(made, { fullName: 'by hand', email: 'shared@mail.example', active: true });
  }
  if (what === 'make group') {
    const made = CONFLUENCE_GROUPS[groupIndex % CONFLUENCE_GROUPS.length] ?? '';
    if (!groups.has(made)) groups.set(made, new Set(name === undefined ? [] : [name]));
  }
  if (what === 'delete group' && group !== undefined) groups.delete(group);
  if (what === 'add member' && name !== undefined) members?.add(name);
  if (what === 'remove member') members?.delete([...members].sort()[accountIndex % members.size] ?? '');
  if (!account || name === undefined) return;
  if (what === 'disable') account.active = false;
  if (what === 'enable') account.active = true;
  if (what === 'rename') account.fullName = 'changed by hand';
  if (what === 'delete account') {
    accounts.delete(name);
    for (const each of groups.values()) each.delete(name);
  }
}

function differences(planned: Confluence, actual: Confluence): string[] {
  const found: string[] = [];
  for (const name of new Set([...planned.accounts.keys(), ...actual.accounts.keys()])) {
    const [wanted, is] = [planned, actual].map(({ accounts }) => JSON.stringify(accounts.get(name), ['fullName', 'email', 'active']));
    if (wanted !== is) found.push(`account ${name} is ${is}, planned ${wanted}`);
  }
  for (const name of new Set([...planned.groups.keys(), ...actual.groups.keys()])) {
    const [wanted, is] = [planned, actual].map(({ groups }) =>
      JSON.stringify(groups.has(name) ? [...(groups.get(name) ?? [])].sort() : null),
    );
    if (wanted !== is) found.push(`group ${name} is ${is}, planned ${wanted}`);
  }
  return found;
}

/** The verb and the names of a call: groups and accounts have blanks in them. */
function partsOf(call: string, { confluence }: World): string[] {
  const [verb = '', rest = ''] = [call.slice(0, call.indexOf(' ')), call.slice(call.indexOf(' ') + 1)];
  if (!/Member$/.test(verb)) return [verb, rest];
  const at = rest.lastIndexOf(' ');
  const account = [...confluence.accounts.keys()].find((name) => rest.endsWith(` ${name}`)) ?? rest.slice(at + 1);
  return [verb, rest.slice(0, rest.length - account.length - 1), account];
}

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % from.length];
}
