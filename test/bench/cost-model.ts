import type { OperationCost } from './operation-costs.ts';

/** List prices of us-east-1 in US dollars, without any free tier: to be checked, as docs/cost.md says. */
export const PRICES = {
  readUnit: 0.125 / 1e6,
  writeUnit: 0.625 / 1e6,
  /** FIFO, each API request. */
  queueRequest: 0.5 / 1e6,
  /** arm64, GB-second. */
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1e6,
  /** REST API. */
  gatewayRequest: 3.5 / 1e6,
  logGigabyte: 0.5,
} as const;

/** What is not counted but assumed: time is waiting for DynamoDB, SQS and Confluence, not computing. */
export const ASSUMED = {
  scim: { gigabytes: 1769 / 1024, msPerRequest: 5, ms: 10 },
  worker: { gigabytes: 0.5, msPerRequest: 5, ms: 250 },
  sweep: { gigabytes: 0.5, msPerRequest: 5, ms: 20 },
  /** A record of the request log and Lambda's own lines. */
  logBytes: 1_200,
  /** Received and deleted; the event source asks for one message at a time here. */
  queueRequestsPerMessage: 2,
} as const;

/** Something that happens so often in a month, and what it runs. */
export interface Load {
  readonly what: string;
  readonly times: number;
  /** Operations of the SCIM function, by their names in the counts. */
  readonly requests: readonly string[];
  readonly worker?: string;
}

const MATCH = 'GET filter=userName eq, a match';
const NO_MATCH = 'GET filter=userName eq, no match';

/** A month of 10,000 people: 1.5 % come and as many go, 5 % change a title, 10 % change a group. Entra ID looks before each change. */
export const MONTH: readonly Load[] = [
  { what: 'people who come', times: 150, requests: [NO_MATCH, 'POST user'], worker: 'worker: create the account' },
  { what: 'people who go', times: 150, requests: [MATCH, 'PATCH active'], worker: 'worker: disable the account' },
  { what: 'changed profiles', times: 500, requests: [MATCH, 'PATCH title'], worker: 'worker: profile' },
  {
    what: 'memberships that begin',
    times: 600,
    requests: ['GET group without members', 'group +1 member'],
    worker: 'worker: add the member',
  },
  {
    what: 'memberships that end',
    times: 400,
    requests: ['GET group without members', 'group −1 member'],
    worker: 'worker: remove the member',
  },
];

/** Entra ID begins a cycle each 40 minutes: one request each is assumed where nothing has changed. */
export const CYCLES: Load = { what: "Entra ID's cycles without a change", times: (30 * 24 * 60) / 40, requests: [MATCH] };

/** Each minute, whatever happens. */
export const SWEEPS: Load = { what: 'sweeps with nothing to do', times: 30 * 24 * 60, requests: [], worker: 'sweep, nothing pending' };

/** Each minute the driver of runs looks whether there is one. */
export const DRIVES: Load = {
  what: 'looks for runs of Synchronize, without any',
  times: 30 * 24 * 60,
  requests: [],
  worker: 'driver, no run',
};

export interface Cost {
  readonly what: string;
  readonly times: number;
  readonly dynamoDb: number;
  readonly sqs: number;
  readonly lambda: number;
  readonly gateway: number;
  readonly log: number;
  readonly total: number;
}

/** Dollars a month. @throws Error for an operation that was not counted */
export function costOf({ what, times, requests, worker }: Load, counted: readonly OperationCost[]): Cost {
  const operation = (name: string): OperationCost => {
    const found = counted.find((each) => each.operation === name);
    if (!found) throw new Error(`"${name}" was not counted`);
    return found;
  };
  const scim = requests.map(operation);
  const own = worker === undefined ? [] : [operation(worker)];
  const all = [...scim, ...own];
  const sum = (of: (each: OperationCost) => number) => all.reduce((total, each) => total + of(each), 0);
  const isSweep = worker?.startsWith('sweep') ?? false;
  const isDriver = worker?.startsWith('driver') ?? false;
  const behind = isSweep || isDriver ? ASSUMED.sweep : ASSUMED.worker;
  const dynamoDb = times * (sum(({ readUnits }) => readUnits) * PRICES.readUnit + sum(({ writeUnits }) => writeUnits) * PRICES.writeUnit);
  const messages = sum(({ sends }) => sends);
  // The sweep asks how long the queue is.
  const sqs = times * PRICES.queueRequest * (messages * (1 + ASSUMED.queueRequestsPerMessage) + (isSweep ? 1 : 0));
  const secondsOf = (
    each: OperationCost,
    { gigabytes, ms, msPerRequest }: typeof ASSUMED.scim | typeof ASSUMED.worker | typeof ASSUMED.sweep,
  ) => (gigabytes * (ms + each.requests.length * msPerRequest)) / 1000;
  const gbSeconds =
    scim.reduce((total, each) => total + secondsOf(each, ASSUMED.scim), 0) +
    own.reduce((total, each) => total + secondsOf(each, behind), 0);
  const lambda = times * (gbSeconds * PRICES.lambdaGbSecond + all.length * PRICES.lambdaRequest);
  const gateway = times * scim.length * PRICES.gatewayRequest;
  // A driver without a run writes no line.
  const lines = isDriver ? 0 : all.length;
  const log = (times * lines * ASSUMED.logBytes * PRICES.logGigabyte) / 1e9;
  return { what, times, dynamoDb, sqs, lambda, gateway, log, total: dynamoDb + sqs + lambda + gateway + log };
}
