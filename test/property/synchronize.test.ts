import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settingsFields, valueAt } from '../../shared/provisioning/settings/settings-fields.ts';
import { arbitraryPolicy } from './arbitrary-tenant.ts';
import { randomTenants } from './synchronize.ts';

describe('Synchronize, of any settings, resources and changes by hand', () => {
  it('reaches the planned state, and a second does nothing', { timeout: 60_000 }, () => randomTenants({ runs: 2, users: 6, seed: 20 }));

  it('is tried with more than one value of every setting of users, groups and what is protected', () => {
    const documents = fc.sample(arbitraryPolicy, { numRuns: 200, seed: 1 });
    const paths = settingsFields().map(({ path }) => path);
    const tried = paths.filter((path) => /^(users|groups|protected)\./.test(path));
    expect(tried.length).toBeGreaterThan(20);
    const same = tried.filter((path) => new Set(documents.map((document) => JSON.stringify(valueAt(document, path.split('.'))))).size < 2);
    expect(same).toEqual([]);
  });
});
