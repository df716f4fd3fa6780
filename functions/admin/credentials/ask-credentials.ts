import type { Credentials } from '../../../shared/targets/credentials.ts';
import { describeTarget, type TargetAddress } from '../../../shared/targets/target-address.ts';
import type { Terminal } from '../administration.ts';
import { type Options, Refused, UsageError } from '../command.ts';
import { expiryDate } from './expiry-date.ts';

/** What stands in an HTTP header as it is. */
const KEY = /^[\x21-\x7e]+$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/**
 * How to log in to a target of this kind, from the options and from standard input.
 * @throws UsageError for options that don't fit together, Refused for those of another kind of target and for what is no secret
 */
export async function askCredentials(target: TargetAddress, options: Options, terminal: Terminal, now: Date): Promise<Credentials> {
  return target.kind === 'data-center' ? askConfluenceLogin(target, options, terminal, now) : askApiKey(target, options, terminal, now);
}

async function askConfluenceLogin(target: TargetAddress, options: Options, terminal: Terminal, now: Date): Promise<Credentials> {
  const foreign = ['site-email', 'key-name'].find((name) => text(options, name) !== undefined);
  if (foreign !== undefined)
    throw new Refused(
      `--${foreign} is for an Atlassian organisation, and ${describeTarget(target)} is a Confluence Data Center: leave it out`,
    );
  const username = text(options, 'username');
  const expires = text(options, 'expires');
  if (username !== undefined && expires !== undefined) throw new UsageError('--expires is for a token: leave it out with --username');
  const end = expires === undefined ? {} : { expires: expiryDate(expires, now, false) };
  const secret = (await terminal.readSecret(username === undefined ? 'Personal access token: ' : `Password of ${username}: `)).trim();
  if (secret === '') throw new Refused('nothing came from standard input: pipe the secret in, or type it at the prompt');
  return username === undefined ? { kind: 'personal-access-token', token: secret, ...end } : { kind: 'basic', username, password: secret };
}

async function askApiKey(
  target: Exclude<TargetAddress, { kind: 'data-center' }>,
  options: Options,
  terminal: Terminal,
  now: Date,
): Promise<Credentials> {
  if (text(options, 'username') !== undefined)
    throw new Refused(`${describeTarget(target)} takes an API key, and no user name and password: leave --username out`);
  const email = siteEmail(target, options);
  const keyName = text(options, 'key-name');
  if (keyName !== undefined && target.kind !== 'cloud-organization')
    throw new Refused('--key-name is for an Atlassian organisation. Of a directory’s key Atlassian tells no date: give --expires instead');
  const given = text(options, 'expires');
  // Before the secret: a date that is refused must not cost the key, which Atlassian shows once.
  const expires = given === undefined ? await askExpiry(terminal, now) : expiryDate(given, now, true);
  const owner = target.kind === 'cloud-guard' ? 'directory' : 'organisation';
  const [token = '', siteToken] = await readSecrets(terminal, [
    `the API key of the ${owner}`,
    ...(email === undefined ? [] : [`the API token of ${email}`]),
  ]);
  return {
    kind: 'api-key',
    token,
    ...(keyName !== undefined && { name: keyName }),
    ...(expires !== undefined && { expires }),
    ...(email !== undefined && siteToken !== undefined && { site: { email, token: siteToken } }),
  };
}

function siteEmail(target: TargetAddress, options: Options): string | undefined {
  const email = text(options, 'site-email');
  if (email === undefined) return undefined;
  if (target.kind !== 'cloud-organization')
    throw new Refused(`--site-email is for an Atlassian organisation: ${describeTarget(target)} takes its API key alone`);
  if (target.site === undefined)
    throw new Refused(
      'this connection names no site whose groups could be compared: leave --site-email out, or create the connection with its site',
    );
  if (!EMAIL.test(email)) throw new UsageError(`--site-email ${email} is no e-mail address`);
  return email;
}

async function askExpiry(terminal: Terminal, now: Date): Promise<string | undefined> {
  if (!terminal.interactive) return undefined;
  const answer = (await terminal.ask('On which day does the key expire, as Atlassian shows it (YYYY-MM-DD; empty if not known)? ')).trim();
  return answer === '' ? undefined : expiryDate(answer, now, true);
}

/** One a line from a pipe, one a prompt from a person, in the same order. @throws Refused */
async function readSecrets(terminal: Terminal, what: readonly string[]): Promise<string[]> {
  const secrets: string[] = [];
  if (terminal.interactive) for (const each of what) secrets.push((await terminal.readSecret(`${capital(each)}: `)).trim());
  else secrets.push(...linesOf(await terminal.readSecret('')));
  if (secrets.length !== what.length)
    throw new Refused(
      `standard input must have ${what.length === 1 ? 'one line' : `${what.length} lines`}: ${what.join(', then ')}. It had ${secrets.length}`,
    );
  for (const [i, secret] of secrets.entries()) {
    if (secret === '') throw new Refused(`nothing was typed for ${what[i]}`);
    if (!KEY.test(secret))
      throw new Refused(
        `that is not ${what[i]}: there are blanks or other characters in it that none has. Copy it alone, without "Bearer"`,
      );
  }
  return secrets;
}

function linesOf(input: string): string[] {
  return input
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function capital(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
