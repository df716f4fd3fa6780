import { type CheckContext, checkSettings } from '../../../shared/provisioning/settings/check/check-settings.ts';
import { DEFAULT_REQUESTS_PER_SECOND, type Settings } from '../../../shared/provisioning/settings/settings.ts';
import type { TargetKind } from '../../../shared/targets/target-address.ts';
import type { Terminal } from '../administration.ts';
import { type Options, UsageError } from '../command.ts';
import type { Candidate } from './settings-document.ts';

const LINKING = ['user-name', 'email', 'never'] as const;
const NEVER = `  never      no: such a person is parked, and an administrator decides
Answer user-name, email or never: `;
const LINKING_QUESTION: Readonly<Record<TargetKind, string>> = {
  'data-center': `Accounts may exist in Confluence already. May this connection take one over when the IdP sends the same person?
  user-name  yes, the account with the same user name
  email      yes, the account with the same e-mail address (Confluence 9.3 and later)
${NEVER}`,
  'cloud-guard': `People may be in the Atlassian directory already. May this connection take an entry over when the IdP sends the same person?
(Whatever is answered: who is not in it yet and has an Atlassian account of the same e-mail address keeps that one. Atlassian does so itself.)
  user-name  yes, the entry with the same user name
  email      yes, the entry with the same e-mail address
${NEVER}`,
  'cloud-organization': `People may have an Atlassian account already. May this connection take it over when the IdP sends the same person?
  user-name  yes, the account of their e-mail address, which is its name here
  email      the same
${NEVER}`,
};
const HOUR_MS = 3_600_000;
const MAX_FULL_HOURS = 168;

/** The settings that `connection create` and `connection update` take: short forms of what settings edit can do. */
export const SETTINGS_OPTIONS = {
  link: { type: 'string', help: 'user-name | email | never: may existing accounts be taken over? No default.' },
  'on-user-delete': {
    type: 'string',
    help: 'disable | delete | keep: what a SCIM DELETE of a user does (disable). Deleting can’t be undone.',
  },
  'protect-accounts': { type: 'string', help: 'accounts never to be touched, separated by commas; the service account always is one' },
  'protect-groups': { type: 'string', help: 'groups never to be touched, separated by commas (the administrators’ groups)' },
  'access-groups': {
    type: 'string',
    help: 'of an Atlassian organisation without Guard: its groups that grant Confluence, separated by commas',
  },
  mode: { type: 'string', help: 'tolerant | strict: accept the identity providers’ dialects, or take the RFC to the letter (tolerant)' },
  'requests-per-second': {
    type: 'string',
    help: `past so many, over ten seconds, the IdP is told to wait, 1 to 10000 (${DEFAULT_REQUESTS_PER_SECOND})`,
  },
  'full-log-hours': { type: 'string', help: `log redacted bodies for so many hours, at most ${MAX_FULL_HOURS}; 0 ends it` },
} as const;

/** There is no default: taking over an account gives the IdP power over it (DESIGN §4, safe defaults). @throws UsageError */
export async function askLinking(options: Options, terminal: Terminal, kind: TargetKind): Promise<Settings['users']['linking']> {
  const question = LINKING_QUESTION[kind];
  const given = options['link'] ?? (terminal.interactive ? (await terminal.ask(question)).trim() : undefined);
  const linking = LINKING.find((choice) => choice === given);
  if (!linking)
    throw new UsageError(`--link takes user-name, email or never. ${given === undefined ? '\n' : `Not "${given}".\n`}${question}`);
  return linking;
}

/**
 * The settings with what the options say changed.
 * @throws UsageError for a value that the settings don't take
 */
export function withOptions(settings: Settings, options: Options, { now, kind }: Required<Pick<CheckContext, 'now' | 'kind'>>): Candidate {
  const list = (name: string) => (typeof options[name] === 'string' ? { value: names(options[name]) } : undefined);
  const accounts = list('protect-accounts');
  const groups = list('protect-groups');
  const changed = {
    ...settings,
    users: {
      ...settings.users,
      ...(typeof options['link'] === 'string' && { linking: options['link'] }),
      ...(typeof options['on-user-delete'] === 'string' && { onDelete: options['on-user-delete'] }),
    },
    protected: { ...settings.protected, ...(accounts && { accounts: accounts.value }), ...(groups && { groups: groups.value }) },
    ...(typeof options['access-groups'] === 'string' && { target: withAccessGroups(settings.target, options['access-groups']) }),
    ...(typeof options['mode'] === 'string' && { mode: options['mode'] }),
    ...(typeof options['requests-per-second'] === 'string' && { requestsPerSecond: Number(options['requests-per-second']) }),
    ...(typeof options['full-log-hours'] === 'string' && { log: logFor(options['full-log-hours'], now) }),
  };
  const checked = checkSettings(changed, { now, before: settings, kind });
  if (!('mistakes' in checked)) return checked;
  throw new UsageError(checked.mistakes.map(({ path, message }) => `${optionOf(path)}: ${message}`).join('\n'));
}

/** What was typed for a setting: the person at the keyboard knows the option, not the setting's name. */
const OPTION_OF: Readonly<Record<string, keyof typeof SETTINGS_OPTIONS>> = {
  'users.linking': 'link',
  'users.onDelete': 'on-user-delete',
  mode: 'mode',
  'protected.accounts': 'protect-accounts',
  'protected.groups': 'protect-groups',
  'target.organization.accessGroups': 'access-groups',
  requestsPerSecond: 'requests-per-second',
};

function optionOf(path: string): string {
  const option = OPTION_OF[path.split('[')[0] ?? ''];
  return option === undefined ? path : `--${option}`;
}

function names(text: string): string[] {
  return listed(text.toLowerCase());
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function withAccessGroups(target: Settings['target'], text: string): Settings['target'] {
  return { ...target, organization: { ...target.organization, accessGroups: listed(text) } };
}

function logFor(text: string, now: Date): Settings['log'] {
  const hours = Number(text);
  if (!Number.isInteger(hours) || hours < 0 || hours > MAX_FULL_HOURS)
    throw new UsageError(`--full-log-hours takes a whole number from 0 to ${MAX_FULL_HOURS}, not "${text}"`);
  return hours === 0 ? { detail: 'summary' } : { detail: 'full', fullUntil: new Date(now.getTime() + hours * HOUR_MS).toISOString() };
}
