import { createHash } from 'node:crypto';
import type { TargetId } from '../directory/ids.ts';

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
export function targetIdOf(baseUrl: string): TargetId {
  return createHash('sha256').update(normaliseBaseUrl(baseUrl)).digest('hex').slice(0, 20) as TargetId;
}
