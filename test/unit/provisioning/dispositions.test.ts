import { describe, expect, it } from 'vitest';
import { dispositionOf, isOfWholeTarget, isOutage, isTriedTwice } from '../../../shared/provisioning/dispositions.ts';
import type { ProvisioningCode } from '../../../shared/targets/target.ts';

/** DESIGN §4's table, written down a second time on purpose. */
const EXPECTED: Readonly<Record<string, readonly ProvisioningCode[]>> = {
  retry: ['rate-limited', 'request-timeout', 'server-error', 'unavailable', 'unreachable', 'refused', 'unexpected-answer'],
  wait: ['no-answer'],
  park: ['bad-request', 'conflict', 'no-seat', 'not-found', 'not-permitted', 'owned', 'foreign', 'illegal-name', 'protected'],
  pause: ['login-refused', 'captcha', 'secure-session', 'remote-api-off', 'read-only', 'no-credentials'],
  ignore: ['unsupported'],
};

describe('dispositions (DESIGN §4)', () => {
  it.each(Object.entries(EXPECTED).flatMap(([disposition, codes]) => codes.map((code) => [code, disposition] as const)))(
    '%s is %s',
    (code, disposition) => {
      expect(dispositionOf(code)).toBe(disposition);
    },
  );

  it('only what may be false is tried twice before it parks', () => {
    const codes = EXPECTED['park'] ?? [];
    expect(codes.filter(isTriedTwice)).toEqual(['not-found', 'not-permitted']);
  });

  it('an outage is no answer at all, or 503', () => {
    expect(Object.values(EXPECTED).flat().filter(isOutage).sort()).toEqual(['no-answer', 'unavailable', 'unreachable']);
  });

  it('every pause is of the whole target', () => {
    expect((EXPECTED['pause'] ?? []).every(isOfWholeTarget)).toBe(true);
    expect((EXPECTED['park'] ?? []).some(isOfWholeTarget)).toBe(false);
  });
});
