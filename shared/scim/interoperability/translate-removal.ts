import { ScimError } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import type { PatchOperation } from '../patch/operation.ts';
import { type AttributeTarget, printTarget } from '../patch/patch-target.ts';
import { isScimObject, ownValue } from '../resources/own-value.ts';
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
 * @throws ScimError invalidValue for a value that names nothing
 */
export function translateRemovalByValue(target: AttributeTarget, value: ScimValue, onTolerance: OnTolerance): PatchOperation[] {
  const { name } = target.attribute;
  onTolerance('T6', name);
  const values: readonly ScimValue[] = Array.isArray(value) ? value : [value];
  // Members are one net change; for every other attribute each removal looks at all its values.
  if (name !== 'members' && values.length > MAX_VALUES) {
    throw new ScimError('invalidValue', `remove names ${values.length} values of ${name}; at most ${MAX_VALUES} are possible`);
  }
  return values
    .filter((each) => each !== '')
    .map((each) => ({ op: 'remove', path: printTarget({ ...target, filter: filterFor(name, each) }) }));
}

/** The filter that matches the value: by its `value`, and its `type` where the same value may stand twice. */
function filterFor(name: string, element: ScimValue): Filter {
  const value = isScimObject(element) ? ownValue(element, 'value') : element;
  if (typeof value !== 'string') throw new ScimError('invalidValue', `remove of ${name}: each value needs a "value" that is a string`);
  const type = name === 'members' ? undefined : ownValue(element, 'type');
  return typeof type === 'string' ? { kind: 'and', terms: [equals('value', value), equals('type', type)] } : equals('value', value);
}

function equals(attribute: string, value: string): Filter {
  return { kind: 'compare', path: { attribute }, operator: 'eq', value };
}
