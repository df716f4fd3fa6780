import { contractOf } from './data-center-contract.ts';
import { BASIC, INSTANCES } from './expectations.ts';

for (const [name, { isBlocked, isLong }] of Object.entries(INSTANCES)) if (!isBlocked && isLong) contractOf(name);

contractOf('10.0', { called: 'with basic authentication', simulated: { basic: BASIC } });
contractOf('7.13', { called: 'its version set by hand', simulated: { tellsVersion: false }, version: '7.13' });
