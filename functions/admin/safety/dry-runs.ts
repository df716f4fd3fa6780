import type { Connection } from '../../../shared/directory/connection.ts';
import type { Administration } from '../administration.ts';

/** A connection in dry run, and how many changes it keeps back. */
interface DryRun {
  readonly connection: string;
  readonly kept: number;
  /** There are more. */
  readonly more: boolean;
}

/** Those of the connections that are in dry run. */
export async function dryRunsOf({ overview }: Pick<Administration, 'overview'>, connections: readonly Connection[]): Promise<DryRun[]> {
  const inDryRun = connections.filter(({ settings }) => settings.apply === 'dry-run');
  return Promise.all(
    inDryRun.map(async ({ id, name }) => {
      const { pending, more } = await overview.planned(id);
      return { connection: name, kept: pending, more };
    }),
  );
}

/** As `12`, or `more than 8000`. */
export function keptBy({ kept, more }: DryRun): string {
  return more ? `more than ${kept}` : String(kept);
}
