import { describe, expect, it } from 'vitest';
import { userSettingsOfWalks } from './random-user-settings.ts';
import { walk } from './random-walk.ts';

const WALKS = Number(process.env['WALKS'] ?? 40);
const FROM = Number(process.env['WALKS_FROM'] ?? 100);

describe('DELIVERY: at random, with faults, everything comes to rest as the IdP wants it', () => {
  it.each(Array.from({ length: 2 * WALKS }, (_, i) => FROM + i))('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40 });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});

describe('decision 16: at random, with faults, while the brake holds and an administrator releases and rejects', () => {
  it.each(Array.from({ length: WALKS }, (_, i) => FROM + i))('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40, brakes: true });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});

describe('decision 15: at random, with faults, while the settings change the names of groups', () => {
  it.each(Array.from({ length: WALKS }, (_, i) => FROM + i))('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40, changesNames: true });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});

describe('decision 24: at random, with faults, while the IdP renames groups that move, and the brake counts none of it', () => {
  it.each(Array.from({ length: WALKS }, (_, i) => FROM + i))('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40, renamesGroups: true, brakes: seed % 2 === 0 });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});

describe('decision 24: at random, with faults, while the target does not know for minutes of what was made', () => {
  it.each(Array.from({ length: WALKS }, (_, i) => FROM + i))('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40, lags: true });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});

describe('decision 14: at random, with faults, while settings make users, memberships and groups depend on each other', () => {
  it.each(Array.from({ length: WALKS }, (_, i) => FROM + i))('walk %i', async (seed) => {
    const users = userSettingsOfWalks[seed % userSettingsOfWalks.length];
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40, ...(users && { users }) });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});
