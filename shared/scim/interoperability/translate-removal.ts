import type { Attribute } from '../attributes/attribute.ts';
import { attributeNamed } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import type { PatchOperation } from '../patch/operation.ts';
import { type AttributeTarget, printTarget } from '../patch/patch-target.ts';
import { isScimObject, soleValue } from '../resources/own-value.ts';
import { MAX_VALUES } from '../resources/parse-value.ts';
import type { OnTolerance, ScimValue } from '../resources/resource.ts';

/** True if a removal names the values that are to go, where the RFC would remove the whole attribute. */
export function isRemovalByValue({ attribute, filter, subAttribute }: AttributeTarget, value: ScimValue | undefined): value is ScimValue {
  return value !== undefined && value !== null && attribute.multiValued && filter === undefined && subAttribute === undefined;
}

/**
 * T6: Entra ID's default dialect, JumpCloud and authentik remove members by path `members` and an array of values; some send one object,
 * with `$ref: null` or `display` beside the value (SCIM.md E8, §2.3; fixtures entra/008, others/002, others/004). ONLY these members
 * leave, so each becomes the RFC's `members[value eq "…"]`; an empty array removes nothing.
 * @throws ScimError invalidValue for a value that names nothing, invalidSyntax for one given twice
 */
export function translateRemovalByValue(target: AttributeTarget, value: ScimValue, onTolerance: OnTolerance): PatchOperation[] {
  const { attribute } = target;
  const { name } = attribute;
  onTolerance('T6', name);
  const values: readonly ScimValue[] = Array.isArray(value) ? value : [value];
  // Members are one net change; for every other attribute each removal looks at all its values.
  if (name !== 'members' && values.length > MAX_VALUES) {
    throw new ScimError('invalidValue', `remove names ${values.length} values of ${name}; at most ${MAX_VALUES} are possible`);
  }
  return values
    .filter((each) => each !== '')
    .map((each) => ({ op: 'remove', path: printTarget({ ...target, filter: filterFor(attribute, each) }) }));
}

/** The filter that matches the value: by its `value`, and its `type` where the same value may stand twice. */
function filterFor(attribute: Attribute, element: ScimValue): Filter {
  const { name } = attribute;
  const value = isScimObject(element) ? soleValue(element, 'value') : element;
  if (typeof value !== 'string' && !isNumberOrBoolean(attribute, value)) {
    throw new ScimError('invalidValue', `remove of ${name}: each value needs a "value" of its type`);
  }
  const type = name === 'members' ? undefined : soleValue(element, 'type');
  return typeof type === 'string' ? { kind: 'and', terms: [equals('value', value), equals('type', type)] } : equals('value', value);
}

/** True for a value that a declared attribute of such a type can have; those of the RFC's own schemas are all texts. */
function isNumberOrBoolean(attribute: Attribute, value: ScimValue | undefined): value is number | boolean {
  const compared = attribute.type === 'complex' ? attributeNamed(attribute.subAttributes ?? [], 'value') : attribute;
  if (compared?.type === 'boolean') return typeof value === 'boolean';
  return (compared?.type === 'integer' || compared?.type === 'decimal') && typeof value === 'number';
}

function equals(attribute: string, value: string | number | boolean): Filter {
  return { kind: 'compare', path: { attribute }, operator: 'eq', value };
}
