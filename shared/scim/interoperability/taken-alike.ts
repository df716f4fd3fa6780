/**
 * What clients send that looks like a dialect and is none: a tolerant and a strict connection take it alike, and the log names no
 * tolerance. With TOLERANCES this is the whole list of SCIM.md §2.4, and the two rules of PATCH that other servers read differently.
 */
export const TAKEN_ALIKE = {
  T3: {
    taken: 'names and operators of filters in any case; `+` and `%20` for a space',
    reason: 'RFC 7644 §3.4.2.2: "Attribute names and attribute operators used in filters are case insensitive"',
  },
  T8: {
    taken: 'adding a member who is one, removing somebody who is none',
    reason: 'RFC 7644 §3.5.2.1 and §3.5.2.2: "no changes should be made … and a success response should be returned"',
  },
  T9: { taken: '`members` replaced by `[]`', reason: 'RFC 7643 §2.5: an empty array is unassigned; RFC 7644 §3.5.2.3' },
  T11: {
    taken: 'attributes of an extension without its URN, such as `manager`',
    reason: 'RFC 7644 §3.10: clients "SHOULD fully qualify extended attributes", so they need not',
  },
  T12: { taken: 'null in POST, PUT and PATCH', reason: 'RFC 7643 §2.5: null is unassigned' },
  T13: {
    taken: 'read-only attributes in POST and PUT, `schemas` in the value of a PATCH operation: ignored',
    reason: 'RFC 7644 §3.3 and §3.5.1: "SHALL be ignored"; §3.5.2: schemas follows from the attributes',
  },
  T15: { taken: '`application/json`, any charset parameter, any `Accept` or none', reason: 'RFC 7644 §3.1 and §8.1, RFC 9110 §12.5.1' },
  T16: {
    taken: 'a `password`: dropped, neither kept nor logged',
    reason: 'RFC 7643 §4.1.1: returned "never"; there is no login here that it could be for',
  },
  T18: { taken: 'query parameters that nobody knows: ignored', reason: 'no RFC gives them a meaning, or an error' },
  T19: { taken: 'a slash at the end of the address', reason: 'it names the same resource; no RFC forbids it' },
  T20: {
    taken: '`startIndex` below 1 and a negative `count`',
    reason: 'RFC 7644 §3.4.2.4: "SHALL be interpreted as 1", "SHALL be interpreted as "0""',
  },
  T22: {
    taken: 'a POST of the same person again: 409 uniqueness, and a filter finds the one that is there',
    reason: 'RFC 7644 §3.3: "MUST return HTTP status code 409 (Conflict)"',
  },
  T23: {
    taken: 'the userName of a user who was deleted',
    reason: 'RFC 7644 §3.6: the provider "SHOULD NOT consider the deleted resource in conflict calculation"',
  },
  T24: { taken: 'no `User-Agent`, `Connection: close`', reason: 'RFC 9110 §10.1.5: a User-Agent is a SHOULD' },
  T25: {
    taken: 'a change is answered before Confluence has it',
    reason: 'the answer tells of the SCIM resource; Confluence may take minutes',
  },
  attributes: {
    taken: 'names in `attributes` and `excludedAttributes` that mean nothing: ignored',
    reason: 'RFC 7644 §3.9 gives no error for them',
  },
  rule55: {
    taken: '`replace` of an attribute that has no value: it is added',
    reason: 'RFC 7644 §3.5.2.3: "SHALL treat the operation as an "add""',
  },
  rule56: {
    taken: '`replace` of a complex attribute: the sub-attributes that are not given stay',
    reason: 'RFC 7644 §3.5.2.3: they "are left unchanged"; the interoperability draft replaces the whole value, which is not the RFC',
  },
} as const satisfies Readonly<Record<string, { readonly taken: string; readonly reason: string }>>;
