import * as z from 'zod';
import { SettingsDocument } from './settings.ts';

/** What the walk needs of a JSON Schema: zod gives one of the document. */
export interface FieldSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
  /** Of a map with names of the administrator's own: what its values are. */
  readonly additionalProperties?: FieldSchema | boolean;
  readonly enum?: readonly string[];
  readonly default?: unknown;
}

/** One setting: what stands at the end of a path. A list or a map is one setting, and so is the declared schema. */
export interface SettingsField {
  /** `users.userName.lowerCase` */
  readonly path: string;
  readonly schema: FieldSchema;
  /** Absent where there is none: the setting is optional, or has to be given. */
  readonly default?: unknown;
}

/** The document as a JSON Schema of what is written, so before defaults are filled in. */
export function settingsSchema(): FieldSchema {
  return z.toJSONSchema(SettingsDocument, { io: 'input' }) as FieldSchema;
}

/** Every setting, in the order of the document. */
export function settingsFields(schema: FieldSchema = settingsSchema(), path = ''): SettingsField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const at = path === '' ? name : `${path}.${name}`;
    // The declaration has a document of its own (docs/schema-extension.md).
    if (inner.properties !== undefined && at !== 'schemaExtension') return settingsFields(inner, at);
    return [{ path: at, schema: inner, ...('default' in inner && { default: inner.default }) }];
  });
}

/** What stands at a path, positions of lists and names of maps among it; undefined where nothing can. */
export function schemaAt(path: readonly PropertyKey[], schema: FieldSchema | undefined = settingsSchema()): FieldSchema | undefined {
  const [name, ...rest] = path;
  if (name === undefined || schema === undefined) return schema;
  const { properties, items, additionalProperties } = schema;
  const named = properties !== undefined && Object.hasOwn(properties, name) ? properties[String(name)] : undefined;
  const inner = named ?? items ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  return inner && schemaAt(rest, inner);
}

/** What a document has at a path; undefined where it has nothing. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Readonly<Record<PropertyKey, unknown>>)[name]
        : undefined,
    document,
  );
}

/** `users.userName.replace[0].pattern`; a name of a map that is not a word stands in quotes. */
export function printPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, name) => {
    if (typeof name === 'number') return `${text}[${name}]`;
    const word = String(name);
    if (!/^[\w-]+$/.test(word)) return `${text}[${JSON.stringify(word)}]`;
    return text === '' ? word : `${text}.${word}`;
  }, '');
}
