import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { TargetId } from '../directory/ids.ts';

/** Where Atlassian's APIs of organisations and directories are. */
export const ATLASSIAN_API = 'https://api.atlassian.com';

/** A letter or digit, dashes inside: what Atlassian's ids look like, and what may stand in a path as it is. */
const AtlassianId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'copy the id as Atlassian shows it');

/** What a connection provisions into, and where that is. `baseUrl` is in one spelling (normaliseBaseUrl). */
export const TargetAddress = z.discriminatedUnion('kind', [
  /** Confluence Server and Data Center. */
  z.strictObject({ kind: z.literal('data-center'), baseUrl: z.string() }),
  /** Atlassian Cloud with Atlassian Guard: a directory of the User Provisioning API. */
  z.strictObject({ kind: z.literal('cloud-guard'), baseUrl: z.string(), directory: AtlassianId }),
  /** Atlassian Cloud without Guard: the organisation itself. `site`: the base URL of its Confluence, without /wiki, to compare groups with. */
  z.strictObject({
    kind: z.literal('cloud-organization'),
    baseUrl: z.string(),
    organization: AtlassianId,
    directory: AtlassianId.exactOptional(),
    site: z.string().exactOptional(),
  }),
]);
export type TargetAddress = z.infer<typeof TargetAddress>;
export type TargetKind = TargetAddress['kind'];
export const TARGET_KINDS = ['data-center', 'cloud-guard', 'cloud-organization'] as const satisfies readonly TargetKind[];
export type AddressOf<Kind extends TargetKind> = Extract<TargetAddress, { readonly kind: Kind }>;

/**
 * A base URL in one spelling: lower-case scheme and host, no default port, no trailing slash, no query or fragment; the context
 * path is kept. @throws TypeError for what is no http(s) URL
 */
export function normaliseBaseUrl(text: string): string {
  const url = new URL(text.trim());
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(`${url.protocol} is no web address`);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

/** Several connections may share a target: its id comes from its address alone. */
export function targetIdOf(address: TargetAddress): TargetId {
  const base = normaliseBaseUrl(address.baseUrl);
  return createHash('sha256')
    .update(`${base}${within(address)}`)
    .digest('hex')
    .slice(0, 20) as TargetId;
}

/** As an administrator is told it: `https://wiki.example.com`, `Atlassian directory 1f2e…`. */
export function describeTarget(address: TargetAddress): string {
  if (address.kind === 'data-center') return address.baseUrl;
  if (address.kind === 'cloud-guard') return `Atlassian directory ${address.directory}`;
  return `Atlassian organisation ${address.organization}${address.directory === undefined ? '' : `, directory ${address.directory}`}`;
}

function within(address: TargetAddress): string {
  if (address.kind === 'data-center') return '';
  return address.kind === 'cloud-guard'
    ? ` directory ${address.directory}`
    : ` organisation ${address.organization} ${address.directory ?? ''}`.trimEnd();
}
