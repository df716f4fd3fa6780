import type { Credentials } from '../../../shared/targets/credentials.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import { type Command, Refused } from '../command.ts';
import { findConnection } from '../find-connection.ts';

const set: Command = {
  name: 'credentials set',
  positionals: ['CONNECTION'],
  options: { username: { type: 'string', help: 'log in with this user name and a password; without it a personal access token is read' } },
  summary: 'how the worker logs in to Confluence; the secret is read from standard input',
  help: `Recommended: a personal access token of a service account with system administration rights (calls may then run in parallel).
The secret is never an argument, so that it does not stay in the shell's history:
  npm run admin -- credentials set okta --stack ScimForConfluence < token.txt
A paused target goes on once the worker sees the new secret, or at once with target resume.`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const username = typeof options['username'] === 'string' ? options['username'] : undefined;
    const secret = (await terminal.readSecret(username === undefined ? 'Personal access token: ' : `Password of ${username}: `)).trim();
    if (secret === '') throw new Refused('nothing came from standard input: pipe the secret in, or type it at the prompt');
    const credentials: Credentials =
      username === undefined ? { kind: 'personal-access-token', token: secret } : { kind: 'basic', username, password: secret };
    await administration.credentials.write(connection.target.id, credentials);
    return {
      json: { target: connection.target.id, kind: credentials.kind },
      text: `The worker logs in to ${describeTarget(connection.target)} with ${username === undefined ? 'a personal access token' : `user ${username} and its password`}. Next: npm run admin -- target test ${connection.name}`,
    };
  },
};

export const credentialsCommands: readonly Command[] = [set];
