import type { Connection } from '../../shared/directory/connection.ts';
import type { Settings } from '../../shared/provisioning/settings/settings.ts';
import type { Administration, Terminal } from './administration.ts';
import { type Outcome, Refused } from './command.ts';

/** What other settings would do to the users and groups that are there. @throws Refused */
export function previewSettings(
  _administration: Administration,
  _connection: Connection,
  _candidate: Settings,
  _terminal: Terminal,
): Promise<Outcome> {
  return Promise.reject(new Refused('--preview is not available yet: settings diff without it shows what would change in the settings'));
}
