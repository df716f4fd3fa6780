import { Settings } from '../provisioning/settings/settings.ts';
import type { ConnectionId } from './ids.ts';

/** So many connections are remembered by one instance of a function. */
const MAX_REMEMBERED = 100;

/**
 * Settings as they are stored: JSON text. As a map the table's client would take each value apart, at each request, for longer than all else
 * takes that is done with them; so they were stored before, and are still read.
 */
export type StoredSettings = string | object;

/**
 * Parses the settings of connections as they are read. Checking them takes longer than many a request, so they are checked once and then known
 * by their text: the same text gives the same object back, and with it the tables
 * that were made of it. Nothing outdated is ever given back, since the document itself is read each time.
 * @returns a function that throws ZodError for settings that are not valid
 */
export function settingsParser(): (id: ConnectionId, stored: StoredSettings) => Settings {
  const remembered = new Map<ConnectionId, { readonly text: string; readonly settings: Settings }>();
  return (id, stored) => {
    const text = typeof stored === 'string' ? stored : JSON.stringify(stored);
    const known = remembered.get(id);
    if (known?.text === text) return known.settings;
    const settings = Settings.parse(JSON.parse(text));
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(id, { text, settings });
    return settings;
  };
}

/** Settings as they are to be stored. */
export function storedSettings(settings: Settings): string {
  return JSON.stringify(settings);
}
