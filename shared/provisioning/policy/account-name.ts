import type { ScimObject } from '../../scim/resources/resource.ts';
import { accountNameOf } from '../naming.ts';
import type { UserSettings } from '../settings/user-settings.ts';
import type { NotNamed, Step } from './step.ts';

export type AccountNaming = { readonly is: 'name'; readonly name: string; readonly steps: readonly Step[] } | NotNamed;

/** The name that a user's account gets, by the connection's settings. The account of a bound user keeps its own. */
export function accountNaming(_settings: UserSettings['userName'], _resource: ScimObject, userName: string): AccountNaming {
  return { is: 'name', name: accountNameOf(userName), steps: [] };
}
