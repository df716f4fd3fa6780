import { isAtLeast, type Version } from './versions.ts';

/** By which of Confluence's interfaces a verb goes. */
export type Route = 'rest' | 'json-rpc' | 'none';

/** Where the table has its columns: from this version on, to the next. */
const FROM: readonly Version[] = [
  [0, 0],
  [8, 2],
  [8, 4],
  [9, 3],
  [9, 4],
];

/**
 * Every difference between versions of Confluence, in one table. What is not here (who I am, finding an account by name, groups, members,
 * an account's groups) is REST in all of them; what no version can (renaming accounts and groups, telling the licence's limit) is not
 * here either.
 */
const ROUTES = {
  //               before 8.2  8.2         8.4         9.3         9.4
  createAccount: ['json-rpc', 'json-rpc', 'rest', 'rest', 'rest'],
  /** Full name and e-mail address. */
  updateAccount: ['json-rpc', 'json-rpc', 'json-rpc', 'json-rpc', 'rest'],
  enableAccount: ['json-rpc', 'rest', 'rest', 'rest', 'rest'],
  disableAccount: ['json-rpc', 'rest', 'rest', 'rest', 'rest'],
  deleteAccount: ['json-rpc', 'rest', 'rest', 'rest', 'rest'],
  createGroup: ['json-rpc', 'rest', 'rest', 'rest', 'rest'],
  deleteGroup: ['json-rpc', 'rest', 'rest', 'rest', 'rest'],
  addMember: ['json-rpc', 'rest', 'rest', 'rest', 'rest'],
  removeMember: ['json-rpc', 'rest', 'rest', 'rest', 'rest'],
  /** Whether an account is active, where REST does not say so by itself. */
  tellStatus: ['json-rpc', 'rest', 'rest', 'rest', 'rest'],
  /** The e-mail address of an account that was looked up by name: elsewhere it is compared with what was applied last. */
  tellEmail: ['json-rpc', 'none', 'none', 'none', 'none'],
  findByEmail: ['none', 'none', 'none', 'rest', 'rest'],
  countSeats: ['none', 'none', 'none', 'rest', 'rest'],
} as const satisfies Readonly<Record<string, readonly Route[]>>;

export type Verb = keyof typeof ROUTES;

export const VERBS = Object.keys(ROUTES) as readonly Verb[];

export function routeOf(verb: Verb, version: Version): Route {
  const column = FROM.findLastIndex((from) => isAtLeast(version, from));
  return ROUTES[verb][column] ?? 'none';
}

/** From here on REST takes access away by itself, so that JSON-RPC that is switched off is no reason to stop everything. */
export const REST_TAKES_ACCESS_FROM: Version = [8, 2];
