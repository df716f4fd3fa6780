import { describe, expect, it } from 'vitest';
import { killUnderLoad } from './killed.ts';

describe('kill -9 of npm start at random moments', () => {
  it('loses nothing that was acknowledged, twenty times in a row', async () => {
    const { acknowledged } = await killUnderLoad(20);
    expect(acknowledged).toBeGreaterThan(200);
  }, 600_000);
});
