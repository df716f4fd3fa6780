import { describe, expect, it } from 'vitest';
import { killUnderLoad } from './killed.ts';

describe('kill -9 of npm start at a random moment', () => {
  it('loses nothing that was acknowledged, twice in a row', async () => {
    const { acknowledged } = await killUnderLoad(2);
    expect(acknowledged).toBeGreaterThan(20);
  }, 120_000);
});
