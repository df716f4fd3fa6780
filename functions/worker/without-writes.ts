import type { Delivery } from '../../shared/directory/delivery.ts';
import type { Work } from '../../shared/provisioning/work.ts';
import type { Target } from '../../shared/targets/target.ts';

/** Thrown when a dry run comes to a step that would change something: a defect of this product. Nothing was changed. */
export class WriteInDryRun extends Error {
  override readonly name = 'WriteInDryRun';
}

/** What a dry run may ask of Confluence. */
const TARGET: readonly (keyof Target)[] = [
  'illegalAccountName',
  'illegalGroupName',
  'serviceAccount',
  'capabilities',
  'findAccount',
  'findAccountsByEmail',
  'groupExists',
  'members',
  'hasUnnamedMembers',
  'groupsOf',
  'seats',
];
/** What it may ask of the store, and write there: what loses no marker, binds no name and parks nothing. */
const DELIVERY: { readonly [Port in keyof Delivery]: 'everything' | readonly (keyof Delivery[Port])[] } = {
  resources: ['user', 'group', 'owner'],
  // What a layer says is written into its item, as in its expansion.
  memberships: ['read', 'all', 'putThere', 'groupsOf', 'successor', 'materialise'],
  groupNames: ['stillIn'],
  // DELIVERY §3.2: expanded all the same, else the IdP would be refused its ninth large change.
  layers: 'everything',
  tombstones: ['userDone'],
  targets: 'everything',
  pace: 'everything',
  pending: 'everything',
  brake: ['read', 'engaged'],
  seats: ['read', 'refusing'],
  // A user over whose account a group decides is marked, so that it is planned anew.
  users: ['groupsOf', 'wake', 'noteAdmitting', 'noteAdmits'],
};

/**
 * The guarantee of a dry run, whatever the code that plans does: neither a call that changes something in Confluence nor a write that
 * would lose a change is there to be made. What is not named above is refused.
 */
export function withoutWrites<Given extends Work>(work: Given): Given {
  if (!work.isDryRun) return work;
  const ports = Object.entries(work.delivery).map(([name, port]: [string, object]) => {
    const allowed = DELIVERY[name as keyof Delivery] as 'everything' | readonly string[] | undefined;
    return [name, allowed === 'everything' ? port : only(name, port, allowed ?? [])];
  });
  return { ...work, target: only('the target', work.target, TARGET), delivery: Object.fromEntries(ports) as unknown as Delivery };
}

/** @throws WriteInDryRun from each of the port's other verbs */
function only<Port extends object>(name: string, port: Port, allowed: readonly string[]): Port {
  return new Proxy(port, {
    get(whole, verb, receiver) {
      const value: unknown = Reflect.get(whole, verb, receiver);
      if (typeof value !== 'function' || allowed.includes(String(verb))) return value;
      return () => {
        throw new WriteInDryRun(`a dry run came to ${String(verb)} of ${name}`);
      };
    },
  });
}
