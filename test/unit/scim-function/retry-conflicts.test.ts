import { describe, expect, it } from 'vitest';
import { retryConflicts } from '../../../functions/scim/operations/retry-conflicts.ts';
import { RevisionConflict } from '../../../shared/directory/directory.ts';

describe('retryConflicts', () => {
  it('runs the attempt until it is not in conflict', async () => {
    let attempts = 0;
    const result = await retryConflicts(async () => {
      if (++attempts < 4) throw new RevisionConflict();
      return 'done';
    });
    expect([result, attempts]).toEqual(['done', 4]);
  });

  it('is 503 with Retry-After when the conflict stays', async () => {
    const attempt = retryConflicts(async () => {
      throw new RevisionConflict();
    }, 30);
    await expect(attempt).rejects.toMatchObject({ status: 503, headers: { 'Retry-After': expect.stringMatching(/^\d+$/) } });
  });

  it('leaves every other error alone, at once', async () => {
    let attempts = 0;
    const attempt = retryConflicts(async () => {
      attempts++;
      throw new TypeError('other');
    });
    await expect(attempt).rejects.toThrow(TypeError);
    expect(attempts).toBe(1);
  });
});
