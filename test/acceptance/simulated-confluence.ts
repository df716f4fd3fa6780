export interface Account {
  readonly username: string;
  readonly fullName: string;
  readonly email: string;
  readonly active: boolean;
  readonly groups: readonly string[];
}

export interface SeenRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface InjectedFault {
  readonly match?: string;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  readonly delayMs?: number;
  readonly dropConnection?: boolean;
  readonly times: number;
}

/** The simulated Confluence as its interface describes it: `/simulator/*`, and its own paths with the local token. */
export class SimulatedConfluence {
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }

  users(): Promise<Account[]> {
    return this.#get('users');
  }

  groups(): Promise<{ name: string; members: string[] }[]> {
    return this.#get('groups');
  }

  requests(): Promise<SeenRequest[]> {
    return this.#get('requests');
  }

  async fault(fault: InjectedFault): Promise<void> {
    const response = await fetch(`${this.url}/simulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    if (!response.ok) throw new Error(`the fault was answered with ${response.status}: ${await response.text()}`);
  }

  async noFaults(): Promise<void> {
    await fetch(`${this.url}/simulator/faults`, { method: 'DELETE' });
  }

  /** A call as the service account makes it. */
  call(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { authorization: 'Bearer local', ...(body !== undefined && { 'content-type': 'application/json' }) };
    return fetch(`${this.url}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  }

  async #get<T>(what: string): Promise<T> {
    const response = await fetch(`${this.url}/simulator/${what}`);
    if (!response.ok) throw new Error(`/simulator/${what} was answered with ${response.status}`);
    return (await response.json()) as T;
  }
}
