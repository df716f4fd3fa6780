import * as fc from 'fast-check';
import { arbitraryTenant, type TenantCase } from './arbitrary-tenant.ts';
import { LiveTenant } from './live-tenant.ts';

export interface SynchronizeRuns {
  readonly runs: number;
  /** Users of one tenant, at most. */
  readonly users: number;
  readonly seed: number;
}

/**
 * Random tenants, settings and drift: each step reaches the planned state, and a second Synchronize does nothing.
 * @throws with the smallest case that was found, its seed, and what is wrong
 */
export async function randomTenants({ runs, users, seed }: SynchronizeRuns): Promise<void> {
  const property = fc.asyncProperty(arbitraryTenant(users), async (tenant) => {
    const wrong = await wrongOf(tenant);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
  await fc.assert(property, { numRuns: runs, seed });
}

/** The first step that went wrong, in sentences. */
async function wrongOf(tenant: TenantCase): Promise<string[]> {
  const live = await LiveTenant.start(tenant, tenant.startsDry);
  const steps = [
    () => (tenant.startsDry ? live.createdInDryRun() : Promise.resolve([])),
    () => live.created(),
    () => live.change(tenant.changes),
    async () => {
      live.drift(tenant.drift);
      return live.synchronize();
    },
    () => live.synchronizeAgain(),
    () => live.changeSettings(tenant.settingsAfter),
    () => live.synchronize(),
    () => live.synchronizeAgain(),
  ];
  try {
    await live.create(tenant);
    for (const step of steps) {
      const wrong = await step();
      if (wrong.length > 0) return wrong;
    }
    return [];
  } finally {
    await live.close();
  }
}
