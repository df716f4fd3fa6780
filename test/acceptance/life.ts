import type { RunningStack } from './running-stack.ts';
import { GROUP, oktaUser } from './scim-client.ts';

/** What an identity provider knows of one of its people or groups: what it asked for, and what was acknowledged. */
interface Known {
  readonly name: string;
  /** Undefined while no create was acknowledged. */
  id: string | undefined;
  /** Every state that the resource may be in: one if the last request was acknowledged, more while it is not. */
  possible: string[];
}

/**
 * A life of people and groups, as an identity provider lives it that repeats nothing on its own: each request is acknowledged
 * (2xx) or not known to have happened. Afterwards `disagreements` compares SCIM and Confluence with what was acknowledged.
 */
export class Life {
  readonly #stack: RunningStack;
  readonly #random: () => number;
  readonly #people: Known[] = [];
  readonly #groups: { readonly group: Known; readonly members: Map<Known, string[]> }[] = [];
  #ending = false;
  acknowledged = 0;

  constructor(stack: RunningStack, random: () => number) {
    this.#stack = stack;
    this.#random = random;
  }

  /** So many clients, each with people and a group of its own that no other client touches; until `end`. */
  live(clients: number): Promise<void> {
    return Promise.all(Array.from({ length: clients }, (_, i) => this.#client(i))).then(() => undefined);
  }

  end(): void {
    this.#ending = true;
  }

  async #client(number: number): Promise<void> {
    const people: Known[] = [];
    const group: Known = { name: `team-${number}`, id: undefined, possible: ['absent'] };
    const members = new Map<Known, string[]>();
    this.#groups.push({ group, members });
    while (!this.#ending) {
      const person = this.#random() < 0.3 || people.length === 0 ? undefined : people[Math.floor(this.#random() * people.length)];
      if (!person) {
        const made: Known = { name: `person-${number}-${people.length}`, id: undefined, possible: ['absent'] };
        people.push(made);
        this.#people.push(made);
        await this.#create('Users', made, 'active', oktaUser({ userName: made.name }));
      } else if (!group.id) await this.#create('Groups', group, 'live', { schemas: [GROUP], displayName: group.name });
      else if (!person.id) await this.#create('Users', person, 'active', oktaUser({ userName: person.name }));
      else if (this.#random() < 0.5) await this.#activate(person, this.#random() < 0.5);
      else await this.#membership(group, members, person, this.#random() < 0.6);
    }
  }

  /** A create without an answer is looked up by name, as Okta does before it creates again. */
  async #create(type: 'Users' | 'Groups', known: Known, state: string, resource: Readonly<Record<string, unknown>>): Promise<void> {
    known.possible = [...new Set([...known.possible, state])];
    const id = await this.#try(async () => {
      const attribute = type === 'Users' ? 'userName' : 'displayName';
      const filter = encodeURIComponent(`${attribute} eq "${known.name}"`);
      const found = await this.#stack.scim.send('GET', `/${type}?filter=${filter}`);
      const [first] = (found.json['Resources'] ?? []) as { id: string }[];
      return first?.id ?? (await this.#stack.scim.create(type, resource));
    });
    if (id === undefined) return;
    known.id = id;
    known.possible = [state];
  }

  async #activate(person: Known, active: boolean): Promise<void> {
    const state = active ? 'active' : 'disabled';
    person.possible = [...new Set([...person.possible, state])];
    const operation = { op: 'replace', value: { active } };
    const done = await this.#try(async () => mustBe(200, await this.#stack.scim.patch(`/Users/${person.id}`, operation)));
    if (done) person.possible = [state];
  }

  async #membership(group: Known, members: Map<Known, string[]>, person: Known, isMember: boolean): Promise<void> {
    const state = isMember ? 'in' : 'out';
    members.set(person, [...new Set([...(members.get(person) ?? ['out']), state])]);
    const operation = isMember
      ? { op: 'Add', path: 'members', value: [{ value: person.id }] }
      : { op: 'remove', path: `members[value eq "${person.id}"]` };
    const done = await this.#try(async () => mustBe(204, await this.#stack.scim.patch(`/Groups/${group.id}`, operation)));
    if (done) members.set(person, [state]);
  }

  /** Undefined when there was no answer: the process was killed, or is not up yet. */
  async #try<T>(request: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await request();
      this.acknowledged += 1;
      return result;
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return undefined;
    }
  }

  /** Where SCIM or Confluence differ from what was acknowledged, or from each other; empty when nothing is lost and nothing too much. */
  async disagreements(): Promise<string[]> {
    const { scim, confluence } = this.#stack;
    const found: string[] = [];
    const accounts = new Map((await confluence.users()).map((account) => [account.username, account]));
    const groups = new Map((await confluence.groups()).map(({ name, members }) => [name, new Set(members)]));
    for (const person of this.#people) {
      const account = accounts.get(person.name);
      const inConfluence = account === undefined ? 'absent' : account.active ? 'active' : 'disabled';
      const { json } = await scim.send('GET', `/Users?filter=${encodeURIComponent(`userName eq "${person.name}"`)}`);
      const [user] = (json['Resources'] ?? []) as { active: boolean }[];
      const inScim = user === undefined ? 'absent' : user.active ? 'active' : 'disabled';
      if (!person.possible.includes(inScim)) found.push(`${person.name} is ${inScim} in SCIM, not ${person.possible.join(' or ')}`);
      // Someone who was disabled before the account was made is not created (DESIGN §4, safe defaults).
      const same = inConfluence === inScim || (inScim === 'disabled' && inConfluence === 'absent');
      if (!same) found.push(`${person.name} is ${inScim} in SCIM and ${inConfluence} in Confluence`);
    }
    for (const { group, members } of this.#groups) {
      const inScim = new Set(group.id === undefined ? [] : await scim.members(group.id));
      for (const [person, possible] of members) {
        const scimSays = inScim.has(String(person.id)) ? 'in' : 'out';
        const confluenceSays = groups.get(group.name)?.has(person.name) ? 'in' : 'out';
        if (!possible.includes(scimSays)) found.push(`${person.name} is ${scimSays} ${group.name} in SCIM, not ${possible.join(' or ')}`);
        const waits = scimSays === 'in' && !accounts.has(person.name);
        if (scimSays !== confluenceSays && !waits)
          found.push(`${person.name} is ${scimSays} ${group.name} in SCIM and ${confluenceSays} in Confluence`);
      }
    }
    return found;
  }
}

function mustBe(status: number, answer: { status: number; json: unknown }): true {
  if (answer.status !== status) throw new Error(`answered with ${answer.status}: ${JSON.stringify(answer.json)}`);
  return true;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
