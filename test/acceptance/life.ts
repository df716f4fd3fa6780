import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningStack } from './running-stack.ts';
import { GROUP, oktaUser } from './scim-client.ts';

/** One person or group as its identity provider knows it. */
interface Known {
  readonly name: string;
  /** Undefined while it is not known to exist. */
  id: string | undefined;
  /** Every state that it may be in: one once a request was acknowledged, more while one had no answer. */
  possible: readonly string[];
}

interface Team {
  readonly group: Known;
  readonly people: Known[];
  /** Each person's possible states in the group: in, out. */
  readonly members: Map<Known, readonly string[]>;
}

/**
 * A life of people and groups, as an identity provider lives it: each request is acknowledged (2xx), or is not known to have
 * happened because the connection broke. Afterwards `disagreements` compares SCIM and Confluence with that.
 */
export class Life {
  readonly #stack: RunningStack;
  readonly #random: () => number;
  readonly #teams: Team[] = [];
  #ending = false;
  acknowledged = 0;

  constructor(stack: RunningStack, random: () => number) {
    this.#stack = stack;
    this.#random = random;
  }

  /** So many clients, each with people and a group of its own that no other client touches; until `end`. */
  async live(clients: number): Promise<void> {
    await Promise.all(Array.from({ length: clients }, (_, i) => this.#client(i)));
  }

  end(): void {
    this.#ending = true;
  }

  async #client(number: number): Promise<void> {
    const team: Team = { group: { name: `team-${number}`, id: undefined, possible: ['absent'] }, people: [], members: new Map() };
    this.#teams.push(team);
    while (!this.#ending) await this.#step(team, number);
  }

  async #step(team: Team, number: number): Promise<void> {
    const { group, people } = team;
    const chance = this.#random();
    const person = chance < 0.25 ? undefined : people[Math.floor(this.#random() * people.length)];
    if (!person) {
      const made: Known = { name: `person-${number}-${people.length}`, id: undefined, possible: ['absent'] };
      people.push(made);
      await this.#createPerson(team, made);
    } else if (group.id === undefined) await this.#create('Groups', group, 'live', { schemas: [GROUP], displayName: group.name });
    else if (person.id === undefined) await this.#createPerson(team, person);
    else if (chance < 0.5) await this.#activate(person, this.#random() < 0.5);
    else if (chance < 0.6) await this.#delete(team, person);
    else if (chance < 0.7) await this.#replaceMembers(team);
    else await this.#membership(team, person, this.#random() < 0.6);
  }

  async #createPerson(team: Team, person: Known): Promise<void> {
    const made = await this.#create('Users', person, 'active', oktaUser({ userName: person.name }));
    // Who is made again is in no group.
    if (made === 'created') team.members.set(person, ['out']);
  }

  /** What had no answer is looked up by name, as Okta does before it creates. */
  async #create(type: 'Users' | 'Groups', known: Known, state: string, resource: Readonly<Record<string, unknown>>) {
    const attribute = type === 'Users' ? 'userName' : 'displayName';
    const filter = encodeURIComponent(`${attribute} eq "${known.name}"`);
    const found = await this.#try(async () => {
      const answer = await this.#stack.scim.send('GET', `/${type}?filter=${filter}`);
      return (mustBe(200, answer).json['Resources'] ?? []) as { id: string; active?: boolean }[];
    });
    if (!found) return undefined;
    const [first] = found;
    if (first) {
      known.id = first.id;
      known.possible = [first.active === false ? 'disabled' : state];
      return 'found';
    }
    known.possible = ['absent', state];
    const id = await this.#try(() => this.#stack.scim.create(type, resource));
    if (id === undefined) return undefined;
    known.id = id;
    known.possible = [state];
    return 'created';
  }

  async #activate(person: Known, active: boolean): Promise<void> {
    const state = active ? 'active' : 'disabled';
    person.possible = or(person.possible, state);
    const operation = { op: 'replace', value: { active } };
    const done = await this.#try(async () => mustBe(200, await this.#stack.scim.patch(`/Users/${person.id}`, operation)));
    if (done) person.possible = [state];
  }

  async #delete(team: Team, person: Known): Promise<void> {
    person.possible = or(person.possible, 'absent');
    const membership = team.members.get(person) ?? ['out'];
    team.members.set(person, or(membership, 'out'));
    const done = await this.#try(async () => mustBe(204, await this.#stack.scim.send('DELETE', `/Users/${person.id}`)));
    person.id = undefined;
    if (!done) return;
    person.possible = ['absent'];
    team.members.set(person, ['out']);
  }

  async #membership({ group, members }: Team, person: Known, isMember: boolean): Promise<void> {
    const state = isMember ? 'in' : 'out';
    members.set(person, or(members.get(person) ?? ['out'], state));
    const operation = isMember
      ? { op: 'Add', path: 'members', value: [{ value: person.id }] }
      : { op: 'remove', path: `members[value eq "${person.id}"]` };
    const done = await this.#try(async () => mustBe(204, await this.#stack.scim.patch(`/Groups/${group.id}`, operation)));
    if (done) members.set(person, [state]);
  }

  async #replaceMembers({ group, people, members }: Team): Promise<void> {
    const wanted = people.filter(({ id }) => id !== undefined && this.#random() < 0.5);
    const after = new Map(people.map((person) => [person, wanted.includes(person) ? 'in' : 'out']));
    for (const [person, state] of after) members.set(person, or(members.get(person) ?? ['out'], state));
    const body = { schemas: [GROUP], displayName: group.name, members: wanted.map(({ id }) => ({ value: id })) };
    const done = await this.#try(async () => mustBe(200, await this.#stack.scim.send('PUT', `/Groups/${group.id}`, body)));
    if (done) for (const [person, state] of after) members.set(person, [state]);
  }

  /** Undefined when there was no answer: the process was killed, or is not up yet. */
  async #try<T>(request: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await request();
      this.acknowledged += 1;
      return result;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await sleep(50);
      return undefined;
    }
  }

  /** Where SCIM or Confluence differ from what was acknowledged, or from each other: empty when nothing is lost and nothing is too much. */
  async disagreements(): Promise<string[]> {
    const found: string[] = [];
    const accounts = new Map((await this.#stack.confluence.users()).map(({ username, active }) => [username, active]));
    const groups = new Map((await this.#stack.confluence.groups()).map(({ name, members }) => [name, new Set(members)]));
    for (const { group, people, members } of this.#teams) {
      for (const person of people) {
        const inScim = await this.#stateInScim(person);
        const account = accounts.get(person.name);
        const inConfluence = account === undefined ? 'absent' : account ? 'active' : 'disabled';
        if (!person.possible.includes(inScim)) found.push(`${person.name} is ${inScim} in SCIM, not ${person.possible.join(' or ')}`);
        // Deleted is disabled there, and who was disabled before the account was made has none (DESIGN §4, safe defaults).
        const agrees = inScim === 'active' ? inConfluence === 'active' : inConfluence !== 'active';
        if (!agrees) found.push(`${person.name} is ${inScim} in SCIM and ${inConfluence} in Confluence`);
      }
      const inScim = new Set(group.id === undefined ? [] : await this.#stack.scim.members(group.id));
      for (const [person, possible] of members) {
        const scimSays = person.id !== undefined && inScim.has(person.id) ? 'in' : 'out';
        const confluenceSays = groups.get(group.name)?.has(person.name) ? 'in' : 'out';
        // Without an id it is not known whether the person is there; the comparison of the two is what counts then.
        if (person.id !== undefined && !possible.includes(scimSays))
          found.push(`${person.name} is ${scimSays} ${group.name} in SCIM, not ${possible.join(' or ')}`);
        const isUnknown = person.id === undefined && person.possible.length > 1;
        const waits = scimSays === 'in' && !accounts.has(person.name);
        if (scimSays !== confluenceSays && !waits && !isUnknown)
          found.push(`${person.name} is ${scimSays} ${group.name} in SCIM and ${confluenceSays} in Confluence`);
      }
    }
    return found;
  }

  async #stateInScim({ name }: Known): Promise<'absent' | 'active' | 'disabled'> {
    const answer = await this.#stack.scim.send('GET', `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`);
    const [user] = (mustBe(200, answer).json['Resources'] ?? []) as { active: boolean }[];
    if (!user) return 'absent';
    return user.active ? 'active' : 'disabled';
  }
}

function or(possible: readonly string[], state: string): readonly string[] {
  return [...new Set([...possible, state])];
}

function mustBe<T extends { status: number; json: unknown }>(status: number, answer: T): T {
  if (answer.status !== status) throw new Error(`answered with ${answer.status}: ${JSON.stringify(answer.json)}`);
  return answer;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
