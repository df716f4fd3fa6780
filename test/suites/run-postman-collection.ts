import newman, { type Summary } from 'newman';
import type { SuiteRun } from './runscope/run-collection.ts';

/**
 * Runs a Postman collection with newman, the vendor's own runner. Each assertion is named by the position and name of its request,
 * and its own name, since names repeat.
 * @throws Error when a request got no answer
 */
export async function runPostmanCollection(collection: object, variables: Readonly<Record<string, string>>): Promise<SuiteRun> {
  const envVar = Object.entries(variables).map(([key, value]) => ({ key, value }));
  const summary = await new Promise<Summary>((resolve, reject) => {
    newman.run({ collection, envVar, reporters: [] }, (error, done) => (error ? reject(error) : resolve(done)));
  });
  const run: SuiteRun = { assertions: [], failures: [], leftOut: [], details: [] };
  for (const { cursor, item, response, assertions = [], requestError } of summary.run.executions) {
    if (requestError) throw new Error(`${item.name} got no answer`, { cause: requestError });
    for (const { assertion, error } of assertions) {
      const name = `${cursor.position + 1} ${item.name}: ${assertion}`;
      run.assertions.push(name);
      if (!error) continue;
      run.failures.push(name);
      run.details.push(`${name}\n  ${error.message}; answered ${response?.code} ${response?.text().slice(0, 500)}`);
    }
  }
  return run;
}
