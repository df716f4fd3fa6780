import type { DeclaredSchemaExtension } from '../../shared/provisioning/schema-extension/schema-extension.ts';

export const BADGE = 'urn:ietf:params:scim:schemas:extension:badge:2.0:User';
export const SITE = 'urn:example:params:site:1.0:Group';

/** A schema for users with every type, plurality, mutability and way of being returned that a connection may declare. */
export const badge: DeclaredSchemaExtension = {
  resourceType: 'User',
  id: BADGE,
  name: 'Badge',
  description: 'What the badge office knows of a person.',
  attributes: [
    { name: 'costCode', type: 'string', description: 'Whom to bill.' },
    { name: 'pinCase', type: 'string', caseExact: true },
    { name: 'remote', type: 'boolean' },
    { name: 'level', type: 'integer' },
    { name: 'score', type: 'decimal' },
    { name: 'issued', type: 'dateTime' },
    { name: 'scan', type: 'binary' },
    { name: 'page', type: 'reference', referenceTypes: ['external'] },
    { name: 'tags', type: 'string', multiValued: true },
    { name: 'rooms', type: 'integer', multiValued: true },
    { name: 'flags', type: 'boolean', multiValued: true },
    { name: 'visits', type: 'dateTime', multiValued: true },
    { name: 'locker$1', type: 'string', canonicalValues: ['small', 'large'] },
    { name: 'serial', type: 'string', mutability: 'immutable' },
    { name: 'printed', type: 'integer', mutability: 'readOnly' },
    { name: 'pin', type: 'string', mutability: 'writeOnly' },
    { name: 'hint', type: 'string', returned: 'never' },
    { name: 'note', type: 'string', returned: 'request' },
    { name: 'color', type: 'string', returned: 'always' },
    {
      name: 'office',
      type: 'complex',
      subAttributes: [
        { name: 'value', type: 'string' },
        { name: 'floor', type: 'integer' },
        { name: 'corner', type: 'boolean' },
        { name: 'area', type: 'decimal' },
        { name: 'since', type: 'dateTime' },
        { name: 'plan', type: 'binary' },
        { name: '$ref', type: 'reference', referenceTypes: ['uri'] },
        { name: 'door', type: 'string', mutability: 'immutable' },
        { name: 'alarm', type: 'string', mutability: 'readOnly' },
        { name: 'code', type: 'string', mutability: 'writeOnly' },
      ],
    },
    {
      name: 'permits',
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'value', type: 'integer', required: true },
        { name: 'type', type: 'string', caseExact: true },
        { name: 'display', type: 'string', mutability: 'immutable' },
        { name: 'primary', type: 'boolean' },
        { name: 'until', type: 'dateTime' },
      ],
    },
  ],
};

/** A schema for groups, with a required attribute. */
export const site: DeclaredSchemaExtension = {
  resourceType: 'Group',
  id: SITE,
  name: 'Site',
  attributes: [
    { name: 'city', type: 'string', required: true },
    { name: 'capacity', type: 'integer' },
  ],
};
