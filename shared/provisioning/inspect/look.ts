import type { Target } from '../../targets/target.ts';
import type { Work } from '../work.ts';
import type { NotAsked } from './inspection.ts';

/** What an inspection works with: the worker's own, of which it only reads. Without a target the reason is said in its place. */
export interface Look extends Pick<Work, 'connection' | 'delivery' | 'policy' | 'protectedAccounts' | 'protectedGroups'> {
  readonly target: Target | NotAsked;
}

export type LookWithTarget = Look & { readonly target: Target };

export function canAsk(look: Look): look is LookWithTarget {
  return !('reason' in look.target);
}
