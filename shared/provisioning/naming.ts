/**
 * The names that resources get in Confluence (DESIGN §4, safe defaults: lower-cased; what is still illegal parks in the worker).
 * Pure; used by the handlers for the message group and by the worker for the plan, so both mean the same account.
 */
export function accountNameOf(userName: string): string {
  return userName.normalize('NFC').toLowerCase();
}

/** The same for a group, of its displayName. */
export function groupNameOf(displayName: string): string {
  return displayName.normalize('NFC').toLowerCase();
}
