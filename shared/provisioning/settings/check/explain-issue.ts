import type * as z from 'zod';
import { type FieldSchema, printPath, schemaAt, settingsFields, valueAt } from '../settings-fields.ts';
import { nearestWord } from './nearest-word.ts';

/** What is wrong with a document, at one place of it. */
export interface Mistake {
  /** `users.userName.replace[0].pattern`; empty for the document as a whole. */
  readonly path: string;
  /** A sentence without its full stop: what is wrong, and what to write instead. */
  readonly message: string;
}

/** What zod found, in words for the person who wrote the document. */
export function explainIssue(issue: z.core.$ZodIssue, document: unknown, schema: FieldSchema): Mistake[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownSetting([...issue.path, key], schema));
  const value = valueAt(document, issue.path);
  const path = printPath(issue.path);
  if (path === 'version') return [{ path, message: versionMistake(value) }];
  if (value === undefined && issue.path.length > 0 && issue.code !== 'custom')
    return [{ path, message: `is missing: ${wanted(schemaAt(issue.path, schema))}` }];
  return [{ path, message: messageOf(issue, value, schemaAt(issue.path, schema)) }];
}

function messageOf(issue: z.core.$ZodIssue, value: unknown, schema: FieldSchema | undefined): string {
  switch (issue.code) {
    case 'invalid_value':
      return `is ${shown(value)}: ${wanted(schema)}${suggestion(value, issue.values.map(String))}`;
    case 'invalid_type':
      return `is ${shown(value)}: ${wanted(schema)}`;
    case 'too_small':
    case 'too_big': {
      const bound = 'minimum' in issue ? issue.minimum : issue.maximum;
      const isSmall = issue.code === 'too_small';
      if (issue.origin === 'string' && bound === 1 && isSmall) return 'is empty';
      const border = `${isSmall ? (issue.inclusive === false ? 'more than' : 'at least') : 'at most'} ${bound}`;
      if (issue.origin === 'string') return `is too ${isSmall ? 'short' : 'long'}: ${border} characters`;
      if (issue.origin === 'array') return `has too ${isSmall ? 'few' : 'many'} entries: ${border}`;
      // The settings with that border are shares.
      return `is ${shown(value)}: a number of ${border}${bound === 1 && !isSmall ? ', 0.1 for 10 %' : ''}`;
    }
    case 'invalid_format':
      return issue.format === 'datetime'
        ? `is ${shown(value)}: write a time as 2026-11-22T18:00:00Z`
        : `is ${shown(value)}: ${issue.message}`;
    case 'invalid_key':
      return 'has an entry without a name';
    default:
      return issue.message;
  }
}

function versionMistake(value: unknown): string {
  if (value === undefined) return 'is missing: write 2';
  if (typeof value === 'number' && value > 2)
    return `is ${value}: the document was written by a later version of this product, which reads 1 and 2`;
  return `is ${shown(value)}: write 2`;
}

function unknownSetting(path: readonly PropertyKey[], schema: FieldSchema): Mistake {
  const name = String(path.at(-1));
  const parent = path.slice(0, -1);
  const here = Object.keys(schemaAt(parent, schema)?.properties ?? {});
  const near = nearestWord(name, here);
  if (near !== undefined)
    return { path: printPath(path), message: `there is no such setting; did you mean ${printPath([...parent, near])}?` };
  // The right name in the wrong section.
  const elsewhere = settingsFields(schema).filter(({ path: known }) => nearestWord(name, [known.split('.').at(-1) ?? '']) !== undefined);
  const message =
    elsewhere.length > 0
      ? `did you mean ${elsewhere.map(({ path: known }) => known).join(' or ')}?`
      : `${parent.length === 0 ? 'there are' : `${printPath(parent)} has`} ${here.join(', ')}`;
  return { path: printPath(path), message: `there is no such setting; ${message}` };
}

/** What a value may be, as the end of a sentence. */
function wanted(schema: FieldSchema | undefined): string {
  if (schema?.enum) return `write ${listed(schema.enum.map((value) => JSON.stringify(value)))}`;
  switch (schema?.type) {
    case 'boolean':
      return 'write true or false';
    case 'integer':
      return 'write a whole number';
    case 'number':
      return 'write a number';
    case 'array':
      return schema.items?.properties ? 'write a list of entries, [{…}]' : 'write a list of texts, ["…"]';
    case 'object':
      return schema.properties
        ? `write { } with ${Object.keys(schema.properties).join(', ')}`
        : 'write { } with a name and a list for each';
    default:
      return 'write a text';
  }
}

function suggestion(value: unknown, allowed: readonly string[]): string {
  const near = typeof value === 'string' ? nearestWord(value, allowed) : undefined;
  return near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
}

function listed(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

/** A value as it was written, cut where it is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
