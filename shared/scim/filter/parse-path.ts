import { ScimError } from '../errors.ts';
import type { AttributePath, PatchPath } from './filter.ts';
import type { FilterOptions } from './filter-dialect.ts';
import { FilterReader } from './filter-reader.ts';
import { readAttributePath } from './read-attribute-path.ts';
import { excerpt, FILTER_LIMITS, tokenize } from './tokenize.ts';

/**
 * Parses attribute notation, `[urn:]attribute[.subAttribute]`: RFC 7644 §3.10.
 * @throws ScimError invalidPath
 */
export function parseAttributePath(text: string): AttributePath {
  const path = text.length <= FILTER_LIMITS.characters ? readAttributePath(text) : undefined;
  if (path === undefined) throw new ScimError('invalidPath', `${excerpt(text)} is not the name of an attribute`);
  return path;
}

/**
 * Parses the path of a PATCH operation: RFC 7644 §3.5.2, `PATH = attrPath / valuePath [subAttr]`.
 * Names are not looked up here: findAttribute and compileValueFilter do that.
 * @throws ScimError invalidPath, also for what is wrong inside the brackets
 */
export function parsePatchPath(text: string, options: FilterOptions): PatchPath {
  const reader = new FilterReader(tokenize(text, 'invalidPath'), 'invalidPath', options);
  const first = reader.take();
  if (first?.kind !== 'word') throw new ScimError('invalidPath', 'The path does not begin with an attribute name');
  const path = parseAttributePath(first.text);
  if (reader.peek() === undefined) return { path };

  const bracket = reader.take();
  if (bracket?.kind !== '[' || bracket.at !== first.end) {
    throw new ScimError('invalidPath', `Expected the end of the path or [ after ${excerpt(first.text)}`);
  }
  const filter = reader.readValueFilter(path);
  const subAttribute = reader.takeSubAttribute();
  // Without the filter: the unquoted value of one (T3) may be a person's, and details are logged.
  if (reader.peek() !== undefined) throw new ScimError('invalidPath', `The path ${excerpt(`${first.text}[…]`)} goes on after its end`);
  return subAttribute === undefined ? { path, filter } : { path, filter, subAttribute };
}
