import { nearestWord } from '../../../shared/provisioning/settings/check/nearest-word.ts';
import { type FieldSchema, settingsFields, settingsSchema } from '../../../shared/provisioning/settings/settings-fields.ts';
import { UsageError } from '../command.ts';

/**
 * The document with settings named on the command line changed; what is wrong with the values is found when it is checked.
 * @param assignments `users.onDelete=keep`, `groups.map.Sales=["sales"]`: a value as JSON, else a text, or names separated by commas for a list
 * @param withdrawn paths that get their default back, or that are not set any more
 * @throws UsageError for a path that there is not
 */
export function assignSettings(document: object, assignments: readonly string[], withdrawn: readonly string[]): object {
  const changed = structuredClone(document) as Record<string, unknown>;
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals < 1) throw new UsageError(`--set ${assignment}: write it as --set users.onDelete=keep`);
    const { path, schema } = find(assignment.slice(0, equals).trim());
    put(changed, path, parseValue(assignment.slice(equals + 1), schema));
  }
  for (const text of withdrawn) put(changed, find(text.trim()).path, undefined);
  return changed;
}

/** The names on the way to a setting. What follows the path of a map is one name of it, whatever is in it. */
function find(text: string): { path: readonly string[]; schema: FieldSchema } {
  const fields = settingsFields(settingsSchema());
  const exact = fields.find(({ path }) => path === text);
  if (exact) return { path: exact.path.split('.'), schema: exact.schema };
  for (const { path, schema } of fields) {
    if (typeof schema.additionalProperties === 'object' && text.startsWith(`${path}.`))
      return { path: [...path.split('.'), text.slice(path.length + 1)], schema: schema.additionalProperties };
  }
  const inner = fields.filter(({ path }) => path.startsWith(`${text}.`)).map(({ path }) => path);
  if (inner.length > 0) throw new UsageError(`${text} is a section: set ${inner.join(', ')}`);
  const near =
    nearestWord(
      text,
      fields.map(({ path }) => path),
    ) ?? fields.find(({ path }) => nearestWord(text.split('.').at(-1) ?? '', [path.split('.').at(-1) ?? '']) !== undefined)?.path;
  throw new UsageError(`there is no setting ${text}${near === undefined ? ': settings show has all of them' : `; did you mean ${near}?`}`);
}

function parseValue(text: string, schema: FieldSchema): unknown {
  if (schema.type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    if (schema.type !== 'array' || schema.items?.type !== 'string' || text.trimStart().startsWith('[')) return text;
    return text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  }
}

function put(document: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (rest.length > 0) {
    const inner = Object.hasOwn(document, name) ? document[name] : undefined;
    const section = (typeof inner === 'object' && inner !== null ? inner : {}) as Record<string, unknown>;
    own(document, name, section);
    put(section, rest, value);
  } else if (value === undefined) delete document[name];
  else own(document, name, value);
}

/** Sets a property of the object itself, `__proto__` too. */
function own(document: object, name: string, value: unknown): void {
  Object.defineProperty(document, name, { value, writable: true, enumerable: true, configurable: true });
}
