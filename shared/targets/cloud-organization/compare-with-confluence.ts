import type { z } from 'zod';
import { type HttpClientOptions, httpClient } from '../http/http-client.ts';
import { type RestClient, restClient } from '../http/rest-client.ts';
import { ProvisioningError } from '../target.ts';
import { isUsable } from './accounts.ts';
import { ConfluenceMembers, Ignored } from './answers.ts';
import { CONFLUENCE_ENDPOINTS } from './endpoints.ts';
import { failureOfAnswer } from './failure.ts';
import { type Finding, sentenceOf } from './finding.ts';
import { findGroup } from './groups.ts';
import { isNotFound, type Organization, usersOf } from './organization.ts';

const PAGE = 200;
/** So many of those that differ are named. */
const NAMED = 5;

/**
 * Compares the members of each access group with those that Confluence itself tells (REST API v1): where they differ, an access that was given
 * has not arrived, or one that was taken away is still there. Only where the connection knows the site and a site administrator's token.
 */
export async function compareWithConfluence(org: Organization, options: Omit<HttpClientOptions, 'baseUrl'>): Promise<Finding[]> {
  const { site } = org.address;
  const { credentials } = await options.credentials.read(org.targetId);
  if (site === undefined || credentials.kind !== 'api-key' || credentials.site === undefined) return [];
  const login = { kind: 'basic', username: credentials.site.email, password: credentials.site.token } as const;
  const http = httpClient({
    ...options,
    baseUrl: site,
    credentials: { ...options.credentials, read: () => Promise.resolve({ credentials: login, version: '' }) },
  });
  const client = restClient(http, (answer, redact) =>
    answer.status === 401 || answer.status === 403
      ? new ProvisioningError('refused', LOGIN_REFUSED, { status: answer.status })
      : failureOfAnswer(answer, org.now(), redact),
  );
  const findings: Finding[] = [];
  for (const name of org.settings.accessGroups) {
    try {
      findings.push(await compareGroup(org, client, site, name));
    } catch (error) {
      findings.push({ ok: false, text: `${site} can't be asked about the group ${name}, to compare. ${sentenceOf(error)}` });
    }
  }
  return findings;
}

async function compareGroup(org: Organization, client: RestClient, site: string, name: string): Promise<Finding> {
  const group = await findGroup(org.calls(1), name);
  if (!group) return { ok: false, text: `Confluence can't be compared: there is no group ${name}.` };
  if (!(await knowsGroup(client, group.id))) {
    return { ok: false, text: `Confluence (${site}) does not know the group ${name}: it does not grant this site, or is very new.` };
  }
  const here = new Map<string, string>();
  for await (const user of usersOf(() => org.calls(1), { groupIds: [group.id] })) {
    // Confluence leaves out who is suspended (reported).
    if (isUsable(user)) here.set(user.accountId, user.email ?? user.accountId);
  }
  const there = await membersThere(client, group.id);
  const missing = [...here].flatMap(([key, email]) => (there.has(key) ? [] : [email]));
  const extra = [...there].filter((key) => !here.has(key));
  if (missing.length === 0 && extra.length === 0) {
    return { ok: true, text: `Confluence (${site}) sees the same ${here.size} members in the group ${name}.` };
  }
  const parts = [
    ...(missing.length > 0 ? [`${missing.length} that it does not see (${named(missing)})`] : []),
    ...(extra.length > 0 ? [`${extra.length} that only it sees (${named(extra)})`] : []),
  ];
  return {
    ok: false,
    text: `Confluence (${site}) sees other members in the group ${name} than the organisation has: ${parts.join(', and ')}. Changes need minutes to arrive; ask again then.`,
  };
}

const LOGIN_REFUSED =
  'It refuses the e-mail address and API token that are stored for the site: a site administrator’s are needed, and a token ends after a year at most.';

/** Asked before the members: an unknown group has an empty page of them, and no 404. */
async function knowsGroup(client: RestClient, id: string): Promise<boolean> {
  try {
    await client.call(CONFLUENCE_ENDPOINTS.group, { query: { id } }, Ignored);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function membersThere(client: RestClient, groupId: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (let start = 0; ; ) {
    const request = { names: { groupId }, query: { start, limit: PAGE } };
    const { results }: z.infer<typeof ConfluenceMembers> = await client.call(CONFLUENCE_ENDPOINTS.members, request, ConfluenceMembers);
    const before = keys.size;
    for (const { accountId } of results) if (typeof accountId === 'string') keys.add(accountId);
    // A list that goes round in circles ends too.
    if (keys.size === before) return keys;
    start += results.length;
  }
}

function named(who: readonly string[]): string {
  return who.length > NAMED ? `${who.slice(0, NAMED).join(', ')} …` : who.join(', ');
}
