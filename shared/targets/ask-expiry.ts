import type { CredentialNote } from './credential-note.ts';
import { ProvisioningError, type Target } from './target.ts';

/**
 * The note with the date that the target tells of an API key, where no administrator has told one; the same note where it tells none, or may
 * not be asked (a key with scopes needs one of its own for that).
 */
export async function askExpiry(note: CredentialNote, target: Pick<Target, 'loginExpires'>): Promise<CredentialNote> {
  if (note.kind !== 'api-key' || note.expires !== undefined) return note;
  try {
    const expires = await target.loginExpires?.(note.name);
    return expires === undefined ? note : { ...note, expires };
  } catch (error) {
    if (error instanceof ProvisioningError) return note;
    throw error;
  }
}
