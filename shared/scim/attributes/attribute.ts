/** The characteristics of an attribute: RFC 7643 §2 and §7. One table drives validation, PATCH, filters, projection and /Schemas. */
export type AttributeType = 'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';
export type Mutability = 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
export type Returned = 'always' | 'never' | 'default' | 'request';
export type Uniqueness = 'none' | 'server' | 'global';

export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

/** RFC 7643 §7: a schema is a URN with its attributes. */
export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** A schema that adds attributes to a resource type: RFC 7643 §3.3. */
export interface SchemaExtension {
  readonly schema: Schema;
  readonly required: boolean;
  /** True if the connection declared it, and so may change it: what is stored may have followed an earlier declaration. */
  readonly isDeclared?: boolean;
}

/** RFC 7643 §6. `schema` holds the core attributes; `commonAttributes` (id, externalId, meta, schemas) hold for every resource type. */
export interface ResourceType {
  readonly name: 'User' | 'Group';
  readonly endpoint: '/Users' | '/Groups';
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly SchemaExtension[];
}
