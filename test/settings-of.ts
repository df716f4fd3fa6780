import { type Settings, SettingsDocument, type SettingsInput } from '../shared/provisioning/settings/settings.ts';

/** Settings as a test writes them: what is not named has its default, and nothing is linked. */
export type SettingsChange = Partial<Omit<SettingsInput, 'users'>> & { readonly users?: Partial<SettingsInput['users']> };

/** The second one wins, section by section; of `users` name by name. */
export function settingsOf(first: SettingsChange = {}, second: SettingsChange = {}): Settings {
  const users = { linking: 'never' as const, ...first.users, ...second.users };
  return SettingsDocument.parse({ version: 2, ...first, ...second, users });
}
