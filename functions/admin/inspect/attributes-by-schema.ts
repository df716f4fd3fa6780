import type { Attribute, ResourceType } from '../../../shared/scim/attributes/attribute.ts';
import { commonAttributes } from '../../../shared/scim/attributes/common-attributes.ts';
import { elementsOf, isAssigned, isScimObject, ownValue } from '../../../shared/scim/resources/own-value.ts';
import type { ScimObject, ScimValue } from '../../../shared/scim/resources/resource.ts';

/** One attribute that was sent, or that is required and was not. */
export interface AttributeShown {
  readonly schema: string;
  /** As a filter names it: `name.givenName`. */
  readonly attribute: string;
  /** RFC 7643 §2.3, with `[]` where there may be several. */
  readonly type: string;
  readonly required: boolean;
  /** Absent for one that was not sent. */
  readonly value?: string;
}

/** The resource's attributes by schema (RFC 7643 §7), the extensions' after the core's, and what was not sent of it. */
export function attributesBySchema(
  { schema, extensions }: ResourceType,
  resource: ScimObject,
): { readonly sent: readonly AttributeShown[]; readonly notSent: readonly string[] } {
  const externalId = commonAttributes.filter(({ name }) => name === 'externalId');
  const core = [...externalId, ...schema.attributes.filter(isKept)];
  const parts = [
    { schema: schema.id, attributes: core, values: resource },
    ...extensions.map((extension) => {
      const values = ownValue(resource, extension.schema.id);
      return { schema: extension.schema.id, attributes: extension.schema.attributes, values: isScimObject(values) ? values : {} };
    }),
  ];
  const all = parts.flatMap((part) =>
    part.attributes.flatMap((attribute) => rowsOf(part.schema, attribute, ownValue(part.values, attribute.name))),
  );
  return {
    sent: all.filter(({ value, required }) => value !== undefined || required),
    notSent: all.filter(({ value, required }) => value === undefined && !required).map(({ attribute }) => attribute),
  };
}

/** Members have items of their own, groups follow from those, and a password is kept nowhere. */
function isKept({ name, mutability }: Attribute): boolean {
  return mutability !== 'readOnly' && mutability !== 'writeOnly' && name !== 'members';
}

/** The resource without what is never returned: the connection's client sent it as a secret (RFC 7643 §7). */
export function withoutSecrets({ schema, extensions }: ResourceType, resource: ScimObject): ScimObject {
  const byUrn = new Map(extensions.map((extension) => [extension.schema.id, extension.schema.attributes]));
  return Object.fromEntries(
    Object.entries(visible(schema.attributes, resource)).map(([name, value]) => {
      const attributes = byUrn.get(name);
      return [name, attributes && isScimObject(value) ? visible(attributes, value) : value];
    }),
  );
}

function visible(attributes: readonly Attribute[], values: ScimObject): ScimObject {
  const known = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  const shown = Object.entries(values).filter(([name]) => known.get(name)?.returned !== 'never');
  return Object.fromEntries(shown.map(([name, value]) => [name, visibleValue(known.get(name)?.subAttributes ?? [], value)] as const));
}

function visibleValue(inside: readonly Attribute[], value: ScimValue): ScimValue {
  if (Array.isArray(value)) return value.map((element: ScimValue) => visibleValue(inside, element));
  return inside.length > 0 && isScimObject(value) ? visible(inside, value) : value;
}

function rowsOf(schema: string, attribute: Attribute, value: ScimValue | undefined): AttributeShown[] {
  const { name, type, multiValued, required, subAttributes = [] } = attribute;
  const row = (at: string, of: string, isRequired: boolean, shown?: string): AttributeShown => ({
    schema,
    attribute: at,
    type: of,
    required: isRequired,
    ...(shown !== undefined && { value: shown }),
  });
  const kind = multiValued ? `${type}[]` : type;
  if (!isAssigned(value)) return [row(name, kind, required)];
  if (type !== 'complex') return [row(name, kind, required, elementsOf(value).map(text).join(', '))];
  return elementsOf(value).flatMap((element, i) =>
    (isScimObject(element) ? Object.entries(element) : []).flatMap(([sub, inner]) => {
      const found = subAttributes.find((each) => each.name === sub);
      const at = multiValued ? `${name}[${i}].${sub}` : `${name}.${sub}`;
      return isAssigned(inner) ? [row(at, found?.type ?? 'string', found?.required ?? false, text(inner))] : [];
    }),
  );
}

function text(value: ScimValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
