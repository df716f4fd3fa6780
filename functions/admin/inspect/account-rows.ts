import type { UserInspection } from '../../../shared/provisioning/inspect/inspection.ts';
import type { Settings } from '../../../shared/provisioning/settings/settings.ts';
import type { TargetKind } from '../../../shared/targets/target-address.ts';

/** An account as the target has it, as a list of fields, in the words of what the connection provisions into. */
export function accountRows(
  account: NonNullable<UserInspection['account']>,
  lastSetEmail: string | undefined,
  { kind, settings }: { readonly kind: TargetKind; readonly settings: Settings },
): { field: string; value: string }[] {
  const { groups, moreGroups } = account;
  return [
    { field: 'account', value: `${account.name}${account.isOwn ? '' : ', which is not this user’s'}` },
    { field: 'full name', value: account.fullName },
    {
      field: 'e-mail',
      value: account.email ?? `${NOT_TOLD[kind]}${lastSetEmail === undefined ? '' : `; last set to ${lastSetEmail}`}`,
    },
    { field: 'active', value: account.active ? 'yes' : `no${whyNot(account, kind, settings)}` },
    { field: 'groups', value: groups.length === 0 ? 'none' : `${groups.join(', ')}${moreGroups ? ' …' : ''}` },
    ...(kind === 'cloud-guard' && account.active ? [{ field: 'confluence', value: granted(groups) }] : []),
  ];
}

const NOT_TOLD: Readonly<Record<TargetKind, string>> = {
  'data-center': 'not told by this version',
  'cloud-guard': 'not told by Atlassian',
  'cloud-organization': 'not told by Atlassian',
};

/** In an organisation without Guard "active" is what the account and the groups that grant Confluence say together. */
function whyNot({ groups, moreGroups }: NonNullable<UserInspection['account']>, kind: TargetKind, settings: Settings): string {
  if (kind === 'data-center') return '';
  if (kind === 'cloud-guard') return ': deactivated, for all of Atlassian’s apps';
  const isIn = new Set(groups.map((name) => name.toLowerCase()));
  const missing = settings.target.organization.accessGroups.filter((name) => !isIn.has(name.toLowerCase()));
  if (moreGroups) return '';
  return missing.length === 0 ? ': suspended or deactivated at Atlassian' : `: not in ${missing.join(' and ')}, which grants Confluence`;
}

/** A directory does not tell which of its groups were given an app. */
function granted(groups: readonly string[]): string {
  return groups.length === 0
    ? 'no: it comes with a group that was given the app, and there is none'
    : 'if one of the groups was given the app: see admin.atlassian.com, Directory, Groups';
}
