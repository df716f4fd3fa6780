import type { ConnectionId } from '../../../shared/directory/ids.ts';
import { usualAccessGroup, withDefaultsOfKind } from '../../../shared/provisioning/settings/defaults-of-kind.ts';
import { SETTINGS_VERSION, type Settings } from '../../../shared/provisioning/settings/settings.ts';
import { type TargetAddress, type TargetKind, targetIdOf } from '../../../shared/targets/target-address.ts';
import type { Terminal } from '../administration.ts';
import { type Command, type Options, Refused, UsageError } from '../command.ts';
import { connectionOutcome } from '../connection-outcome.ts';
import { mustBeInOrder, printWarnings, readSettingsFile } from '../settings/settings-document.ts';
import { askLinking, SETTINGS_OPTIONS, withOptions } from '../settings/settings-options.ts';
import { otherApiNote, TARGET_OPTIONS, targetAddressOf } from '../target-options.ts';

interface CreateContext {
  readonly now: Date;
  readonly kind: TargetKind;
}

export const createCommand: Command = {
  name: 'connection create',
  positionals: ['NAME'],
  options: {
    ...TARGET_OPTIONS,
    settings: {
      type: 'string',
      help: 'a settings file, as settings export writes it; the other options come on top of it, the defaults of a Cloud target do not',
    },
    ...SETTINGS_OPTIONS,
    strict: { type: 'boolean', help: 'short for --mode strict' },
  },
  summary: 'a new connection: one IdP tenant and the Confluence it provisions into',
  help: `Examples:
  npm run admin -- connection create okta --confluence https://wiki.example.com --link never --stack ScimForConfluence
  npm run admin -- connection create okta --cloud-guard DIRECTORY_ID --link never --stack ScimForConfluence
  npm run admin -- connection create okta --cloud-organization ORGANISATION_ID --access-groups confluence-users-acme --link never …
Then: credentials set (how to log in to it), target test, token create (what the IdP presents). docs/cloud.md has the steps for Cloud.`,
  async run(administration, [name], options, terminal) {
    if (name === undefined || !/^[\w .-]{1,64}$/.test(name))
      throw new UsageError('give the connection a name of 1 to 64 letters, digits, spaces, dots or dashes');
    const address = targetAddressOf(options);
    if ((await administration.connections.list()).some((other) => other.name.toLowerCase() === name.toLowerCase()))
      throw new Refused(`a connection ${name} exists already: connection show ${name} shows it`);
    const now = administration.now();
    const context = { now, kind: address.kind };
    const given = await givenSettings(options, terminal, context);
    const mode = options['strict'] === true ? { mode: 'strict' } : {};
    const asTyped = withOptions(given, { ...options, ...mode }, context).settings;
    // A file says what is to be; what would be the default of the kind is told in the warnings then.
    const { settings, warnings } = mustBeInOrder(
      options['settings'] === undefined ? withDefaultsOfKind(asTyped, address) : asTyped,
      context,
    );
    const connection = await administration.connections.create({
      id: administration.newId() as ConnectionId,
      name,
      state: 'active',
      created: now.toISOString(),
      target: { id: targetIdOf(address), ...address },
      settings,
    });
    const text = [printWarnings(warnings), otherApiNote(address), nextSteps(name, address, settings, administration.scimBaseUrl)];
    return { ...connectionOutcome(connection), text: text.filter((line) => line !== '').join('\n') };
  },
};

/** The settings of a file, or the defaults. Whether accounts may be linked has no default. */
async function givenSettings(options: Options, terminal: Terminal, context: CreateContext): Promise<Settings> {
  if (typeof options['settings'] !== 'string') {
    const document = { version: SETTINGS_VERSION, users: { linking: await askLinking(options, terminal, context.kind) } };
    return mustBeInOrder(document, context).settings;
  }
  const { document } = await readSettingsFile(options['settings'], terminal);
  const { users } = (document ?? {}) as { readonly users?: unknown };
  if (typeof users !== 'object' || users === null || 'linking' in users) return mustBeInOrder(document, context).settings;
  const linking = await askLinking(options, terminal, context.kind);
  return mustBeInOrder({ ...(document as object), users: { ...users, linking } }, context).settings;
}

function nextSteps(name: string, address: TargetAddress, { target }: Settings, scimBaseUrl: string): string {
  const admin = 'npm run admin --';
  const groups =
    address.kind === 'cloud-organization' && target.organization.accessGroups.length === 0
      ? `settings edit ${name} --set 'target.organization.accessGroups=${JSON.stringify([usualAccessGroup(address.site ?? '') ?? 'GROUP'])}' with the groups that grant Confluence, then `
      : '';
  const login = {
    'data-center': `credentials set ${name}`,
    'cloud-guard': `credentials set ${name} with the API key of the directory`,
    'cloud-organization': `credentials set ${name} with the organisation’s API key`,
  }[address.kind];
  return `Next: ${admin} ${groups}${login}, then target test ${name}, then token create ${name}. The IdP's SCIM base URL is ${scimBaseUrl}`;
}
