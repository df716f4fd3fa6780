import type { RestClient } from '../http/rest-client.ts';
import { NO_CAPABILITIES, ProvisioningError, type TargetReport } from '../target.ts';
import type { Abilities } from './abilities.ts';
import { readServiceAccount } from './accounts.ts';
import { Group, Ignored, pageOf, VersionTold } from './answers.ts';
import { ENDPOINTS, PROBES } from './endpoints.ts';
import { unlessMissing } from './find-version.ts';
import type { RpcClient } from './json-rpc.ts';
import { REST_TAKES_ACCESS_FROM } from './routes-by-version.ts';
import { isAtLeast, parseVersion, type Version } from './versions.ts';

type Finding = TargetReport['findings'][number];

interface Clients {
  readonly client: RestClient;
  readonly rpc: RpcClient;
  readonly timeoutMs: number;
}

/** The oldest for which the methods of JSON-RPC are documented. */
const OLDEST: Version = [6, 0];
const CREATES_BY_REST: Version = [8, 4];

/**
 * What an administrator wants to know before trusting a connection: can we log in, as whom, may the account administer, which version
 * is it, what can it do and what is to be switched on. Changes nothing, makes at most one login attempt that fails, and throws nothing
 * that Confluence caused.
 * @param ask finds out anew what the instance can do
 */
export async function testTarget(clients: Clients, ask: () => Promise<Abilities>): Promise<TargetReport> {
  const findings: Finding[] = [];
  const finding = (ok: boolean, text: string) => findings.push({ ok, text });

  let serviceAccount: string;
  try {
    serviceAccount = await readServiceAccount(clients.client);
  } catch (error) {
    finding(false, sentenceOf(error));
    return { capabilities: NO_CAPABILITIES, findings };
  }
  finding(true, `The login works: this product acts as ${serviceAccount}.`);

  // Asked before the abilities, whose probes include an administrator's call.
  const refusal = await refusalOfAdministration(clients.client);
  if (refusal !== undefined) {
    finding(
      false,
      `${serviceAccount} may not administer users and groups. Make it a member of a group with the global permission System Administrator. ${refusal}`,
    );
    return { serviceAccount, capabilities: NO_CAPABILITIES, findings };
  }
  finding(true, `${serviceAccount} may read the members of groups, which only administrators may.`);

  try {
    const able = await ask();
    findings.push(...(await findingsOfVersion(clients, able)), ...(await findingsOfJsonRpc(clients, able)), ...findingsOfLimits(able));
    const { text: version, capabilities, routes } = able;
    return { ...(version !== undefined && { version }), serviceAccount, capabilities, routes, findings };
  } catch (error) {
    finding(false, sentenceOf(error));
    return { serviceAccount, capabilities: NO_CAPABILITIES, findings };
  }
}

async function findingsOfVersion({ client, timeoutMs }: Clients, { version, text, by }: Abilities): Promise<Finding[]> {
  if (!isAtLeast(version, OLDEST)) return [{ ok: false, text: `Confluence ${text} is older than 6.0 and not supported. Upgrade it.` }];
  if (by === 'probing') {
    const least = version.join('.');
    return [
      {
        ok: true,
        text: `Confluence does not tell its version; by what it has it is ${least} or later. It can be set by hand: target.version in the connection's settings.`,
      },
    ];
  }
  if (by === 'confluence') return [{ ok: true, text: `It is Confluence ${text}, as it says itself.` }];
  for (const endpoint of [ENDPOINTS.serverInformation, PROBES.manifest]) {
    const told = await unlessMissing(() => client.call(endpoint, { timeoutMs }, VersionTold));
    if (told === undefined) continue;
    const isSame = parseVersion(told.version).join('.') === version.join('.');
    const advice = isSame ? '' : `, but Confluence says that it is ${told.version}. Correct or remove target.version`;
    return [{ ok: isSame, text: `The connection's settings say that it is Confluence ${text}${advice}.` }];
  }
  return [{ ok: true, text: `It is Confluence ${text}, as the connection's settings say; it does not tell itself.` }];
}

/** Is the way open that this version has no other one for? */
async function findingsOfJsonRpc(clients: Clients, { version, remoteApi }: Abilities): Promise<Finding[]> {
  if (remoteApi === undefined) return [];
  const isNeeded = !isAtLeast(version, CREATES_BY_REST);
  const what = !isAtLeast(version, REST_TAKES_ACCESS_FROM)
    ? 'everything that this version changes'
    : isNeeded
      ? 'creating accounts, and changed names and e-mail addresses,'
      : 'changed names and e-mail addresses of existing accounts';
  const outcome = isNeeded ? 'Until then nothing of it is applied.' : 'Until then they are logged and not applied.';
  if (remoteApi === 'off') {
    const text = `JSON-RPC is off: ${what} needs it. Switch on "Remote API (XML-RPC & SOAP)" (General configuration, Further configuration). ${outcome}`;
    return [{ ok: !isNeeded, text }];
  }
  if (remoteApi === 'refused') {
    const text = `JSON-RPC does not take these credentials: ${what} needs it. If they are a personal access token, store a user name and a password instead. ${outcome}`;
    return [{ ok: !isNeeded, text }];
  }
  const isBlocked = await asksForSecureSession(clients);
  if (isBlocked) {
    const text = `JSON-RPC is on, but asks for a secure administrator session: ${what} needs it. Switch "Secure administrator sessions" off (General configuration, Security configuration). ${outcome}`;
    return [{ ok: !isNeeded, text }];
  }
  return [{ ok: true, text: `JSON-RPC is on, and is used for ${what.replace(/,$/, '')}.` }];
}

/** No account and no group can have these names (names.ts), so whatever the answer is, nothing was changed. */
async function asksForSecureSession({ rpc, timeoutMs }: Clients): Promise<boolean> {
  try {
    await rpc.call('removeUserFromGroup', ['nobody, of this name', 'no group, of this name'], Ignored, { timeoutMs });
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    return error.code === 'secure-session';
  }
  return false;
}

function findingsOfLimits({ capabilities }: Abilities): Finding[] {
  const { findByEmail, countSeats } = capabilities;
  return [
    ...(findByEmail
      ? []
      : [{ ok: true, text: 'Existing accounts can be linked by user name, not by e-mail address: that needs Confluence 9.3.' }]),
    {
      ok: true,
      text: countSeats
        ? 'Used seats can be counted. The limit of the licence is told by no version: set seats.limit.'
        : 'Used seats are not told before Confluence 9.3.',
    },
    { ok: true, text: 'No version renames accounts or groups: they keep the name that they were created with.' },
  ];
}

/** Reads one member of one group: "You need admin permissions to use this endpoint." Undefined when that is permitted. */
async function refusalOfAdministration(client: RestClient): Promise<string | undefined> {
  try {
    const groups = await client.call(ENDPOINTS.groups, { query: { start: 0, limit: 1 } }, pageOf(Group));
    const [first] = groups.results;
    if (!first) return 'It sees no group at all.';
    await client.call(ENDPOINTS.groupMembers, { names: { groupName: first.name }, query: { start: 0, limit: 1 } }, Ignored);
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof ProvisioningError) return error.message;
  throw error;
}
