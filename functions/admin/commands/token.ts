import { createHash } from 'node:crypto';
import { type Command, type Options, Refused, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 365;
/** How much of the digest names a token: enough to be unique in a connection, useless to an attacker. */
const SHOWN = 12;

function days(text: Options[string]): number {
  if (text === undefined) return DEFAULT_DAYS;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 3_650)
    throw new UsageError(`--days takes a whole number from 1 to 3650, not "${text}"`);
  return value;
}

const create: Command = {
  name: 'token create',
  positionals: ['CONNECTION'],
  options: {
    label: { type: 'string', help: 'what it is for, e.g. "okta 2026"' },
    days: { type: 'string', help: `days until it expires (${DEFAULT_DAYS})` },
  },
  summary: 'a new bearer token for the IdP, shown once',
  help: `The token is shown once and kept only as a SHA-256 digest. Several tokens are valid at a time: to rotate one without a gap,
create the new one, put it into the IdP, then token revoke the old one.
Example: npm run admin -- token create okta --label "okta 2026" --days 365 --stack ScimForConfluence`,
  async run(administration, [nameOrId], options) {
    const connection = await findConnection(administration, nameOrId);
    const lifetime = days(options['days']);
    // Of the tokens that are handed over it would be none, and open nothing afterwards.
    if (connection.state === 'moving')
      throw new Refused(`${connection.name} is being moved, with its tokens: make one of the other connection, when that has ended`);
    if (connection.copyOf !== undefined)
      throw new Refused(
        `${connection.name} is the copy of another connection, which serves the identity provider: make a token of that one`,
      );
    const created = administration.now();
    const token = administration.newToken();
    const digest = createHash('sha256').update(token).digest('hex');
    const expires = new Date(created.getTime() + lifetime * DAY_MS).toISOString();
    const label = typeof options['label'] === 'string' ? options['label'] : created.toISOString().slice(0, 10);
    await administration.connections.addToken({ digest, connection: connection.id, label, created: created.toISOString(), expires });
    return {
      json: { token, id: digest.slice(0, SHOWN), label, expires, scimBaseUrl: administration.scimBaseUrl },
      table: [
        { field: 'token (shown once)', value: token },
        { field: 'id', value: digest.slice(0, SHOWN) },
        { field: 'label', value: label },
        { field: 'expires', value: expires },
        { field: 'SCIM base URL', value: administration.scimBaseUrl },
      ],
    };
  },
};

const list: Command = {
  name: 'token list',
  positionals: ['CONNECTION'],
  options: {},
  summary: 'the tokens of a connection',
  help: 'Shows id, label, expiry and the day of last use; never the token.',
  async run(administration, [nameOrId]) {
    const connection = await findConnection(administration, nameOrId);
    const now = administration.now().toISOString();
    const rows = (await administration.connections.listTokens(connection.id)).map((token) => ({
      id: token.digest.slice(0, SHOWN),
      label: token.label,
      created: token.created,
      expires: token.expires,
      state: token.expires <= now ? 'expired' : 'valid',
      'last used': token.lastUsed ?? 'never',
    }));
    return {
      json: rows,
      table: rows,
      ...(rows.length === 0 && { text: `No token: npm run admin -- token create ${connection.name} makes one.` }),
    };
  },
};

const revoke: Command = {
  name: 'token revoke',
  positionals: ['CONNECTION', 'TOKEN-ID'],
  options: {},
  summary: 'makes a token worthless at once',
  help: 'TOKEN-ID is the id that token list shows. The IdP gets 401 with it from the next request on.',
  async run(administration, [nameOrId, id]) {
    const connection = await findConnection(administration, nameOrId);
    if (id === undefined || id.length < 6) throw new UsageError('name the token by the id that token list shows');
    const found = (await administration.connections.listTokens(connection.id)).filter(({ digest }) => digest.startsWith(id));
    const [token] = found;
    if (!token || found.length > 1)
      throw new Refused(`${found.length} tokens of ${connection.name} begin with ${id}: token list shows them`);
    await administration.connections.revokeToken(connection.id, token.digest);
    return { json: { revoked: id, label: token.label }, text: `Token ${id} (${token.label}) is revoked.` };
  },
};

export const tokenCommands: readonly Command[] = [create, list, revoke];
