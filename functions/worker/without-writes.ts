import type { MembershipDelivery, ResourceDelivery, TombstoneDelivery } from '../../shared/directory/delivery.ts';
import type { Work } from '../../shared/provisioning/work.ts';
import type { Target } from '../../shared/targets/target.ts';

/** Thrown when a dry run comes to a step that would change something: a defect of this product. Nothing was changed. */
export class WriteInDryRun extends Error {
  override readonly name = 'WriteInDryRun';
}

/** What a dry run may ask of Confluence. */
const TARGET: readonly (keyof Target)[] = [
  'serviceAccount',
  'capabilities',
  'findAccount',
  'findAccountsByEmail',
  'groupExists',
  'members',
  'groupsOf',
  'seats',
];
const RESOURCES: readonly (keyof ResourceDelivery)[] = ['user', 'group', 'owner'];
/** `materialise` writes what a layer says into its item: no marker is lost by it. */
const MEMBERSHIPS: readonly (keyof MembershipDelivery)[] = ['read', 'all', 'groupsOf', 'successor', 'materialise'];
const TOMBSTONES: readonly (keyof TombstoneDelivery)[] = ['userDone'];

/**
 * The guarantee of a dry run, whatever the code that plans does: neither a call that changes something in Confluence, nor a write that
 * loses a marker, binds a name or parks, is there to be made. What is not named above is refused, later verbs too. Layers are expanded
 * all the same (DELIVERY §3.2), and `pending.planned` notes what was planned.
 */
export function withoutWrites(work: Work): Work {
  if (!work.isDryRun) return work;
  const { delivery, target } = work;
  return {
    ...work,
    target: only('the target', target, TARGET),
    delivery: {
      ...delivery,
      resources: only('resources', delivery.resources, RESOURCES),
      memberships: only('memberships', delivery.memberships, MEMBERSHIPS),
      tombstones: only('tombstones', delivery.tombstones, TOMBSTONES),
    },
  };
}

function only<Port extends object>(name: string, port: Port, allowed: readonly (keyof Port)[]): Port {
  return new Proxy(port, {
    get(whole, verb, receiver) {
      const value: unknown = Reflect.get(whole, verb, receiver);
      if (typeof value !== 'function' || allowed.includes(verb as keyof Port)) return value;
      return () => {
        throw new WriteInDryRun(`a dry run came to ${String(verb)} of ${name}`);
      };
    },
  });
}
