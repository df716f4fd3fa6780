import fc from 'fast-check';
import type { Filter, FilterLiteral } from '../../shared/scim/filter/filter.ts';
import { combined, leaves } from './arbitrary-filter.ts';
import { anyStep, email, name } from './arbitrary-step.ts';
import type { Step } from './patch-model.ts';
import { ENTERPRISE, type GroupStep, type Path, type Projection, type Query, type Type } from './scim-model.ts';

/** A resource by its place among all that were ever made, deleted ones too, counted on from the first again after the last; 5 is none. */
export type Nth = number;
export const NONE = 5;
/** A member: a resource of any type, deleted or not, or nobody at all. */
export type Member = { readonly type: Type; readonly nth: Nth } | 'nobody';
/** The version a client believes in: the one it is at, another, any, or what is no version. */
export type Condition = 'none' | 'current' | 'other' | 'any' | 'nonsense';

/** One request, in words: the runner makes HTTP of it, the model a call. */
export type Request =
  | { readonly do: 'create'; readonly type: Type; readonly json: Body; readonly projection: Projection }
  | { readonly do: 'get'; readonly type: Type; readonly nth: Nth; readonly projection: Projection }
  | { readonly do: 'revalidate'; readonly type: Type; readonly nth: Nth }
  | ({ readonly do: 'replace'; readonly json: Body } & Target)
  | ({ readonly do: 'patchUser'; readonly steps: readonly Step[] } & Omit<Target, 'type'>)
  | ({ readonly do: 'patchGroup'; readonly steps: readonly GroupDraft[] } & Omit<Target, 'type'>)
  | ({ readonly do: 'delete' } & Omit<Target, 'projection'>)
  | { readonly do: 'list'; readonly types: readonly Type[]; readonly how: 'get' | 'search'; readonly query: Query }
  | { readonly do: 'walk'; readonly types: readonly Type[]; readonly query: Query };

interface Target {
  readonly type: Type;
  readonly nth: Nth;
  readonly ifMatch: Condition;
  readonly projection: Projection;
}

/** The JSON of a POST or PUT; members still in words. */
export type Body = Readonly<Record<string, unknown>> & { readonly members?: readonly Member[] };
/** A step on a group with its members in words. */
export type GroupDraft = { readonly step: GroupStep; readonly members: readonly Member[] };

const text = fc.constantFrom('a', 'B', 'b', 'ü', 'Ü', '');
const userName = fc.constantFrom('ann', 'Ann', 'bob', 'bea', 'cyd', 'Ümit', 'ümit');
const displayName = fc.constantFrom('Staff', 'STAFF', 'Sales', 'Board');
const externalId = fc.constantFrom('x', 'X', 'y');
const nth = fc.nat({ max: NONE });
const type = fc.constantFrom<Type>('User', 'Group');
const member: fc.Arbitrary<Member> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant<Type>('User'), nth }) },
  { weight: 1, arbitrary: fc.constant('nobody' as const) },
);
const members = fc.array(member, { maxLength: 4 });

const emails = fc.array(email, { maxLength: 3 }).map((list) => {
  let primaries = 0;
  return list.map((each) => (each['primary'] === true && primaries++ > 0 ? { ...each, primary: false } : each));
});
const goodUser = fc.record(
  {
    schemas: fc.constant(true),
    userName,
    externalId: fc.option(externalId),
    title: fc.option(text),
    active: fc.option(fc.boolean()),
    name: fc.option(name),
    emails: fc.option(emails),
    [ENTERPRISE]: fc.option(fc.record({ department: fc.option(text) })),
    password: fc.constant('secret'),
    groups: fc.constant([]),
  },
  { requiredKeys: ['schemas', 'userName'] },
);
const goodGroup = fc.record(
  { schemas: fc.constant(true), displayName, externalId: fc.option(externalId), members },
  { requiredKeys: ['schemas', 'displayName'] },
);
/** At most one thing is wrong: which of two is told first is nobody's rule. */
const flaw = fc.constantFrom<Record<string, unknown>>(
  { schemas: undefined },
  { unknown: 'x' },
  { externalId: 5 },
  { externalId: { a: 1 } },
);
const userFlaw = fc.constantFrom<Record<string, unknown>>(
  { userName: undefined },
  { userName: ' ' },
  { active: 'True' },
  { title: true },
  { name: 'x' },
  {
    emails: [
      { value: 'p', primary: true },
      { value: 'q', primary: true },
    ],
  },
);
const groupFlaw = fc.constantFrom<Record<string, unknown>>({ displayName: undefined }, { displayName: '' }, { displayName: null });
const flawed = (body: fc.Arbitrary<Body>, flaws: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Body> =>
  fc.oneof({ weight: 8, arbitrary: body }, { weight: 1, arbitrary: fc.tuple(body, flaws).map(([good, wrong]) => ({ ...good, ...wrong })) });
const userBody = flawed(goodUser as fc.Arbitrary<Body>, fc.oneof(flaw, userFlaw));
const groupBody = flawed(goodGroup as fc.Arbitrary<Body>, fc.oneof(flaw, groupFlaw));

const paths: readonly Path[] = [
  ...[
    'id',
    'schemas',
    'userName',
    'displayName',
    'externalId',
    'title',
    'active',
    'name',
    'emails',
    'members',
    'groups',
    'meta',
    'nope',
  ].map((one) => [one]),
  ...[
    ['name', 'givenName'],
    ['emails', 'value'],
    ['emails', 'type'],
    ['members', 'value'],
    ['groups', 'display'],
    ['meta', 'version'],
    ['name', 'nope'],
  ],
  ...[[ENTERPRISE], [ENTERPRISE, 'department'], [ENTERPRISE, 'manager']],
];
const somePaths = fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1, maxLength: 3 });
const projection: fc.Arbitrary<Projection> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ attributes: somePaths }) },
  { weight: 2, arbitrary: fc.record({ excludedAttributes: somePaths }) },
);

const pathOf = (...[attribute = '', subAttribute]: string[]) =>
  attribute === ENTERPRISE && subAttribute !== undefined
    ? { urn: ENTERPRISE, attribute: subAttribute }
    : { attribute, ...(subAttribute !== undefined && { subAttribute }) };
const isEquality = (operator: string) => operator === 'eq' || operator === 'ne';
const withOperators = (filters: fc.Arbitrary<Filter>, isAllowed: (operator: string) => boolean) =>
  filters.filter((each) => each.kind !== 'compare' || ((each.value !== null || isEquality(each.operator)) && isAllowed(each.operator)));
const orNull = (values: fc.Arbitrary<FilterLiteral>) =>
  fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: fc.constant(null) });
/** Around the clock of the runs, which begins with 2026, in many spellings of the same instants. */
const date = fc
  .tuple(
    fc.constantFrom('2026-01-01T00:00:0', '2026-01-01T00:00:1'),
    fc.nat({ max: 9 }),
    fc.constantFrom('', '.0', '.001', '.9990000', '.000000000001'),
    fc.constantFrom('Z', '+00:00', ''),
  )
  .chain(([start, second, fraction, zone]) =>
    fc.constantFrom(
      `${start}${second}${fraction}${zone}`,
      `${start.replace('2026-01-01T00', '2026-01-01T05')}${second}${fraction}+05:00`,
      `${start.replace('2026-01-01T00', '2025-12-31T16')}${second}${fraction}-08:00`,
      `${start.replace('2026-01-01T00:00', '2026-01-01T05:45')}${second}${fraction}+05:45`,
    ),
  );
const ofText = (attributes: readonly Path[], values: fc.Arbitrary<FilterLiteral>) =>
  withOperators(
    leaves(
      fc.constantFrom(...attributes).map((path) => pathOf(...path)),
      orNull(values),
    ),
    () => true,
  );
const dates = withOperators(
  leaves(
    fc.constantFrom('created', 'lastModified').map((part) => pathOf('meta', part)),
    date,
  ),
  () => true,
);
const externalIds = ofText([['externalId']], externalId);
const inEmail = combined(
  fc.oneof(
    ofText([['value'], ['type'], ['display']], fc.oneof(text, fc.constantFrom('work', 'home', 'WORK'))),
    withOperators(leaves(fc.constant(pathOf('primary')), fc.boolean()), isEquality),
  ),
  2,
);
const valuePath: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant('valuePath' as const),
  path: fc.constant(pathOf('emails')),
  filter: inEmail,
});
const userFilter = combined(
  fc.oneof(
    externalIds,
    dates,
    ofText(
      [['userName'], ['title'], ['name', 'familyName'], ['emails'], ['emails', 'value'], ['emails', 'type'], [ENTERPRISE, 'department']],
      fc.oneof(text, userName),
    ),
    withOperators(leaves(fc.constantFrom(pathOf('active'), pathOf('emails', 'primary')), orNull(fc.boolean())), isEquality),
    valuePath,
  ),
  2,
);
const groupFilter = combined(
  fc.oneof(externalIds, dates, ofText([['displayName']], displayName), fc.constant<Filter>({ kind: 'present', path: pathOf('members') })),
  2,
);
const commonFilter = combined(fc.oneof(externalIds, dates), 2);

const paging = { startIndex: fc.constantFrom(-1, 0, 1, 2, 3, 9), count: fc.constantFrom(-1, 0, 1, 2, 3, 2000) };
const sortPaths = {
  User: [
    ['userName'],
    ['title'],
    ['externalId'],
    ['name', 'familyName'],
    ['emails'],
    ['emails', 'value'],
    ['meta', 'created'],
    [ENTERPRISE, 'department'],
  ],
  Group: [['displayName'], ['externalId'], ['meta', 'lastModified']],
} as const;
const queryOf = (filters: fc.Arbitrary<Filter>, sorts: readonly Path[]): fc.Arbitrary<Query> =>
  fc
    .tuple(
      fc.record({ filter: filters, sortBy: fc.constantFrom(...sorts), isDescending: fc.boolean(), ...paging }, { requiredKeys: [] }),
      projection,
    )
    .map(([query, shown]) => ({ ...query, ...shown }));
const span: fc.Arbitrary<{ types: readonly Type[]; query: Query }> = fc.oneof(
  fc.record({ types: fc.constant(['User'] as const), query: queryOf(userFilter, sortPaths.User) }),
  fc.record({ types: fc.constant(['Group'] as const), query: queryOf(groupFilter, sortPaths.Group) }),
  fc.record({ types: fc.constant(['User', 'Group'] as const), query: queryOf(commonFilter, [['externalId'], ['meta', 'created']]) }),
);

const groupStep: fc.Arbitrary<GroupDraft> = fc.oneof(
  fc.record({
    step: fc.record({
      op: fc.constantFrom('add', 'replace', 'remove'),
      on: fc.constant('displayName'),
      value: fc.option(fc.oneof(displayName, fc.constant(''))),
    }),
    members: fc.constant([]),
  }),
  fc.record({
    step: fc.record({ op: fc.constantFrom('add', 'replace', 'remove'), on: fc.constant('externalId'), value: fc.option(externalId) }),
    members: fc.constant([]),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.record({ op: fc.constantFrom('add', 'replace'), on: fc.constant('members'), ids: fc.constant([]) }),
      members,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.record({
        op: fc.constant('remove'),
        on: fc.constant('members'),
        those: fc.constantFrom('all', 'named', 'filtered', 'others'),
        ids: fc.constant([]),
      }),
      members: fc.array(member, { minLength: 1, maxLength: 2 }),
    }),
  },
) as fc.Arbitrary<GroupDraft>;

const ifMatch = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Condition>('none') },
  { weight: 3, arbitrary: fc.constantFrom<Condition>('current', 'other', 'any', 'nonsense') },
);

/** Any request that a client may send: RFC 7644 §3. Mostly to few resources, so that requests have to do with each other. */
export const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), type: fc.constant<Type>('User'), json: userBody, projection }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('create' as const), type: fc.constant<Type>('Group'), json: groupBody, projection }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('get' as const), type, nth, projection }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('revalidate' as const), type, nth }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      type: fc.constant<Type>('User'),
      nth,
      json: userBody,
      ifMatch,
      projection,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      type: fc.constant<Type>('Group'),
      nth,
      json: groupBody,
      ifMatch,
      projection,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('patchUser' as const),
      nth,
      steps: fc.array(anyStep, { minLength: 1, maxLength: 3 }),
      ifMatch,
      projection,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('patchGroup' as const),
      nth,
      steps: fc.array(groupStep, { minLength: 1, maxLength: 3 }),
      ifMatch,
      projection,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), type, nth, ifMatch }) },
  {
    weight: 3,
    arbitrary: span.chain(({ types, query }) =>
      fc.record({
        do: fc.constant('list' as const),
        types: fc.constant(types),
        how: fc.constantFrom('get' as const, 'search' as const),
        query: fc.constant(query),
      }),
    ),
  },
  { weight: 1, arbitrary: span.map(({ types, query }) => ({ do: 'walk' as const, types, query })) },
);
