import { isDeepStrictEqual } from 'node:util';
import { printPath } from '../../../shared/provisioning/settings/settings-fields.ts';

/** One setting that differs between two documents; absent where one of them does not set it. */
export interface SettingChange {
  /** `users.onDelete`, `groups.map["All staff"]`: an entry of a map is told alone, a list as a whole. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What differs, path by path, in the order of the documents. */
export function compareSettings(before: unknown, after: unknown, path: readonly string[] = []): SettingChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  // A declared schema is one thing: it is set and taken back as a whole.
  if (isRecord(before) && isRecord(after) && path[0] !== 'schemaExtension') {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => compareSettings(ownOf(before, name), ownOf(after, name), [...path, name]));
  }
  return [{ path: printPath(path), ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

/** A value in a cell of a table: texts as they are, all else as JSON. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The changes as rows for people. */
export function changeRows(changes: readonly SettingChange[]): { setting: string; before: string; after: string }[] {
  return changes.map(({ path, before, after }) => ({
    setting: path,
    before: path === 'schemaExtension' ? idOf(before) : showValue(before),
    after: path === 'schemaExtension' ? idOf(after) : showValue(after),
  }));
}

function idOf(declaration: unknown): string {
  return isRecord(declaration) ? String(declaration['id']) : 'not set';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownOf(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
