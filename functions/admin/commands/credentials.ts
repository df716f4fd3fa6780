import { daysUntil, describeExpiry, describeKind, isExpiring, noteOf } from '../../../shared/targets/credential-note.ts';
import { describeTarget, type TargetAddress } from '../../../shared/targets/target-address.ts';
import type { TargetStatus } from '../administration.ts';
import { type Command, Refused, required } from '../command.ts';
import { askCredentials } from '../credentials/ask-credentials.ts';
import { expiryDate } from '../credentials/expiry-date.ts';
import { findConnection } from '../find-connection.ts';

const set: Command = {
  name: 'credentials set',
  positionals: ['CONNECTION'],
  options: {
    username: {
      type: 'string',
      help: 'Data Center: log in with this user name and a password; without it a personal access token is read',
    },
    expires: { type: 'string', help: 'when the API key or token ends: 2027-11-01, or a time with its zone' },
    'key-name': {
      type: 'string',
      help: 'Atlassian organisation: what the key is called there, to ask Atlassian when it ends; needed where there are several keys',
    },
    'site-email': {
      type: 'string',
      help: 'Atlassian organisation: whose API token, the second line of standard input, is for comparing groups with the site',
    },
  },
  summary: 'how the worker logs in to Confluence or Atlassian; the secret is read from standard input',
  help: `Confluence Data Center: recommended is a personal access token of a service account with system administration rights (calls may then run in
parallel). Atlassian Cloud: the API key of the directory or of the organisation (docs/cloud.md); Atlassian shows when it expires, tell it with
--expires, or nobody can be warned. (Of an organisation's key target test and the sweep ask Atlassian, which may not tell.) With --site-email
standard input has two lines: the API key, then that person's API token.
The secret is never an argument, so that it does not stay in the shell's history:
  npm run admin -- credentials set okta --stack ScimForConfluence < token.txt
  npm run admin -- credentials set okta --expires 2027-11-01 --stack ScimForConfluence < key.txt
A paused target goes on once the worker sees the new secret, or at once with target resume.`,
  async run(administration, [nameOrId], options, terminal) {
    const { target, name } = await findConnection(administration, nameOrId);
    const status = await administration.targetStatus(target.id);
    const before = status.credentials;
    const now = administration.now();
    const credentials = await askCredentials(target, options, terminal, now);
    const { version } = await administration.credentials.write(target.id, credentials);
    const note = noteOf(credentials, version);
    await administration.noteCredentials(target.id, note);
    const { kind, expires } = note;
    const login = credentials.kind === 'basic' ? `user ${credentials.username} and its password` : `${article(kind)} ${describeKind(kind)}`;
    const ends = expires === undefined ? '' : `; it ${describeExpiry(expires, now)}`;
    const warnings = [
      ...(kind === 'api-key' && expires === undefined ? [notWarned(target, name)] : []),
      ...(status.state === 'paused' && (status.code === 'no-credentials' || status.code === 'login-refused')
        ? [`It is paused (${status.code}): target resume ${name} opens it at once; else it goes on within minutes.`]
        : []),
      ...(before?.site && !note.site
        ? ['The login for comparing groups with the site is no longer there: --site-email stores it too.']
        : []),
    ];
    return {
      json: { target: target.id, kind, version, ...(expires !== undefined && { expires }), ...(note.site && { site: true }), warnings },
      text: [
        `The worker logs in to ${describeTarget(target)} with ${login}${ends}. Next: npm run admin -- target test ${name}`,
        ...warnings,
      ].join('\n'),
    };
  },
};

const show: Command = {
  name: 'credentials show',
  positionals: ['CONNECTION'],
  options: {},
  summary: 'what kind of login is stored, when it expires and whether it was refused; never the secret',
  help: 'Exit code 4 says that it was refused, has expired or will within 30 days. A secret that was changed in Secrets Manager is seen within the hour.',
  async run(administration, [nameOrId]) {
    const { target, name } = await findConnection(administration, nameOrId);
    const status = await administration.targetStatus(target.id);
    const note = status.credentials;
    if (!note)
      return {
        json: { target: target.id },
        text: `Nothing is known of a login to ${describeTarget(target)}: credentials set ${name} stores one. One that was stored otherwise is seen within the hour.`,
      };
    const now = administration.now();
    const { expires } = note;
    const isRefused = wasRefused(status);
    const unknown = note.kind === 'api-key' ? 'not known' : 'not told';
    return {
      json: { target: target.id, ...note, ...(expires !== undefined && { daysLeft: daysUntil(expires, now) }), refused: isRefused },
      table: [
        { field: 'for', value: describeTarget(target) },
        { field: 'kind', value: describeKind(note.kind) },
        ...(note.name === undefined ? [] : [{ field: 'called', value: note.name }]),
        { field: 'version', value: note.version },
        { field: 'expires', value: expires ?? unknown },
        { field: 'days left', value: expires === undefined ? '' : daysUntil(expires, now) },
        { field: 'refused', value: isRefused ? `yes: ${status.reason ?? 'a newer one has taken its place'}` : 'no' },
        ...(target.kind === 'cloud-organization' ? [{ field: 'compares with the site', value: note.site ? 'yes' : 'no' }] : []),
      ],
      ...(note.kind === 'api-key' && expires === undefined && { text: notWarned(target, name) }),
      attention: isRefused || (expires !== undefined && isExpiring(expires, now)),
    };
  },
};

const expires: Command = {
  name: 'credentials expires',
  positionals: ['CONNECTION', 'DATE'],
  options: {},
  summary: 'tells when the login that is stored already expires',
  help: `For a key that was stored without --expires: Atlassian shows a key once, its date always. The date holds until the secret changes.
Example: npm run admin -- credentials expires okta 2027-11-01 --stack ScimForConfluence`,
  async run(administration, [nameOrId, date]) {
    const { target, name } = await findConnection(administration, nameOrId);
    const end = required({ date }, 'date', 'when it expires, e.g. 2027-11-01');
    const note = (await administration.targetStatus(target.id)).credentials;
    if (!note)
      throw new Refused(
        `nothing is known of a login to ${describeTarget(target)}: credentials set ${name} --expires stores one with its date`,
      );
    if (note.kind === 'basic') throw new Refused('a password is stored, and of a password no end is known here');
    const now = administration.now();
    const told = { ...note, expires: expiryDate(end, now, note.kind === 'api-key') };
    await administration.noteCredentials(target.id, told);
    return {
      json: { target: target.id, ...told },
      text: `The ${describeKind(told.kind)} for ${describeTarget(target)} ${describeExpiry(told.expires, now)}.`,
    };
  },
};

/** Refused as it is stored now: not where a newer one has come since. */
function wasRefused({ state, code, secretVersion, refusedVersion, credentials }: TargetStatus): boolean {
  if (credentials === undefined) return false;
  const isPausedFor = state === 'paused' && code === 'login-refused' && secretVersion === credentials.version;
  return isPausedFor || refusedVersion === credentials.version;
}

function notWarned(target: TargetAddress, name: string): string {
  const isDirectory = target.kind === 'cloud-guard';
  const where = isDirectory ? 'Security, Identity providers, the directory, Provisioning' : 'Organization settings, API keys';
  const unless = isDirectory ? '' : ' unless Atlassian tells, which target test asks';
  return `When the API key expires is not known: NOBODY WILL BE WARNED before it does${unless}. Look at admin.atlassian.com (${where}), then: npm run admin -- credentials expires ${name} YYYY-MM-DD`;
}

function article(kind: 'api-key' | 'basic' | 'personal-access-token'): string {
  return kind === 'api-key' ? 'an' : 'a';
}

export const credentialsCommands: readonly Command[] = [set, show, expires];
