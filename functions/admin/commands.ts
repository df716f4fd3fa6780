import type { AnyCommand } from './command.ts';
import { brakeCommands } from './commands/brake.ts';
import { connectionCommands } from './commands/connection.ts';
import { connectionSchemaCommands } from './commands/connection-schema.ts';
import { credentialsCommands } from './commands/credentials.ts';
import { groupsCommands } from './commands/groups.ts';
import { inspectCommands } from './commands/inspect.ts';
import { moveCommands } from './commands/move.ts';
import { parkedCommands } from './commands/parked.ts';
import { settingsCommands } from './commands/settings.ts';
import { settingsChangeCommands } from './commands/settings-change.ts';
import { statusCommands } from './commands/status.ts';
import { syncCommands } from './commands/sync.ts';
import { targetCommands } from './commands/target.ts';
import { tokenCommands } from './commands/token.ts';

/** All commands, in the order in which a new administrator needs them. */
export const commands: readonly AnyCommand[] = [
  ...connectionCommands,
  ...credentialsCommands,
  ...targetCommands,
  ...tokenCommands,
  ...statusCommands,
  ...inspectCommands,
  ...parkedCommands,
  ...brakeCommands,
  ...syncCommands,
  ...settingsCommands,
  ...settingsChangeCommands,
  ...groupsCommands,
  ...moveCommands,
  ...connectionSchemaCommands,
];
