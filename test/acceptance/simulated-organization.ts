import type { AtlassianSimulator, SimulatedAccount } from '../simulators/atlassian/atlassian-simulator.ts';
import type { InjectedFault } from './simulated-confluence.ts';

type Group = ReturnType<AtlassianSimulator['groups']>[number];
type ScimUser = ReturnType<AtlassianSimulator['scimUsers']>[number];
type Request = ReturnType<AtlassianSimulator['requests']>[number];

/** The simulated organisation as its interface describes it: `/simulator/*`. */
export class SimulatedOrganization {
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }

  accounts(): Promise<SimulatedAccount[]> {
    return this.#get('accounts');
  }

  async account(email: string): Promise<SimulatedAccount | undefined> {
    return (await this.accounts()).find((account) => account.email === email);
  }

  groups(): Promise<Group[]> {
    return this.#get('groups');
  }

  async group(name: string): Promise<Group | undefined> {
    return (await this.groups()).find((group) => group.name === name);
  }

  scimUsers(): Promise<ScimUser[]> {
    return this.#get('scim-users');
  }

  requests(): Promise<Request[]> {
    return this.#get('requests');
  }

  async fault(fault: InjectedFault): Promise<void> {
    await this.call('POST', '/simulator/faults', fault);
  }

  async noFaults(): Promise<void> {
    await this.call('DELETE', '/simulator/faults');
  }

  /** A call as somebody else makes it who has the keys: what this product finds afterwards is drift. */
  async call(method: string, path: string, body?: object): Promise<Response> {
    const headers = { authorization: 'Bearer local', ...(body !== undefined && { 'content-type': 'application/json' }) };
    const response = await fetch(`${this.url}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`);
    return response;
  }

  async #get<T>(what: string): Promise<T> {
    const response = await fetch(`${this.url}/simulator/${what}`);
    if (!response.ok) throw new Error(`/simulator/${what} was answered with ${response.status}`);
    return (await response.json()) as T;
  }
}
