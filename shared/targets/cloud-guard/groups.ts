import { answerIn } from '../http/failure-table.ts';
import { ProvisioningError } from '../target.ts';
import { GroupRecord, Ignored } from './answers.ts';
import type { Directory } from './directory.ts';
import { ENDPOINTS } from './endpoints.ts';
import { findGroup, withGroup } from './find-record.ts';
import { illegalGroupName, refuseIllegal } from './illegal-name.ts';

const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

export async function groupExists(directory: Directory, name: string): Promise<boolean> {
  refuseIllegal(illegalGroupName(name));
  return (await findGroup(directory, directory.calls(1), name)) !== undefined;
}

/** @throws ProvisioningError at 409: 'conflict' if the directory has the group, else 'taken' */
export async function createGroup(directory: Directory, name: string): Promise<void> {
  refuseIllegal(illegalGroupName(name));
  const calls = directory.calls(2);
  try {
    const body = { schemas: [GROUP_SCHEMA], displayName: name };
    directory.ids.rememberGroup(await calls.call(ENDPOINTS.createGroup, { body }, GroupRecord));
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'conflict') throw error;
    const found = await findGroup(directory, calls, name).catch(() => {
      // A look that fails, or whose turn comes too late, says nothing: the group may be there. And the binding must be given back.
      return 'unknown';
    });
    if (found !== undefined) throw error;
    throw new ProvisioningError('taken', `${outsideTheDirectory(name)} ${answerIn(error)}`, { status: 409, cause: error });
  }
}

/** Whoever has access by it loses that; restrictions that name it go. */
export async function deleteGroup(directory: Directory, name: string): Promise<void> {
  refuseIllegal(illegalGroupName(name));
  const calls = directory.calls(2);
  await withGroup(directory, calls, name, (id) => calls.call(ENDPOINTS.deleteGroup, { names: { id } }, Ignored));
  directory.ids.forgetGroup(name);
}

function outsideTheDirectory(name: string): string {
  return `The organisation has a group ${name} that this directory does not manage: one made by hand, one of another directory, or a group that gives new people access by default, which no directory can manage. Rename that group at admin.atlassian.com (Directory, Groups), or let the directory take it over where Atlassian offers to review the conflict, or give the group another name with groups.map or groups.rename.`;
}
