import type { Attribute } from './attribute.ts';

/** What an attribute table states about one attribute; everything else has the defaults of RFC 7643 §2.2. */
type Characteristics = Partial<Omit<Attribute, 'name' | 'type' | 'description' | 'subAttributes' | 'referenceTypes'>>;
type AllCharacteristics = Partial<Omit<Attribute, 'name' | 'type' | 'description'>>;

/** RFC 7643 §2.2: the characteristics of an attribute that states none. */
const DEFAULTS = {
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
} as const;

/** An attribute of any type. §2.3.6: "A binary is case exact", §2.3.7: "A reference is case exact." */
export function defineAttribute(
  type: Attribute['type'],
  name: string,
  description: string,
  characteristics: AllCharacteristics,
): Attribute {
  return { ...DEFAULTS, caseExact: type === 'binary' || type === 'reference', ...characteristics, name, type, description };
}

export function string(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { ...DEFAULTS, ...characteristics, name, type: 'string', description };
}

export function boolean(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { ...DEFAULTS, ...characteristics, name, type: 'boolean', description };
}

export function dateTime(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { ...DEFAULTS, ...characteristics, name, type: 'dateTime', description };
}

/** RFC 7643 §2.3.6: "A binary is case exact and has no uniqueness." */
export function binary(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { ...DEFAULTS, caseExact: true, ...characteristics, name, type: 'binary', description };
}

/** RFC 7643 §2.3.7: "A reference is case exact." That chapter wins over the example of §8.7.1, where `$ref` is not. */
export function reference(
  name: string,
  referenceTypes: readonly string[],
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  return { ...DEFAULTS, caseExact: true, ...characteristics, name, type: 'reference', referenceTypes, description };
}

/** An attribute with sub-attributes: RFC 7643 §2.3.8. */
export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return { ...DEFAULTS, ...characteristics, name, type: 'complex', description, subAttributes };
}

/** A multi-valued complex attribute: RFC 7643 §2.4. */
export function complexList(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return complex(name, description, subAttributes, { ...characteristics, multiValued: true });
}

/** The sub-attributes beside `value` that RFC 7643 §2.4 gives a multi-valued attribute. */
export function displayTypePrimary(canonicalTypes: readonly string[] = []): Attribute[] {
  const type = 'A label indicating the function of the value.';
  return [
    string('display', 'A name for people to read.'),
    canonicalTypes.length === 0 ? string('type', type) : string('type', type, { canonicalValues: canonicalTypes }),
    primary(),
  ];
}

export function primary(): Attribute {
  return boolean('primary', 'Whether this is the preferred value. At most one value of the attribute is.');
}
