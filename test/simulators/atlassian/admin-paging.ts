import type { Answer } from '../simulator-server.ts';
import { AdminRefusal } from './admin-errors.ts';

interface Place {
  readonly at: number;
  /** What was searched for. */
  readonly of: unknown;
}

/**
 * What a search is about: a request with a cursor goes on with the search that the cursor comes from, whatever else it says ("If present,
 * all other parameters are discarded").
 * @throws AdminRefusal 400 for a cursor that is none
 */
export function placeOf(body: Readonly<Record<string, unknown>>): Place {
  const { cursor } = body;
  if (cursor === undefined) return { at: 0, of: body };
  try {
    return JSON.parse(Buffer.from(String(cursor), 'base64url').toString('utf8')) as Place;
  } catch {
    throw new AdminRefusal('400-1', 'Invalid cursor');
  }
}

/** A page of `{ data, links }`; the links are opaque cursors, no addresses. */
export function pageOf<T>(all: readonly T[], { at, of }: Place, limit: number, show: (item: T) => unknown): Answer {
  const cursorAt = (place: number) => Buffer.from(JSON.stringify({ at: place, of })).toString('base64url');
  const end = at + limit;
  const links = {
    self: cursorAt(at),
    prev: at === 0 ? null : cursorAt(Math.max(0, at - limit)),
    next: end < all.length ? cursorAt(end) : null,
  };
  return { status: 200, body: { data: all.slice(at, end).map(show), links } };
}
