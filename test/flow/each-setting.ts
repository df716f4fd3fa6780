import { randomUUID } from 'node:crypto';
import { scimStore } from '../../functions/scim/compose.ts';
import { scimFunction } from '../../functions/scim/scim-function.ts';
import { addToken, type Json, ScimClient } from '../protocol/scim-client.ts';
import type { SettingsChange } from '../settings-of.ts';
import { SWEEP_AFTER_SECONDS, startWorld, type World } from './harness.ts';

/** A tenant from the IdP's requests to Confluence's state: the real SCIM function, store, worker and sweep. */
export class WholeLine {
  readonly world: World;
  readonly #client: ScimClient;
  readonly #ids = new Map<string, string>();

  private constructor(world: World, client: ScimClient) {
    this.world = world;
    this.#client = client;
  }

  static async start(settings: SettingsChange): Promise<WholeLine> {
    const world = await startWorld({ settings });
    const now = () => new Date(world.clock.now);
    const store = scimStore(world.table, SWEEP_AFTER_SECONDS);
    const handle = scimFunction({ ...store, queue: world.queue, log: { write: () => {} }, now, newId: randomUUID });
    const token = await addToken(world.connections, world.connection.id, 86_400_000);
    return new WholeLine(world, new ScimClient(handle, world.connection, token));
  }

  /** POST, and what comes of it. */
  async user(userName: string, attributes: Json = {}): Promise<void> {
    const emails = [{ value: `${userName.split('@')[0]}@mail.example`, primary: true }];
    this.#ids.set(userName, await this.#client.newUser(userName, { displayName: `The ${userName}`, active: true, emails, ...attributes }));
    await this.world.settle();
  }

  async group(displayName: string, members: readonly string[] = []): Promise<void> {
    this.#ids.set(
      displayName,
      await this.#client.newGroup(
        displayName,
        members.map((name) => this.#id(name)),
      ),
    );
    await this.world.settle();
  }

  /** PATCH replace. */
  async change(userName: string, attributes: Json): Promise<void> {
    await this.#accepted(this.#client.patch(`/Users/${this.#id(userName)}`, [{ op: 'replace', value: attributes }]));
  }

  /** PATCH of a group's displayName; the story goes on calling it by its first. */
  async rename(group: string, displayName: string): Promise<void> {
    await this.#accepted(this.#client.patch(`/Groups/${this.#id(group)}`, [{ op: 'replace', value: { displayName } }]));
  }

  /** PATCH of a group's members. */
  async members(displayName: string, op: 'add' | 'remove', userName: string): Promise<void> {
    const value = [{ value: this.#id(userName) }];
    await this.#accepted(this.#client.patch(`/Groups/${this.#id(displayName)}`, [{ op, path: 'members', value }]));
  }

  async delete(type: 'Users' | 'Groups', name: string): Promise<void> {
    await this.#accepted(this.#client.delete(`/${type}/${this.#id(name)}`));
  }

  /** Sweeps until nothing more comes of it. */
  async rest(): Promise<void> {
    await this.world.untilPassed(2);
  }

  /** What Confluence has: accounts with full name and whether they can be used, groups with their members. */
  confluence(): { accounts: Record<string, string>; groups: Record<string, string[]> } {
    const { accounts, groups } = this.world.confluence;
    return {
      accounts: Object.fromEntries([...accounts].sort().map(([name, { fullName, active }]) => [name, active ? fullName : `(${fullName})`])),
      groups: Object.fromEntries([...groups].sort().map(([name, members]) => [name, [...members].sort()])),
    };
  }

  close(): Promise<void> {
    return this.world.close();
  }

  #id(name: string): string {
    return this.#ids.get(name) ?? name;
  }

  async #accepted(reply: Promise<{ status: number; text: string }>): Promise<void> {
    const { status, text } = await reply;
    if (status >= 300) throw new Error(`${status} ${text}`);
    await this.world.settle();
  }
}

type State = ReturnType<WholeLine['confluence']>;

export interface SettingCase {
  /** Its path in the settings document. */
  readonly setting: string;
  readonly does: string;
  readonly settings: SettingsChange;
  /** The same, without the setting at hand; the default where there is nothing else to set. */
  readonly without?: SettingsChange;
  /** What is in Confluence before, and what the IdP sends. */
  readonly story: (line: WholeLine) => Promise<void>;
  readonly ends: { readonly accounts?: State['accounts']; readonly groups?: State['groups'] };
}

/** What Confluence has at the end of the story. */
export async function endOf(story: SettingCase['story'], settings: SettingsChange): Promise<State> {
  const line = await WholeLine.start(settings);
  try {
    await story(line);
    await line.rest();
    return line.confluence();
  } finally {
    await line.close();
  }
}
