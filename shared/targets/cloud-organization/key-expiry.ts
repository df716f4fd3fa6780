import * as z from 'zod';
import type { Endpoint, RestClient } from '../http/rest-client.ts';
import { cursorOf } from './organization.ts';

/**
 * The API keys of an organisation, without their values (API Access REST API). A key without scopes may read it, one with scopes needs
 * read:keys:admin. Nothing in it says which key the request was made with, so a key is found by its name.
 */
const API_KEYS: Endpoint = { method: 'GET', path: '/admin/api-access/v1/orgs/{orgId}/api-keys' };

const ApiKeys = z.object({
  data: z.array(z.object({ label: z.string().nullish(), expiresAt: z.string().nullish() })),
  /** An opaque cursor: bare, or in a URL. */
  links: z.object({ next: z.string().nullish() }).nullish(),
});

const PAGE = 100;
/** More keys than these pages hold nobody has. */
const MOST_PAGES = 20;

/** How the key is found: by the name that it was made with, or as the only one that there is. */
export interface KeyLookup {
  readonly organization: string;
  readonly name?: string | undefined;
  readonly timeoutMs: number;
  /** Milliseconds since 1970: keys that ended before are not looked at. */
  readonly now: number;
}

/**
 * When an organisation's API key ends, ISO 8601, UTC; of several keys of one name the first end. Undefined where no key has the name, and
 * without a name where there is not exactly one.
 * @throws ProvisioningError
 */
export async function keyExpiry(client: RestClient, { organization, name, timeoutMs, now }: KeyLookup): Promise<string | undefined> {
  const ends: number[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { pageSize: PAGE, ...(cursor !== undefined && { cursor }) };
    const { data, links } = await client.call(API_KEYS, { names: { orgId: organization }, query, timeoutMs }, ApiKeys);
    for (const { label, expiresAt } of data) {
      const end = Date.parse(expiresAt ?? '');
      if (end > now && (name === undefined || label?.trim() === name)) ends.push(end);
    }
    const next = cursorOf(links?.next);
    if (next === undefined || next === cursor) break;
    cursor = next;
  }
  if (ends.length === 0 || (name === undefined && ends.length > 1)) return undefined;
  return new Date(Math.min(...ends)).toISOString();
}
