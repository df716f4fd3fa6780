import type { Connection } from '../../../shared/directory/connection.ts';
import type {
  GroupInspection,
  MembershipFinding,
  MembershipKind,
  NotAsked,
  ResourceInspection,
  UserInspection,
} from '../../../shared/provisioning/inspect/inspection.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import type { TimedRecord } from '../log/recent-records.ts';
import { renderTable } from '../render.ts';
import { accountRows } from './account-rows.ts';
import type { AttributeShown } from './attributes-by-schema.ts';
import { recordRow } from './record-row.ts';
import { stateRows } from './state-rows.ts';
import { verdict } from './verdict.ts';

/** What `inspect` shows for a person: sections of plain text, the outcome of each question in the order of its cause. */
export interface Shown {
  readonly connection: Connection;
  readonly inspection: ResourceInspection;
  readonly attributes: { readonly sent: readonly AttributeShown[]; readonly notSent: readonly string[] };
  /** The records, or why there are none. */
  readonly records: readonly TimedRecord[] | string;
  readonly hours: number;
}

/** What is pending was tried perhaps, and says why it did not come about. */
function triedAgain({ type, state }: ResourceInspection, records: Shown['records']): string[] {
  if (state.pending?.marker !== 'pending' || state.parked || typeof records === 'string') return [];
  const own = records.filter((record) => 'subject' in record && record.subject?.type === type);
  const last = own.findLast(({ kind }) => kind === 'change.retried' || kind === 'change.applied');
  if (last?.kind !== 'change.retried') return [];
  // What settles says itself that it is tried again.
  return [`Not applied yet (${last.code}): ${last.reason}${last.code === 'settling' ? '' : ' It is tried again.'}`];
}

type Rows = readonly Readonly<Record<string, string | number>>[];

export function renderInspection(shown: Shown): string {
  const { connection, inspection, attributes } = shown;
  const title = `${inspection.type === 'user' ? 'User' : 'Group'} ${inspection.name} of ${connection.name}, ${describeTarget(connection.target)}`;
  const sections: (string | false)[] = [
    [title, ...verdict(inspection, connection.target.kind), ...triedAgain(inspection, shown.records)].map(plain).join('\n'),
    section('Sent by the identity provider', sentLines(attributes)),
    section('What the settings make of it', lines(inspection.settings.map(({ setting, says }) => ({ field: setting, value: says })))),
    section(
      connection.target.kind === 'data-center' ? 'In Confluence now' : 'At Atlassian now',
      inspection.type === 'user' ? accountLines(inspection, connection) : groupLines(inspection),
    ),
    section('Differences', differenceLines(inspection)),
    section('What would be done now', outlookLines(inspection)),
    inspection.type === 'user'
      ? section('Groups', membershipLines(inspection.memberships, 'no groups'))
      : section('Members', memberLines(inspection)),
    section('State', lines(stateRows(inspection))),
    section(`Last requests, of ${shown.hours} hours`, recordLines(shown.records)),
  ];
  return sections.filter((text) => text !== false).join('\n\n');
}

/** What is not pending was applied once. */
const BY_HAND =
  'Nothing is pending: somebody has changed it in Confluence, or the settings are new. sync does it, and so does the next change.';

function section(title: string, body: string): string {
  const indented = body.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
  return [title.toUpperCase(), ...indented].join('\n');
}

function lines(rows: Rows): string {
  return renderTable(rows);
}

function sentLines({ sent, notSent }: Shown['attributes']): string {
  const schemas = [...new Set(sent.map(({ schema }) => schema))];
  const tables = schemas.map((schema) => {
    const rows = sent
      .filter((row) => row.schema === schema)
      .map(({ attribute, type, required, value }) => ({
        attribute,
        type,
        required: required ? 'yes' : 'no',
        value: value ?? '(not sent)',
      }));
    return `${schema}\n${lines(rows)}`;
  });
  return [...tables, ...(notSent.length > 0 ? [`not sent: ${notSent.join(', ')}`] : [])].join('\n\n');
}

function accountLines({ account, accountName, lastSetEmail, notAsked }: UserInspection, { target, settings }: Connection): string {
  if (notAsked) return notAskedLine(notAsked);
  if (!account) return accountName === undefined ? 'no account' : plain(`no account ${accountName}`);
  return lines(accountRows(account, lastSetEmail, { kind: target.kind, settings }));
}

function groupLines({ confluenceGroups = [], notAsked }: GroupInspection): string {
  if (notAsked) return notAskedLine(notAsked);
  if (confluenceGroups.length === 0) return 'no group';
  return confluenceGroups
    .map(({ name, exists, members, count, more }) => {
      if (!exists) return plain(`no group ${name}`);
      const shown = members.length < count || more ? ` (the first ${members.length})` : '';
      return lines([
        { field: 'group', value: name },
        { field: 'members', value: `${more ? 'more than ' : ''}${count}${shown}` },
        ...(members.length > 0 ? [{ field: '', value: members.join(', ') }] : []),
      ]);
    })
    .join('\n\n');
}

function differenceLines(inspection: ResourceInspection): string {
  const { differences, notAsked } = inspection;
  if (!differences) return notAsked ? notAskedLine(notAsked) : 'not known';
  const own = differences.map(({ what, wanted, found }) => ({ field: what, value: `should be ${wanted}, is ${found}` }));
  const findings = inspection.type === 'user' ? inspection.memberships : inspection.members.findings;
  const named = (kind: MembershipKind) =>
    findings.flatMap(({ is, account, confluenceGroup }) => (is === kind ? [inspection.type === 'user' ? confluenceGroup : account] : []));
  const what = inspection.type === 'user' ? 'groups' : 'members';
  const rows = [
    ...own,
    ...(named('missing').length > 0 ? [{ field: what, value: `missing: ${named('missing').join(', ')}` }] : []),
    ...(named('obsolete').length > 0 ? [{ field: what, value: `too many: ${named('obsolete').join(', ')}` }] : []),
  ];
  return rows.length === 0 ? 'none' : lines(rows);
}

function outlookLines({ outlook, notAsked, isDryRun, state }: ResourceInspection): string {
  if (!outlook) return notAsked ? notAskedLine(notAsked) : 'not known';
  const said = {
    nothing: () => `nothing: ${outlook.is === 'nothing' ? outlook.why : ''}`,
    parked: () => (outlook.is === 'parked' ? `parked (${outlook.code}): ${outlook.reason}` : ''),
    actions: () => (outlook.is === 'actions' ? lines(outlook.actions.map((action) => ({ field: action.do, value: action.why }))) : ''),
  }[outlook.is]();
  const isHeld = state.pending?.marker === 'held' || state.pending?.marker === 'rejected';
  return [
    outlook.is === 'actions' ? said : plain(said),
    ...(outlook.is === 'parked' ? [] : outlook.skipped.map(plain)),
    ...(isDryRun ? ['The connection is in dry-run: it is logged, and not done.'] : []),
    ...(isHeld ? ['The brake holds it: brake show says more.'] : []),
    ...(outlook.is === 'actions' && !state.pending && !state.parked ? [BY_HAND] : []),
    ...(state.parked && outlook.is === 'actions' ? ['It is parked: parked retry, or the next change, does it.'] : []),
  ].join('\n');
}

function membershipLines(findings: readonly MembershipFinding[], none: string): string {
  if (findings.length === 0) return none;
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.is) - ORDER.indexOf(b.is) || nameOf(a).localeCompare(nameOf(b)));
  return lines(
    sorted.map(({ is, group, confluenceGroup, why }) => ({
      is,
      confluence: confluenceGroup ?? '',
      'identity provider': group?.displayName ?? '',
      why,
    })),
  );
}

function memberLines({ members, state }: GroupInspection): string {
  const counted = ORDER.flatMap((kind) => (members.counts[kind] === undefined ? [] : [`${members.counts[kind]} ${kind}`])).join(', ');
  return [
    plain(`${counted === '' ? 'none' : counted}${members.more ? ', of the first 1000: sync --group compares all' : ''}`),
    ...(state.largeChanges === undefined ? [] : ['A large change is being worked through: whom it names is not counted here.']),
    ...(members.findings.length === 0
      ? []
      : [
          lines(
            members.findings.map(({ is, user, account, confluenceGroup, why }) => ({
              is,
              account: account ?? '',
              'identity provider': user?.userName ?? '',
              confluence: confluenceGroup ?? '',
              why,
            })),
          ),
        ]),
  ].join('\n');
}

function recordLines(records: Shown['records']): string {
  if (typeof records === 'string') return plain(records);
  return records.length === 0 ? 'none: --hours looks further back' : lines(records.map(recordRow));
}

function notAskedLine({ code, reason }: NotAsked): string {
  return plain(`not known (${code}): ${reason}`);
}

const ORDER: readonly MembershipKind[] = ['present', 'missing', 'obsolete', 'held', 'rejected', 'withheld', 'waiting', 'skipped', 'extra'];

function nameOf({ confluenceGroup, group }: MembershipFinding): string {
  return confluenceGroup ?? group?.displayName ?? '';
}

/** What comes from outside may hold control characters: a terminal would obey them. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
