import type { Difference, GroupInspection, ResourceInspection, UserInspection } from '../../../shared/provisioning/inspect/inspection.ts';
import type { TargetKind } from '../../../shared/targets/target-address.ts';

/** The answer in a sentence or two: whether there is access, and why where that is not plain. May hold control characters from outside. */
export function verdict(inspection: ResourceInspection, kind: TargetKind): string[] {
  const { notAsked, state, outlook } = inspection;
  if (notAsked) return [`${kind === 'data-center' ? 'Confluence' : 'Atlassian'} can't be asked (${notAsked.code}): ${notAsked.reason}`];
  const stuck = state.parked
    ? [`Parked (${state.parked.code}): ${state.parked.reason}`]
    : (outlook?.is === 'nothing' && outlook.skipped) || [];
  return [
    inspection.type === 'user' ? accessOf(inspection) : groupsOf(inspection),
    ...closedBy(inspection),
    ...heldOf(inspection),
    ...stuck,
  ];
}

/** Why an account can't be used that is as it should be. */
function closedBy(inspection: ResourceInspection): string[] {
  if (inspection.type !== 'user' || !inspection.account?.isOwn || inspection.account.active) return [];
  if ((inspection.differences ?? []).some(isActive)) return [];
  if (inspection.state.is !== 'live') return ['The identity provider has deleted the user.'];
  if (inspection.resource['active'] === false) return ['The user is inactive in the identity provider.'];
  return inspection.settings.flatMap(({ setting, says }) =>
    setting === 'users.onlyFromGroups' && says.endsWith('this user is none') ? [`By ${setting}: ${says}.`] : [],
  );
}

/** Why access is there that the identity provider has taken away. */
function heldOf(inspection: ResourceInspection): string[] {
  const findings = inspection.type === 'user' ? inspection.memberships : inspection.members.findings;
  return (['held', 'rejected'] as const).flatMap((kind) => {
    const count = findings.filter(({ is }) => is === kind).length + (inspection.state.pending?.marker === kind ? 1 : 0);
    if (count === 0) return [];
    const what = `${count} removal${count === 1 ? '' : 's'} of access`;
    return [kind === 'held' ? `The brake holds ${what}: brake show.` : `An administrator has rejected ${what}: brake show --rejected.`];
  });
}

function accessOf({ account, accountName, memberships, differences = [] }: UserInspection): string {
  if (!account) return accountName === undefined ? 'Has no account.' : `Has no account: there is no ${accountName}.`;
  if (!account.isOwn) return `Has no account: ${account.name} is there, and is not this user’s.`;
  if (!account.active)
    return `Has a disabled account, ${account.name}${differences.some(isActive) ? ', and should have a usable one' : ''}.`;
  if (account.isPartial) {
    const wanted = differences.find(isActive)?.wanted;
    const should = wanted === undefined ? '' : wanted === 'yes' ? ', and should have all of it' : ', and should have none';
    return `Has a part of the access of an account, ${account.name}: it is suspended, or in some of the access groups only${should}.`;
  }
  if (differences.some(isActive)) return `Has an active account, ${account.name}, and should have none that can be used.`;
  const missing = memberships.filter(({ is }) => is === 'missing' || is === 'waiting').length;
  const groups = `${account.groups.length}${account.moreGroups ? ' or more' : ''} group${account.groups.length === 1 ? '' : 's'}`;
  return `Has an active account, ${account.name}, in ${groups}${missing === 0 ? '' : `; ${missing} still missing`}.`;
}

function isActive({ what }: Difference): boolean {
  return what === 'active';
}

function groupsOf({ confluenceGroups = [] }: GroupInspection): string {
  const there = confluenceGroups.filter(({ exists }) => exists).map(({ name }) => name);
  return there.length === 0 ? 'Is no group of Confluence.' : `Is in Confluence as ${there.join(' and ')}.`;
}
