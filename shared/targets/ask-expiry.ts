import type { CredentialNote } from './credential-note.ts';
import { ProvisioningError, type Target } from './target.ts';

/**
 * The note with the date that the target tells of an API key, where no administrator has told one, and that it was asked. The same note where
 * there is nothing to ask. A refusal is no failure: a key with scopes needs one of its own for that.
 */
export async function askExpiry(note: CredentialNote, target: Pick<Target, 'loginExpires'>, now: Date): Promise<CredentialNote> {
  if (note.kind !== 'api-key' || note.expires !== undefined || target.loginExpires === undefined) return note;
  const asked = { ...note, asked: now.toISOString() };
  try {
    const expires = await target.loginExpires(note.name);
    return expires === undefined ? asked : { ...asked, expires };
  } catch (error) {
    if (error instanceof ProvisioningError) return asked;
    throw error;
  }
}
