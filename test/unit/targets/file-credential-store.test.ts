import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TargetId } from '../../../shared/directory/ids.ts';
import type { Credentials } from '../../../shared/targets/credentials.ts';
import { fileCredentialStore } from '../../../shared/targets/file-credential-store.ts';

const [first, second] = ['first' as TargetId, 'second' as TargetId];
const key: Credentials = {
  kind: 'api-key',
  token: 'the-key',
  expires: '2027-11-01T00:00:00.000Z',
  site: { email: 'jane@acme.example', token: 'the-site-token' },
};

describe('credentials of the local stack', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'secrets-'));
    path = join(directory, 'secrets.json');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('gives back what it took, each target’s own, in a file of its owner alone', async () => {
    const store = fileCredentialStore(path);
    const { version } = await store.write(first, key);
    await store.write(second, { kind: 'personal-access-token', token: 'a-token' });
    expect(await fileCredentialStore(path).read(first)).toEqual({ credentials: key, version });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('has a new version after each write', async () => {
    const store = fileCredentialStore(path);
    const versions = [await store.write(first, key), await store.write(first, key)].map(({ version }) => version);
    expect(new Set(versions).size).toBe(2);
    expect(await store.read(first)).toMatchObject({ version: versions[1] });
  });

  it.each(['{"first": the-key', '{"first":{"version":"1","credentials":{"kind":"api-key","tokn":"the-key"}}}'])(
    'never quotes what it can’t read: %s',
    async (text) => {
      await writeFile(path, text);
      const failure = await fileCredentialStore(path)
        .read(first)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'no-credentials', message: expect.not.stringContaining('the-key') });
      expect(failure).not.toHaveProperty('cause');
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  it('does not store what is no login', async () => {
    const wrong = { ...key, expires: 'next year' };
    await expect(fileCredentialStore(path).write(first, wrong)).rejects.toThrow(/datetime/i);
    await expect(fileCredentialStore(path).read(first)).rejects.toMatchObject({ code: 'no-credentials' });
  });
});
