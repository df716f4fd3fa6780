import type { ScimValue } from '../resources/resource.ts';

/** One PATCH operation after the dialects were translated: RFC 7644 §3.5.2. `path` is still text. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: string;
  readonly value?: ScimValue;
}
