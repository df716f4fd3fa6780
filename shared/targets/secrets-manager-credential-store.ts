import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { TargetId } from '../directory/ids.ts';
import { type CredentialStore, Credentials } from './credentials.ts';
import { ProvisioningError } from './target.ts';

/**
 * Credentials in AWS Secrets Manager, one secret a target: `prefix` and the target's id. Its version is the secret's VersionId.
 * What is read is kept for `cacheMs`, so a changed secret is seen after that time at the latest; what is missing is not kept.
 * @param options.now milliseconds since 1970
 * @param options.kmsKeyId the key that a new secret is encrypted with; absent: the account's own
 */
export function secretsManagerCredentialStore(
  client: SecretsManagerClient,
  prefix: string,
  options: { readonly cacheMs: number; readonly now: () => number; readonly kmsKeyId?: string },
): CredentialStore {
  const cache = new Map<TargetId, { credentials: Credentials; version: string; until: number }>();
  const nameOf = (target: TargetId) => `${prefix}${target}`;

  return {
    async read(target) {
      const kept = cache.get(target);
      if (kept && kept.until > options.now()) return { credentials: kept.credentials, version: kept.version };
      cache.delete(target);
      let secret: { SecretString?: string | undefined; VersionId?: string | undefined };
      try {
        secret = await client.send(new GetSecretValueCommand({ SecretId: nameOf(target) }));
      } catch (error) {
        throw failureOfRead(error, nameOf(target));
      }
      const found = { credentials: credentialsIn(secret.SecretString, nameOf(target)), version: secret.VersionId ?? '' };
      cache.set(target, { ...found, until: options.now() + options.cacheMs });
      return found;
    },

    async write(target, credentials) {
      const SecretString = JSON.stringify(Credentials.parse(credentials));
      cache.delete(target);
      try {
        const { VersionId = '' } = await client.send(new PutSecretValueCommand({ SecretId: nameOf(target), SecretString }));
        return { version: VersionId };
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        const key = options.kmsKeyId === undefined ? {} : { KmsKeyId: options.kmsKeyId };
        const { VersionId = '' } = await client.send(new CreateSecretCommand({ Name: nameOf(target), SecretString, ...key }));
        return { version: VersionId };
      }
    },
  };
}

const HOW_TO_SET = 'Store them with `npm run admin -- credentials set`.';

/** Missing and unreadable secrets need an administrator; everything else passes by itself. */
function failureOfRead(error: unknown, name: string): ProvisioningError {
  const kind = error instanceof Error ? error.name : '';
  if (error instanceof ResourceNotFoundException || kind === 'InvalidRequestException') {
    return new ProvisioningError('no-credentials', `There are no credentials for this target (secret ${name}). ${HOW_TO_SET}`, {
      cause: error,
    });
  }
  if (kind === 'AccessDeniedException' || kind === 'DecryptionFailure') {
    const sentence = `The secret ${name} can't be read by this function (${kind}). Check its resource policy and its key.`;
    return new ProvisioningError('no-credentials', sentence, { cause: error });
  }
  return new ProvisioningError('unavailable', `The secret ${name} could not be read at the moment.`, { cause: error });
}

/** No cause is passed on: a JSON parser quotes what it could not read. */
function credentialsIn(text: string | undefined, name: string): Credentials {
  try {
    return Credentials.parse(JSON.parse(text ?? ''));
  } catch {
    throw new ProvisioningError('no-credentials', `The secret ${name} does not hold credentials in this product's form. ${HOW_TO_SET}`);
  }
}
