import { randomUUID } from 'node:crypto';
import { scimStore } from '../../functions/scim/compose.ts';
import { scimFunction } from '../../functions/scim/scim-function.ts';
import type { TargetCapabilities } from '../../shared/targets/target.ts';
import type { TargetKind } from '../../shared/targets/target-address.ts';
import { addToken, type Json, ScimClient } from '../protocol/scim-client.ts';
import type { SettingsChange } from '../settings-of.ts';
import type { AtlassianSimulatorOptions } from '../simulators/atlassian/atlassian-simulator.ts';
import { SWEEP_AFTER_SECONDS, startWorld, WORLD_BEGINS, type World } from './harness.ts';
import { type CloudByHand, type CloudKind, doubleByHand, startCloudByHand, type TargetByHand, type TargetState } from './target-by-hand.ts';

type Simulated = Omit<AtlassianSimulatorOptions, 'now' | 'guard'>;

/**
 * A tenant from the IdP's requests to the target's state: the real SCIM function, store, worker and sweep, and on Cloud the real adapter,
 * over HTTP, on a simulated organisation.
 */
export class WholeLine<There extends TargetByHand = TargetByHand> {
  readonly world: World;
  readonly there: There;
  readonly #client: ScimClient;
  readonly #ids = new Map<string, string>();

  private constructor(world: World, there: There, client: ScimClient) {
    this.world = world;
    this.there = there;
    this.#client = client;
  }

  static async start(settings: SettingsChange, kind: TargetKind = 'data-center'): Promise<WholeLine> {
    if (kind !== 'data-center') return WholeLine.startOnCloud(kind, settings);
    const world = await startWorld({ settings });
    return WholeLine.#on(world, doubleByHand(world.confluence));
  }

  static async startOnCloud(kind: CloudKind, settings: SettingsChange, simulated: Simulated = {}): Promise<WholeLine<CloudByHand>> {
    const clock = { now: WORLD_BEGINS };
    const there = await startCloudByHand(kind, () => clock.now, simulated);
    const credentials = { kind: 'api-key', token: 'local' } as const;
    const world = await startWorld({ settings: there.settings(settings), address: there.address, clock, credentials });
    return WholeLine.#on(world, there);
  }

  static async #on<There extends TargetByHand>(world: World, there: There): Promise<WholeLine<There>> {
    const now = () => new Date(world.clock.now);
    const store = scimStore(world.table, SWEEP_AFTER_SECONDS);
    const handle = scimFunction({ ...store, queue: world.queue, log: { write: () => {} }, now, newId: randomUUID });
    const token = await addToken(world.connections, world.connection.id, 86_400_000);
    return new WholeLine(world, there, new ScimClient(handle, world.connection, token));
  }

  /** POST, and what comes of it. */
  async user(userName: string, attributes: Json = {}): Promise<void> {
    const emails = [{ value: `${userName.split('@')[0]}@mail.example`, primary: true }];
    const sent = { displayName: `The ${userName}`, active: true, emails, ...attributes };
    this.#ids.set(userName, await this.#client.newUser(this.there.nameOf(userName), sent));
    await this.world.settle();
  }

  async group(displayName: string, members: readonly string[] = []): Promise<void> {
    this.#ids.set(
      displayName,
      await this.#client.newGroup(
        displayName,
        members.map((name) => this.id(name)),
      ),
    );
    await this.world.settle();
  }

  /** PATCH replace. */
  async change(userName: string, attributes: Json): Promise<void> {
    await this.#accepted(this.#client.patch(`/Users/${this.id(userName)}`, [{ op: 'replace', value: attributes }]));
  }

  /** PATCH of a group's displayName; the story goes on calling it by its first. */
  async rename(group: string, displayName: string): Promise<void> {
    await this.#accepted(this.#client.patch(`/Groups/${this.id(group)}`, [{ op: 'replace', value: { displayName } }]));
  }

  /** PATCH of a group's members. */
  async members(displayName: string, op: 'add' | 'remove', userName: string): Promise<void> {
    const value = [{ value: this.id(userName) }];
    await this.#accepted(this.#client.patch(`/Groups/${this.id(displayName)}`, [{ op, path: 'members', value }]));
  }

  async delete(type: 'Users' | 'Groups', name: string): Promise<void> {
    await this.#accepted(this.#client.delete(`/${type}/${this.id(name)}`));
  }

  /** Sweeps until nothing more comes of it. */
  async rest(): Promise<void> {
    await this.world.untilPassed(2);
  }

  async close(): Promise<void> {
    await this.world.close();
    await this.there.close();
  }

  /** What the SCIM service calls whom or what the story calls so. */
  id(name: string): string {
    return this.#ids.get(name) ?? name;
  }

  async #accepted(reply: Promise<{ status: number; text: string }>): Promise<void> {
    const { status, text } = await reply;
    if (status >= 300) throw new Error(`${status} ${text}`);
    await this.world.settle();
  }
}

export interface SettingCase {
  /** Its path in the settings document. */
  readonly setting: string;
  readonly does: string;
  readonly settings: SettingsChange;
  /** The same, without the setting at hand; the default where there is nothing else to set. */
  readonly without?: SettingsChange;
  /** What is in the target before, and what the IdP sends. */
  readonly story: (line: WholeLine) => Promise<void>;
  readonly ends: Partial<TargetState>;
  /** Where there is such a setting. Default: everywhere. */
  readonly only?: TargetKind;
}

/** What the product has told of what it did not do. */
export interface Told {
  /** Codes. */
  readonly parked: readonly string[];
  readonly unsupported: readonly string[];
  readonly limits: Readonly<Partial<Record<keyof TargetCapabilities, string>>>;
}

/** What the target has at the end of the story, and what was told on the way. */
export async function endOf(
  story: SettingCase['story'],
  settings: SettingsChange,
  kind: TargetKind,
): Promise<{ state: TargetState; told: Told; shown: TargetByHand['shown'] }> {
  const line = await WholeLine.start(settings, kind);
  try {
    await story(line);
    await line.rest();
    const { world, there } = line;
    const told = {
      parked: world.records('change.parked').map(({ code }) => code),
      unsupported: world.records('change.unsupported').map(({ what }) => what),
      limits: await there.limits(),
    };
    return { state: there.state(), told, shown: there.shown };
  } finally {
    await line.close();
  }
}
