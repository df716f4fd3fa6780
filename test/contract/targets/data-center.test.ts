import { contractOf } from './data-center-contract.ts';
import { INSTANCES } from './expectations.ts';

for (const [name, { isBlocked, isLong }] of Object.entries(INSTANCES)) if (!isBlocked && !isLong) contractOf(name);
