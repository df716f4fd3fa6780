import { expect } from 'vitest';
import type { Json } from '../protocol/scim-client.ts';
import { asStored } from './as-stored.ts';
import { objections, schemaDifferences } from './compare-schemas.ts';
import { expectShape, isAnswered, resourceTypes, storesUser, type Uses, withPeople } from './sample-use.ts';

/** Where /Schemas differs from RFC 7643 §8.7.1 on purpose, by the reason. */
const SCHEMA_DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  '§2.3.6 and §2.3.7: binary values and references "are case exact"': [
    'User.profileUrl caseExact: false → true',
    'User.photos.value caseExact: false → true',
    'User.groups.$ref caseExact: false → true',
    'User.x509Certificates.value caseExact: false → true',
    'Group.members.$ref caseExact: false → true',
    'EnterpriseUser.manager.$ref caseExact: false → true',
  ],
  '§3.1: an id is case exact, wherever it stands': [
    'User.groups.value caseExact: false → true',
    'Group.members.value caseExact: false → true',
    'EnterpriseUser.manager.value caseExact: false → true',
  ],
  'a password is case exact': ['User.password caseExact: false → true'],
  '§4.1.2 names "other" too': [
    'User.ims.type canonicalValues: ["aim","gtalk","icq","xmpp","msn","skype","qq","yahoo"] → ["aim","gtalk","icq","xmpp","msn","skype","qq","yahoo","other"]',
  ],
  '§2.4: primary and display are sub-attributes of multi-valued attributes; §4.1.2 and RFC 7644 §3.5.2.3 have primary addresses': [
    'User.addresses.primary: is added',
    'Group.members.display: is added',
  ],
  '§4.2: "A human-readable name for the Group. REQUIRED."': ['Group.displayName required: false → true'],
  'Confluence has no groups in groups: a member is a user, and what a user is in is a group': [
    'Group.members.$ref referenceTypes: ["User","Group"] → ["User"]',
    'Group.members.type canonicalValues: ["User","Group"] → ["User"]',
    'User.groups.$ref referenceTypes: ["User","Group"] → ["Group"]',
  ],
  'the server makes it from the id': ['Group.members.$ref mutability: "immutable" → "readOnly"'],
  'it is the name of the group in Confluence': ['Group.displayName uniqueness: "none" → "server"'],
};

/** Where the discovery resources differ from the definitions of RFC 7643 §8.7.2, by the reason. */
const CONFIG_OBJECTIONS: Readonly<Record<string, readonly string[]>> = {
  '§5 defines them; the sample forgot them': [
    'Service Provider Configuration.etag is not defined',
    'Service Provider Configuration.authenticationSchemes.type is not defined',
    'Service Provider Configuration.authenticationSchemes.primary is not defined',
  ],
  'RFC 9865 §4 has added it': ['Service Provider Configuration.pagination is not defined'],
  '§6 and §7 say that they are lists; the sample says no': [
    'ResourceType.schemaExtensions is a list',
    'Schema.attributes.subAttributes.referenceTypes is a list',
  ],
};

/** RFC 7643: resources and their schemas. */
export const CORE_SCHEMA_SAMPLES: Uses = {
  '§3 (1)': storesUser,
  '§8.1 (1)': storesUser,
  '§8.2 (1)': storesUser,
  '§8.3 (1)': storesUser,
  '§8.4 (1)': async (sample, client) => {
    const group = withPeople(sample, { babs: await client.newUser('babs'), mandy: await client.newUser('mandy') });
    const created = isAnswered(await client.post('/Groups', group), 201);
    expect(asStored(created)).toEqual(asStored(group));
    expect(asStored((await client.get(`/Groups/${created['id']}`)).json)).toEqual(asStored(group));
  },
  '§8.5 (1)': async (sample, client) => {
    const reply = isAnswered(await client.get('/ServiceProviderConfig'), 200);
    // OPTIONAL: where people find help, and the versions of what changes with a release only. One of two ways to log in.
    const { documentationUri: _help, authenticationSchemes, meta: _meta, ...rest } = sample;
    const [{ documentationUri: _schemeHelp, ...bearer } = {}] = authenticationSchemes as Json[];
    expectShape(reply, { ...rest, authenticationSchemes: [bearer] });
    expect(reply).toMatchObject({ authenticationSchemes: [{ type: bearer['type'] }], meta: { resourceType: 'ServiceProviderConfig' } });
  },
  '§8.6 (1)': resourceTypes,
  '§8.7.1 (1)': async (sample, client) => {
    const ours = isAnswered(await client.get('/Schemas'), 200)['Resources'] as Json[];
    const printed = sample as unknown as Json[];
    expect(ours.map(({ id }) => id).sort()).toEqual(printed.map(({ id }) => id).sort());
    const differing = printed.flatMap((schema) => schemaDifferences(schema, ours.find(({ id }) => id === schema['id']) ?? {}));
    expect(differing.sort()).toEqual(Object.values(SCHEMA_DIFFERENCES).flat().sort());
  },
  '§8.7.2 (1)': async (sample, client) => {
    const [config = {}, resourceType = {}, schema = {}] = sample as unknown as Json[];
    const list = async (path: string) => (await client.get(path)).json['Resources'] as Json[];
    const checked: [Json, Json[]][] = [
      [config, [(await client.get('/ServiceProviderConfig')).json]],
      [resourceType, await list('/ResourceTypes')],
      [schema, await list('/Schemas')],
    ];
    const found = checked.flatMap(([{ name, attributes }, resources]) =>
      resources.flatMap(({ schemas: _schemas, meta: _meta, ...resource }) => objections(attributes, resource, String(name))),
    );
    expect([...new Set(found)].sort()).toEqual(Object.values(CONFIG_OBJECTIONS).flat().sort());
  },
};
