import { describe, expect, it } from 'vitest';
import { resourceText } from '../../../shared/directory/resource-write.ts';

const KIB = 1024;

describe('a resource as it is stored', () => {
  it('is its JSON, up to 300 KiB of it in UTF-8', () => {
    expect(resourceText({ userName: 'u' })).toBe('{"userName":"u"}');
    const room = 300 * KIB - '{"userName":"u","title":""}'.length;
    expect(Buffer.byteLength(resourceText({ userName: 'u', title: 'é'.repeat(room / 2) }))).toBeLessThanOrEqual(300 * KIB);
    expect(() => resourceText({ userName: 'u', title: 'é'.repeat(room / 2 + 1) })).toThrow();
  });

  it('is 413 past that, in words that are right for a user and for a group (RFC 7644 §3.12)', () => {
    const large = 'x'.repeat(300 * KIB);
    const refusal = (message: RegExp) => expect.objectContaining({ status: 413, message: expect.stringMatching(message) });
    expect(() => resourceText({ userName: 'u', title: large })).toThrow(refusal(/^The user is larger than 300 KiB\./));
    expect(() => resourceText({ displayName: 'g', externalId: large })).toThrow(refusal(/^The group, its members not counted, is larger/));
  });
});
