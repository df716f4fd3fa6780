import { type ConfluenceSimulatorOptions, startConfluenceSimulator } from '../../simulators/confluence/confluence-simulator.ts';
import { credentialsFor, dataCenterUnderTest } from './data-center-under-test.ts';
import { INSTANCES } from './expectations.ts';
import { targetContract } from './target-contract.ts';

interface Variant {
  readonly called: string;
  readonly simulated: ConfluenceSimulatorOptions;
  /** Set by hand. */
  readonly version?: string;
}

/** The whole contract on one of the simulated instances, with pages of three. */
export function contractOf(name: string, variant?: Variant): void {
  const instance = INSTANCES[name];
  if (!instance) throw new RangeError(`no instance ${name}`);
  targetContract(
    `Confluence ${[name, variant?.called].filter((part) => part !== undefined).join(', ')}`,
    async () => {
      const simulated = { ...instance.simulated, ...variant?.simulated };
      const simulator = await startConfluenceSimulator({ ...simulated, maxPageSize: 3, contextPath: '/confluence' });
      const { target } = dataCenterUnderTest(simulator.url, { ...credentialsFor(simulated), version: variant?.version });
      return { target, end: () => simulator.close() };
    },
    instance.can,
  );
}
