import { describe, it } from 'vitest';
import { randomTenants } from './synchronize.ts';

describe('Synchronize, of any settings, resources and changes by hand', () => {
  it('reaches the planned state, and a second does nothing', { timeout: 60_000 }, () => randomTenants({ runs: 3, users: 7, seed: 20 }));
});
