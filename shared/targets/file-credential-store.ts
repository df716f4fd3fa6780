import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { type CredentialStore, Credentials } from './credentials.ts';
import { ProvisioningError } from './target.ts';

const Secrets = z.record(z.string(), z.strictObject({ version: z.string(), credentials: Credentials }));

/**
 * The local stack's secrets: one file that only its owner can read. On AWS they are in Secrets Manager.
 * Read anew each time, so that a secret set by another process counts at once.
 */
export function fileCredentialStore(path: string): CredentialStore {
  const readAll = async () => {
    try {
      return Secrets.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
      // No cause is passed on: a JSON parser quotes what it could not read.
      throw new ProvisioningError('no-credentials', `${path} can't be read: set the secret again with credentials set`);
    }
  };
  return {
    async read(target) {
      const secret = (await readAll())[target];
      if (!secret)
        throw new ProvisioningError(
          'no-credentials',
          'no login is set for this Confluence: npm run admin -- credentials set CONNECTION --local',
        );
      return secret;
    },
    async write(target, credentials) {
      const version = randomUUID();
      const all = { ...(await readAll()), [target]: { version, credentials: Credentials.parse(credentials) } };
      await writeFile(`${path}.new`, JSON.stringify(all), { mode: 0o600 });
      await rename(`${path}.new`, path);
      return { version };
    },
  };
}
