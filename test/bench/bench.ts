import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { measureBundle } from './bundle-cost.ts';
import { costTables, withTables } from './cost-tables.ts';
import { measureFilterSpeed, measureHostile } from './filter-speed.ts';
import { countOperationCosts } from './operation-costs.ts';
import { type Report, renderReport } from './report.ts';
import { measureServerTime } from './server-time.ts';

const USAGE = `npm run bench [-- --quick] [-- --json] [-- --cost]

Measures CPU time of the SCIM function beside its floor, counts what it asks of DynamoDB and SQS, and measures its bundle.
  --quick  a few seconds: that everything runs. The times are of no use, the counts are the same
  --json   the report as JSON
  --cost   only counts, and writes the tables of docs/cost.md anew
`;
const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, cost: { type: 'boolean' }, help: { type: 'boolean' } },
});

if (options.help) process.stdout.write(USAGE);
else if (options.cost) await writeCosts('docs/cost.md');
else {
  const report = await measureAll(options.quick ?? false);
  process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderReport(report));
}

async function measureAll(quick: boolean): Promise<Report> {
  const serverTime = quick
    ? { warmUp: 2, batches: 2, perBatch: 2, listed: [100, 200], members: [10, 20] as const }
    : { warmUp: 15_000, batches: 15, perBatch: 400, listed: [1_000, 10_000], members: [10, 100_000] as const };
  const filters = quick ? { warmUp: 1, batches: 1, perBatch: 1 } : { warmUp: 100, batches: 15, perBatch: 40 };
  const hostile = quick ? { share: 40, repeats: 1 } : { share: 1, repeats: 3 };
  return {
    node: process.versions.node,
    processor: cpus()[0]?.model ?? 'an unknown processor',
    quick,
    figures: [
      ...(await measureServerTime(serverTime)),
      ...(await measureFilterSpeed(filters)),
      ...(await measureHostile(hostile)),
      ...(await measureBundle(quick ? 1 : 15)),
    ],
    operations: await countOperationCosts(),
  };
}

async function writeCosts(path: string): Promise<void> {
  writeFileSync(path, withTables(readFileSync(path, 'utf8'), costTables(await countOperationCosts())));
}
