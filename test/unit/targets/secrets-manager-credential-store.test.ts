import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TargetId } from '../../../shared/directory/ids.ts';
import { secretsManagerCredentialStore } from '../../../shared/targets/secrets-manager-credential-store.ts';

const target = 'abc' as TargetId;
const token = { kind: 'personal-access-token', token: 'secret-token' } as const;
const missing = new ResourceNotFoundException({ message: 'not there', $metadata: {} });

describe('credentials in Secrets Manager', () => {
  const mock = mockClient(SecretsManagerClient);
  let now = 0;
  const store = (options = {}) =>
    secretsManagerCredentialStore(new SecretsManagerClient({}), 'scim/', { cacheMs: 300_000, now: () => now, ...options });
  beforeEach(() => {
    mock.reset();
    now = 1_000;
  });

  it("reads the target's secret, with its version", async () => {
    mock.on(GetSecretValueCommand, { SecretId: 'scim/abc' }).resolves({ SecretString: JSON.stringify(token), VersionId: 'v1' });
    expect(await store().read(target)).toMatchObject({ credentials: token, version: 'v1' });
  });

  it('keeps what it read for cacheMs and no longer', async () => {
    mock.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(token), VersionId: 'v1' });
    const credentials = store();
    await credentials.read(target);
    now += 299_999;
    await credentials.read(target);
    expect(mock.commandCalls(GetSecretValueCommand)).toHaveLength(1);
    now += 1;
    mock.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(token), VersionId: 'v2' });
    expect(await credentials.read(target)).toMatchObject({ version: 'v2' });
  });

  it("a missing secret is 'no-credentials' and says what to do; it is looked for again", async () => {
    mock
      .on(GetSecretValueCommand)
      .rejectsOnce(missing)
      .resolves({ SecretString: JSON.stringify(token), VersionId: 'v1' });
    const credentials = store();
    await expect(credentials.read(target)).rejects.toMatchObject({
      code: 'no-credentials',
      message: expect.stringContaining('npm run admin -- credentials set'),
    });
    expect(await credentials.read(target)).toMatchObject({ version: 'v1' });
  });

  it.each(['not json: secret-token', '{"kind":"personal-access-token","password":"secret-token"}', undefined])(
    "a secret of another form (%j) is 'no-credentials' and is not quoted",
    async (text) => {
      mock.on(GetSecretValueCommand).resolves(text === undefined ? {} : { SecretString: text });
      const failure = await store()
        .read(target)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'no-credentials' });
      expect(failure).not.toHaveProperty('cause');
      expect((failure as Error).message).not.toContain('secret-token');
    },
  );

  it('what passes by itself is told from what needs an administrator', async () => {
    mock.on(GetSecretValueCommand).rejects(Object.assign(new Error('denied'), { name: 'AccessDeniedException' }));
    await expect(store().read(target)).rejects.toMatchObject({ code: 'no-credentials' });
    mock.on(GetSecretValueCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(store().read(target)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('writes a new version, gives its name, and is read anew', async () => {
    mock.on(PutSecretValueCommand).resolves({ VersionId: 'v2' });
    mock.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(token), VersionId: 'v1' });
    const credentials = store();
    await credentials.read(target);
    expect(await credentials.write(target, token)).toEqual({ version: 'v2' });
    expect(mock.commandCalls(PutSecretValueCommand)[0]?.args[0].input).toEqual({
      SecretId: 'scim/abc',
      SecretString: JSON.stringify(token),
    });
    await credentials.read(target);
    expect(mock.commandCalls(GetSecretValueCommand)).toHaveLength(2);
    expect(mock.commandCalls(CreateSecretCommand)).toHaveLength(0);
  });

  it('creates the secret when there is none, with the given key', async () => {
    mock.on(PutSecretValueCommand).rejects(missing);
    mock.on(CreateSecretCommand).resolves({ VersionId: 'v1' });
    expect(await store({ kmsKeyId: 'alias/scim' }).write(target, token)).toEqual({ version: 'v1' });
    expect(mock.commandCalls(CreateSecretCommand)[0]?.args[0].input).toEqual({
      Name: 'scim/abc',
      SecretString: JSON.stringify(token),
      KmsKeyId: 'alias/scim',
    });
  });
});
