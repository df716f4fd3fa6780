import { ScimError } from '../scim/errors.ts';
import type { ScimObject } from '../scim/resources/resource.ts';
import type { Step } from './commit.ts';
import { RevisionConflict, type Stored, type WriteContext } from './directory.ts';
import type { Update } from './dynamodb-expression.ts';
import type { Key } from './keys.ts';

/** What the store does the same way for users and groups. */
export interface StoreOptions {
  /** How long after the commit the sweep may send a change again, in seconds. */
  readonly sweepAfterSeconds: number;
  /** Makes the ids of resources and layers: UUIDs in lower case. */
  readonly newId: () => string;
}

/** A condition for an item that must not be there yet. */
export const absent = { expression: 'attribute_not_exists(#pk)' } as const;

/** Changes a live resource on the condition that it is at the revision (and, for a change of layers, the guard) that was read. */
export function changeResource(key: Key, read: { revision: number; guard?: number }, change: Update): Step {
  const guarded = read.guard === undefined ? '' : ' AND #guard = :guardRead';
  return {
    write: {
      update: key,
      change,
      condition: {
        expression: `#revision = :read AND #state = :live${guarded}`,
        values: { ':read': read.revision, ':live': 'live', ...(read.guard !== undefined && { ':guardRead': read.guard }) },
      },
    },
    otherwise: (options) => new RevisionConflict('the resource has changed since it was read', options),
  };
}

/** Revision and times of a new resource: those of its original where it is a copy. */
export function firstVersion({ now, original }: WriteContext): Pick<Stored<string>, 'revision' | 'created' | 'lastModified'> {
  if (original) return { revision: original.revision, created: original.created, lastModified: original.lastModified };
  return { revision: 1, created: now.toISOString(), lastModified: now.toISOString() };
}

/**
 * Revision and time that a write makes: those of the original where it is a copy. Revisions only grow, since a membership's word is the one
 * of the highest (DELIVERY §3).
 */
export function nextVersion(
  { now, original }: WriteContext,
  read: { revision: number },
): Pick<Stored<string>, 'revision' | 'lastModified'> {
  const next = read.revision + 1;
  if (original) return { revision: Math.max(next, original.revision), lastModified: original.lastModified };
  return { revision: next, lastModified: now.toISOString() };
}

/** True for a copy that is not at its original's revision yet: it is written even where nothing else differs. */
export function isBehind({ original }: WriteContext, read: { revision: number }): boolean {
  return original !== undefined && original.revision > read.revision;
}

/** DynamoDB's items hold 400 KB; this leaves room for the marker and what the worker keeps beside the resource. */
const RESOURCE_BYTES = 300 * 1024;

/** A resource as it is stored. @throws ScimError 413 (RFC 7644 §3.12, payload too large) for what does not fit in an item */
export function resourceText(attributes: ScimObject): string {
  const text = JSON.stringify(attributes);
  if (Buffer.byteLength(text) > RESOURCE_BYTES) {
    const what = Object.hasOwn(attributes, 'userName') ? 'The user' : 'The group, its members not counted,';
    throw new ScimError(413, `${what} is larger than ${RESOURCE_BYTES / 1024} KiB. Leave out large attributes, such as photos.`);
  }
  return text;
}

/** A required name, which the schema has validated. */
export function requiredText(attributes: ScimObject, name: 'userName' | 'displayName'): string {
  const value = attributes[name];
  if (typeof value !== 'string') throw new TypeError(`${name} is not a text`);
  return value;
}
