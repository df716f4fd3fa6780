import { DeclaredSchemaExtension } from '../../../shared/provisioning/schema-extension/schema-extension.ts';
import { type Command, type Outcome, Refused, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { SAVE_OPTIONS, saveSettings } from '../settings/save-settings.ts';
import { checkContextOf, mustBeInOrder } from '../settings/settings-document.ts';

function shown(declaration: DeclaredSchemaExtension, text: string): Outcome {
  const table = declaration.attributes.map(({ name, type, multiValued, required, mutability, returned }) => ({
    attribute: name,
    type: multiValued === true ? `${type} (several)` : type,
    required: required === true ? 'yes' : 'no',
    mutability: mutability ?? 'readWrite',
    returned: returned ?? (mutability === 'writeOnly' ? 'never' : 'default'),
  }));
  return { json: declaration, table, text };
}

/** The JSON of a declaration, checked; `source` is what messages call it. @throws Refused naming every mistake and what to do */
function parseDeclaration(text: string, source: string): DeclaredSchemaExtension {
  if (text.trim() === '') throw new Refused(`${source} is empty: give a declaration by --file FILE or on standard input`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Refused(`${source} is no JSON: ${error instanceof Error ? error.message : 'not readable'}`, { cause: error });
  }
  const parsed = DeclaredSchemaExtension.safeParse(json);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new Refused(`${source} can’t be declared; nothing was changed:\n${mistakes.join('\n')}`, { cause: parsed.error });
}

const set: Command = {
  name: 'connection schema set',
  positionals: ['CONNECTION'],
  options: { file: { type: 'string', help: 'a JSON file with the declaration; without it standard input is read' }, ...SAVE_OPTIONS },
  summary: 'attributes beyond the RFC’s own, which the connection’s clients may send and filter by',
  help: `Takes a schema in the shape of RFC 7643 §8.7: id (a URN of your own), name, attributes; resourceType is User (default) or Group.
It replaces the one that was declared before. docs/schema-extension.md has an example and says what becomes of stored data.
Example: npm run admin -- connection schema set okta --file badge.json --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const file = typeof options['file'] === 'string' ? options['file'] : undefined;
    if (file === undefined && terminal.interactive) throw new UsageError('name the declaration: --file FILE, or pass it on standard input');
    const source = file ?? 'standard input';
    let text: string;
    try {
      text = await terminal.readDocument(file);
    } catch (error) {
      throw new Refused(`${source} is not readable: ${error instanceof Error ? error.message : 'unknown cause'}`, { cause: error });
    }
    const schemaExtension = parseDeclaration(text, source);
    const context = checkContextOf(connection, administration.now());
    const candidate = mustBeInOrder({ ...connection.settings, schemaExtension }, context);
    await saveSettings(administration, connection, candidate, options, terminal);
    const { id, resourceType } = schemaExtension;
    const outcome = shown(
      schemaExtension,
      `${connection.name} has ${id} for each ${resourceType} from the next request on; GET /Schemas/${id} shows it.`,
    );
    return { ...outcome, changed: ['schemaExtension'] };
  },
};

const show: Command = {
  name: 'connection schema show',
  positionals: ['CONNECTION'],
  options: {},
  summary: 'the schema that a connection declares',
  help: 'With --json in the form that connection schema set takes.',
  async run(administration, [nameOrId]) {
    const { name, settings } = await findConnection(administration, nameOrId);
    if (settings.schemaExtension === undefined) return { json: null, text: `${name} declares no schema of its own.` };
    return shown(settings.schemaExtension, `${settings.schemaExtension.id}, for each ${settings.schemaExtension.resourceType}`);
  },
};

const remove: Command = {
  name: 'connection schema remove',
  positionals: ['CONNECTION'],
  options: SAVE_OPTIONS,
  summary: 'takes the declared schema back',
  help: `Clients can't see or send its attributes any more. What is stored of them stays, unseen, until a PUT replaces the user or group:
declared again, it is there again.`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const { schemaExtension, ...settings } = connection.settings;
    if (schemaExtension === undefined) throw new Refused(`${connection.name} declares no schema`);
    const candidate = mustBeInOrder(settings, checkContextOf(connection, administration.now()));
    await saveSettings(administration, connection, candidate, options, terminal);
    return {
      json: { removed: schemaExtension.id },
      changed: ['schemaExtension'],
      text: `${schemaExtension.id} is not served any more. Stored values are unseen until it is declared again, or a PUT drops them.`,
    };
  },
};

export const connectionSchemaCommands: readonly Command[] = [set, show, remove];
