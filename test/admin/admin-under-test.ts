import type { Administration, Terminal } from '../../functions/admin/administration.ts';
import { commands } from '../../functions/admin/commands.ts';
import { directoryAdministration } from '../../functions/admin/directory-administration.ts';
import { runCommand } from '../../functions/admin/run-command.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import { startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';

export const NOW = new Date('2026-11-22T10:00:00.000Z');

/** What a command that was typed came to. */
export interface Typed {
  readonly code: number;
  readonly text: string;
  /** What went to standard error, the questions among it. */
  readonly error: string;
  json(): Record<string, never> & { [name: string]: never };
}

/** The command line on a table of its own: what is asked for in a test beyond it is left out, and fails. */
export async function startAdmin(more: Partial<Administration> = {}) {
  const engine = await startEmbeddedDynamoDb();
  const table = new DynamoDbTable(engine.client, engine.tableName);
  const logged: string[] = [];
  const files = new Map<string, string>();
  const now = () => NOW;
  let ids = 0;
  const administration = {
    caller: 'arn:aws:iam::123456789012:user/pat',
    scimBaseUrl: 'https://scim.example.com/scim/v2',
    ...directoryAdministration(table, now),
    log: jsonLinesLog((line) => logged.push(line), now),
    now,
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    close: () => Promise.resolve(),
    ...more,
  } as Administration;

  const world = {
    administration,
    table,
    /** Files by their names, read and written. */
    files,
    /** What standard input gives. */
    piped: '',
    /** What the person answers, one after the other. */
    answers: [] as string[],
    /** What the person makes of the text in their editor, one after the other. */
    edits: [] as ((text: string) => string)[],
    /** Edited texts that were not discarded. */
    drafts: new Map<string, string>(),
    records: () => logged.map((line) => JSON.parse(line) as Record<string, unknown>),
    close: engine.close,

    /** Types a command: words in an array where one has a space in it. */
    async admin(line: string | readonly string[], { interactive = false } = {}): Promise<Typed> {
      const [out, err]: [string[], string[]] = [[], []];
      const terminal: Terminal = {
        interactive,
        ask: (question) => {
          err.push(question);
          return Promise.resolve(world.answers.shift() ?? '');
        },
        readSecret: () => Promise.resolve(world.piped),
        readDocument: (file) =>
          Promise.resolve(file === undefined ? world.piped : (files.get(file) ?? Promise.reject(new Error(`no such file: ${file}`)))),
        writeDocument: (file, text) => Promise.resolve(void files.set(file, text)),
        edit: (before) => {
          const edited = world.edits.shift();
          if (!edited) throw new Error('nobody edits that');
          const [text, file] = [edited(before), `/tmp/draft-${world.edits.length}`];
          world.drafts.set(file, text);
          return Promise.resolve({ text, file, discard: () => Promise.resolve(void world.drafts.delete(file)) });
        },
      };
      const output = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
      const words = typeof line === 'string' ? line.split(' ') : line;
      const code = await runCommand(words, commands, () => Promise.resolve(administration), terminal, output, now);
      const text = out.join('\n');
      return { code, text, error: err.join('\n'), json: () => JSON.parse(text) };
    },
  };
  return world;
}
