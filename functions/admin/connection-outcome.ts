import type { Connection } from '../../shared/directory/connection.ts';
import { ALWAYS_PROTECTED_GROUPS } from '../../shared/provisioning/settings/safety-settings.ts';
import { DEFAULT_REQUESTS_PER_SECOND, type Settings } from '../../shared/provisioning/settings/settings.ts';
import { ATLASSIAN_API, describeTarget } from '../../shared/targets/target-address.ts';
import type { Outcome } from './command.ts';

type Row = Readonly<Record<'field' | 'value', string>>;

/** A connection with its settings, as every command shows it that makes or changes one. */
export function connectionOutcome(connection: Connection): Outcome {
  const { id, name, state, created, settings, copyOf } = connection;
  return {
    json: connection,
    table: [
      { field: 'name', value: name },
      { field: 'id', value: id },
      { field: 'state', value: copyOf === undefined ? state : `${state}, the copy of ${copyOf}: move switch changes that` },
      { field: 'created', value: created },
      ...targetRows(connection),
      { field: 'apply', value: settings.apply },
      { field: 'mode', value: settings.mode },
      { field: 'requests a second', value: settings.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND },
      { field: 'existing accounts', value: settings.users.linking === 'never' ? 'never linked' : `linked by ${settings.users.linking}` },
      { field: 'a SCIM delete', value: deleteInWords(settings) },
      {
        field: 'request log',
        value: settings.log.fullUntil === undefined ? settings.log.detail : `${settings.log.detail} until ${settings.log.fullUntil}`,
      },
      { field: 'protected accounts', value: ['the service account', ...settings.protected.accounts].join(', ') },
      { field: 'protected groups', value: [...ALWAYS_PROTECTED_GROUPS, ...settings.protected.groups].join(', ') },
      { field: 'schema extension', value: settings.schemaExtension?.id ?? 'none' },
      { field: 'settings', value: `number ${connection.settingsNumber}; settings show has all of them` },
    ],
  };
}

function targetRows({ target, settings }: Connection): Row[] {
  const id = { field: 'target', value: target.id };
  if (target.kind === 'data-center') return [{ field: 'Confluence', value: describeTarget(target) }, id];
  const api = target.baseUrl === ATLASSIAN_API ? [] : [{ field: 'API', value: target.baseUrl }];
  if (target.kind === 'cloud-guard') return [{ field: 'Confluence', value: `${describeTarget(target)}, with Guard` }, ...api, id];
  const { accessGroups, onDisable } = settings.target.organization;
  return [
    { field: 'Confluence', value: `${describeTarget(target)}, without Guard` },
    ...(target.directory === undefined ? [] : [{ field: 'directory', value: target.directory }]),
    ...(target.site === undefined ? [] : [{ field: 'site', value: target.site }]),
    ...api,
    id,
    { field: 'groups that grant it', value: accessGroups.length === 0 ? 'NONE: nobody gets Confluence' : accessGroups.join(', ') },
    { field: 'disabling', value: onDisable === 'suspend' ? 'suspends the account, in all products' : 'takes it out of these groups' },
  ];
}

function deleteInWords({ users: { onDelete } }: Settings): string {
  return onDelete === 'keep' ? 'leaves the account as it is' : `${onDelete}s the account`;
}
