import { RunningStack } from '../acceptance/running-stack.ts';
import { loadTenant } from './load-tenant.ts';

/* `npm run load -- [users] [groups] [memberships]`: a whole tenant through the local stack, from nothing to applied, and how long it takes. */

const [users = 10_000, groups = 500, memberships = 50_000] = process.argv.slice(2).map(Number);
const print = (line: string) => process.stdout.write(`${line}\n`);

const stack = await RunningStack.start({ REQUESTS_PER_SECOND: '10000', SWEEP_AFTER_SECONDS: '120' });
try {
  print(`${users} users, ${groups} groups, ${memberships} memberships`);
  const { wrong, counted, peakMb } = await loadTenant(stack, { users, groups, memberships }, ({ name, seconds, count, writes }) =>
    print(`${name}: ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} a second, ${writes} writing calls`),
  );
  for (const [i, counts] of counted.entries()) print(`run ${i + 1} of Synchronize counted ${JSON.stringify(counts)}`);
  print(`peak memory of the stack: ${peakMb ?? 'unknown'} MB`);
  print(wrong.length === 0 ? 'Confluence has exactly these accounts and memberships.' : wrong.slice(0, 20).join('\n'));
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  await stack.remove();
}
