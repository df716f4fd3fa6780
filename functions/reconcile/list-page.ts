import { messageGroupOf } from '../../shared/changes/change.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import type { Place, StoredGroup, StoredUser } from '../../shared/directory/directory.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import { type Outstanding, RUN_PAGE, type Run } from '../../shared/directory/runs.ts';
import { accountNameOf, groupNameOf } from '../../shared/provisioning/naming.ts';
import type { ReconcileDependencies } from './dependencies.ts';

/** Resources to be sent, and the place after them. */
export interface Page {
  readonly page: readonly Outstanding[];
  readonly next: Pick<Run, 'phase' | 'cursor'>;
}

/** The next page of a run: users in order of creation, then groups; or the one user, or a group's members and then the group. */
export async function listPage(deps: ReconcileDependencies, connection: Connection, run: Run): Promise<Page> {
  const { scope } = run;
  if (scope.of === 'user') {
    const user = await deps.directory.users.read(connection, scope.id);
    return { page: user ? [outstandingUser(deps, connection, user)] : [], next: { phase: 'listed' } };
  }
  if (scope.of === 'group' && run.phase === 'users') return membersPage(deps, connection, run, scope);
  if (scope.of === 'group') {
    const group = await deps.directory.groups.read(connection, scope.id);
    return { page: group ? [outstandingGroup(deps, connection, group)] : [], next: { phase: 'listed' } };
  }
  const { resources, cursor } = await takeResources(deps, connection, run);
  const page = resources.map((resource) =>
    run.phase === 'users'
      ? outstandingUser(deps, connection, resource as StoredUser)
      : outstandingGroup(deps, connection, resource as StoredGroup),
  );
  const following = run.phase === 'users' ? 'groups' : 'listed';
  return { page, next: cursor === undefined ? { phase: following } : { phase: run.phase, cursor } };
}

/** So many users or groups as fit into a page, from where the run is, and the place after them if there may be more. */
export function takeResources(
  { directory }: Pick<ReconcileDependencies, 'directory'>,
  connection: Connection,
  { phase, cursor }: Pick<Run, 'phase' | 'cursor'>,
): Promise<{ resources: (StoredUser | StoredGroup)[]; cursor?: string }> {
  const { users, groups } = directory;
  const after = cursor === undefined ? undefined : (JSON.parse(cursor) as Place);
  return takePage<StoredUser | StoredGroup>((phase === 'users' ? users : groups).listing.find(connection, { by: 'all' }, after, RUN_PAGE));
}

/** A full page has a place after it; whether anything comes there, the next page says. */
async function takePage<R extends Place>(resources: AsyncIterable<R>): Promise<{ resources: R[]; cursor?: string }> {
  const page: R[] = [];
  for await (const resource of resources) {
    page.push(resource);
    if (page.length < RUN_PAGE) continue;
    const { created, id } = resource;
    return { resources: page, cursor: JSON.stringify({ created, id } satisfies Place) };
  }
  return { resources: page };
}

async function membersPage(
  deps: ReconcileDependencies,
  connection: Connection,
  run: Run,
  scope: Extract<Run['scope'], { of: 'group' }>,
): Promise<Page> {
  const ids: UserId[] = [];
  for await (const { userId } of deps.delivery.memberships.all(connection.id, scope.id, run.cursor as UserId | undefined)) {
    ids.push(userId);
    if (ids.length === RUN_PAGE) break;
  }
  const users = await Promise.all(ids.map((id) => deps.directory.users.read(connection, id)));
  const page = users.flatMap((user) => (user ? [outstandingUser(deps, connection, user)] : []));
  const last = ids.at(-1);
  return { page, next: ids.length === RUN_PAGE && last !== undefined ? { phase: 'users', cursor: last } : { phase: 'groups' } };
}

function outstandingUser(deps: ReconcileDependencies, { target }: Connection, { id, attributes, boundName }: StoredUser): Outstanding {
  const name = String(attributes['userName']);
  const messageGroup = messageGroupOf(target.id, 'account', boundName ?? accountNameOf(name));
  return { resource: { type: 'user', id }, name, messageGroup, ...sentNow(deps) };
}

function outstandingGroup(deps: ReconcileDependencies, { target }: Connection, { id, attributes, boundName }: StoredGroup): Outstanding {
  const name = String(attributes['displayName']);
  const messageGroup = messageGroupOf(target.id, 'group', boundName ?? groupNameOf(name));
  return { resource: { type: 'group', id }, name, messageGroup, ...sentNow(deps) };
}

function sentNow({ now }: ReconcileDependencies) {
  return { sentAt: now().getTime(), attempts: 0, slices: 0, counts: {}, details: [] };
}
