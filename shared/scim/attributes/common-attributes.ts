import type { Attribute } from './attribute.ts';
import { complex, dateTime, reference, string } from './define-attribute.ts';

/**
 * RFC 7643 §3.1: the attributes that every resource has, and `schemas` (§3). They belong to every base schema, have no URN of
 * their own and are not listed at /Schemas (§8.7.1). URNs are case-insensitive (RFC 7644 §3.10), so `schemas` is too.
 */
export const commonAttributes: readonly Attribute[] = [
  reference('schemas', ['uri'], 'The URNs of the schemas whose attributes are present.', {
    multiValued: true,
    required: true,
    caseExact: false,
    returned: 'always',
  }),
  string('id', 'The identifier this service provider gave the resource.', {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  string('externalId', 'The identifier the provisioning client gave the resource.', { caseExact: true }),
  complex(
    'meta',
    'Metadata of the resource.',
    [
      string('resourceType', 'The name of the resource type.', { caseExact: true, mutability: 'readOnly' }),
      dateTime('created', 'When the resource was created.', { mutability: 'readOnly' }),
      dateTime('lastModified', 'When the resource was last changed.', { mutability: 'readOnly' }),
      reference('location', ['uri'], 'The URI of the resource.', { mutability: 'readOnly' }),
      string('version', 'The version of the resource: its entity tag.', { caseExact: true, mutability: 'readOnly' }),
    ],
    { mutability: 'readOnly' },
  ),
];
