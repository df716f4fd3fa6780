import { ScimError, type ScimType } from '../errors.ts';

/**
 * Where in a request a tolerance is used. `body` is that of POST and PUT, `patch`, `search` and `bulk` a
 * PatchOp, SearchRequest and BulkRequest message; the paths of a PatchOp are apart.
 */
export type Place = 'body' | 'patch' | 'path' | 'filter' | 'query' | 'search' | 'bulk' | 'header' | 'address';

/** What a strict connection answers: a scimType (RFC 7644 §3.12), a status that has none, or `literally`: it takes what stands there. */
export type StrictAnswer = ScimType | 404 | 415 | 'literally';

interface Tolerance {
  /** What a tolerant connection takes: a noun phrase, for people and for error details. */
  readonly tolerated: string;
  readonly strict: Readonly<Partial<Record<Place, StrictAnswer>>>;
  /** The rule that a strict connection keeps to. */
  readonly rule: string;
}

/**
 * Every difference between a tolerant and a strict connection (SCIM.md §2.4). A tolerant one takes it and the request log names the
 * id; a strict one answers as it says here and changes nothing. Nothing is tolerated that is not in this table: `OnTolerance` takes
 * its ids only. docs/strict-and-tolerant.md is this table for people; test/protocol/strict-and-tolerant.test.ts drives each place of each row.
 */
export const TOLERANCES = {
  T1: {
    tolerated: '`op` in any case, such as "Replace", and `method` in a Bulk request',
    strict: { patch: 'invalidSyntax', bulk: 'invalidSyntax' },
    rule: 'RFC 7644 §3.5.2: op is "add", "remove" or "replace"; §3.7: method is "POST", "PUT", "PATCH" or "DELETE"',
  },
  T2: {
    tolerated: 'booleans as text, such as "True"',
    strict: { body: 'invalidValue', patch: 'invalidValue', filter: 'invalidFilter', path: 'invalidFilter' },
    rule: 'RFC 7643 §2.3.2: a boolean is the literal true or false',
  },
  T3: {
    tolerated: 'unquoted values, and a sub-attribute after `]`, in filters',
    strict: { filter: 'invalidFilter', path: 'invalidPath' },
    rule: 'RFC 7644 §3.4.2.2, figure 1: compValue is a JSON value; nothing follows valuePath',
  },
  T4: {
    tolerated: 'names in the value of an operation without a path that are paths themselves: dotted, or with `[ ]`',
    strict: { patch: 'invalidPath' },
    rule: 'RFC 7644 §3.5.2.1: such a value "contains a set of attributes"',
  },
  T5: {
    tolerated: '`add` and `replace` to a value path that selects nothing: the value it describes is made',
    strict: { path: 'noTarget' },
    rule: 'RFC 7644 §3.5.2.3 and §3.12: no record match is noTarget',
  },
  T6: {
    tolerated: '`remove` with the values that are to go: only those go',
    strict: { patch: 'invalidValue' },
    rule: 'RFC 7644 §3.5.2.2: remove has no value, and without a filter all values would go, which no client that names some means',
  },
  T7: {
    tolerated: 'a bare string for a complex value: its `value`',
    strict: { body: 'invalidValue', patch: 'invalidValue' },
    rule: 'RFC 7643 §2.3.8: a complex value is an object',
  },
  T10: {
    tolerated: 'members that are no users of the connection: they are left out',
    strict: { body: 'invalidValue', patch: 'invalidValue' },
    rule: 'RFC 7643 §4.2: value is the id of a resource',
  },
  T11: {
    tolerated: 'the manager as a string, as a list of one, or cleared by an empty string',
    strict: { body: 'invalidValue', patch: 'invalidValue' },
    rule: 'RFC 7643 §4.3: manager is a complex attribute',
  },
  T13: {
    tolerated: 'read-only attributes in a PATCH: they are ignored',
    strict: { patch: 'mutability', path: 'mutability' },
    rule: 'RFC 7644 §3.5.2: "a client MUST NOT modify an attribute that has mutability "readOnly""',
  },
  T14: {
    tolerated: '`schemas` that are missing, unknown, malformed or listed twice',
    strict: { body: 'invalidSyntax', patch: 'invalidSyntax', search: 'invalidSyntax', bulk: 'invalidSyntax' },
    rule: 'RFC 7643 §3: "schemas" is required; RFC 7644 §3.1: it is in every message',
  },
  T15: { tolerated: 'a body without a Content-Type', strict: { header: 415 }, rule: 'RFC 7644 §3.1 and §8.1: application/scim+json' },
  T17: {
    tolerated: 'no `Operations` in a PatchOp: nothing is changed',
    strict: { patch: 'invalidSyntax' },
    rule: 'RFC 7644 §3.5.2: "an array of one or more PATCH operations"',
  },
  T19: { tolerated: '`/v2` twice in the address', strict: { address: 404 }, rule: 'RFC 7644 §3.13: the version follows the base URL once' },
  T21: {
    tolerated: 'a role that is JSON in a string: it is unpacked',
    strict: { body: 'literally', patch: 'literally' },
    rule: 'RFC 7643 §4.1.2: the value of a role is a string, whatever is in it',
  },
  bothProjections: {
    tolerated: '`attributes` and `excludedAttributes` in one request: `attributes` counts',
    strict: { query: 'invalidValue' },
    rule: 'RFC 7644 §3.9: they are "mutually exclusive" (no status is given)',
  },
  bothPagings: {
    tolerated: '`startIndex` and `cursor` in one request: the cursor counts',
    strict: { query: 'invalidValue' },
    rule: 'RFC 9865 §2.4: clients use "startIndex" or "cursor" (no status is given)',
  },
  emptyPath: {
    tolerated: 'an empty `path`, as if there were none',
    strict: { patch: 'invalidPath' },
    rule: 'RFC 7644 §3.5.2, figure 7: a path begins with an attribute',
  },
  endpointCase: {
    tolerated: 'the name of an endpoint in any case, such as `/users`',
    strict: { address: 404, bulk: 404 },
    rule: 'RFC 3986 §6.2.2.1: paths are case-sensitive; RFC 7644 §3.2: the endpoint is /Users',
  },
  memberWithoutValue: {
    tolerated: 'members without their `value`: they are left out',
    strict: { body: 'invalidValue', patch: 'invalidValue' },
    rule: 'RFC 7643 §4.2: value is the id of the member, without which it is nobody',
  },
  nestedGroup: {
    tolerated: 'groups among the members: nested groups are not supported, they are left out',
    strict: { body: 'invalidValue', patch: 'invalidValue' },
    rule: 'RFC 7643 §4.2: the type "Group" is there "to allow the service provider to support nested groups"; this one has none',
  },
  paging: {
    tolerated: '`startIndex` and `count` that are no integers: the defaults count',
    strict: { query: 'invalidValue' },
    rule: 'RFC 7644 §3.4.2.4: both are integers',
  },
  singleValue: {
    tolerated: 'one value of a multi-valued attribute without its array',
    strict: { body: 'invalidValue' },
    rule: 'RFC 7643 §2.4: several values are a JSON array',
  },
  sortBy: {
    tolerated: 'a `sortBy` that names no attribute that has an order: the list is in order of creation',
    strict: { query: 'invalidPath' },
    rule: 'RFC 7644 §3.4.2.3: sortBy is an attribute, or the path to a sub-attribute of a complex one',
  },
  sortOrder: {
    tolerated: 'a `sortOrder` that is neither ascending nor descending: ascending counts',
    strict: { query: 'invalidValue' },
    rule: 'RFC 7644 §3.4.2.3: "Allowed values are "ascending" and "descending""',
  },
  unknownAttribute: {
    tolerated: 'attributes and extensions that no schema of the resource has: they are left out',
    strict: { body: 'invalidSyntax', patch: 'invalidValue', path: 'invalidPath' },
    rule: 'RFC 7644 §3.12: the body "did not conform to the request schema"',
  },
} as const satisfies Readonly<Record<string, Tolerance>>;

export type ToleranceId = keyof typeof TOLERANCES;

/**
 * The `onTolerance` of a strict connection: whoever asks for a tolerance is refused with the answer of the table, that of the place
 * if it is known. So what no check foresaw is not tolerated either. @throws ScimError
 */
export function refuseTolerances(place?: Place): (id: ToleranceId, where: string) => void {
  return (id, where) => {
    const { strict, tolerated }: Tolerance = TOLERANCES[id];
    const answer = (place === undefined ? undefined : strict[place]) ?? Object.values(strict)[0];
    if (answer === undefined || answer === 'literally') return;
    throw new ScimError(answer, `${where}: this connection is strict and does not take ${tolerated.split(':')[0]}.`);
  };
}
