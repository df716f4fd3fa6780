import { describe, it } from 'vitest';
import { killPoints } from '../local/kill-points.ts';
import { killAndGoOn } from './kill-and-go-on.ts';

describe('invariant 1: a 2xx means kept, wherever a process crashes', () => {
  it.each(killPoints)('killed %s, it creates the person once', (point) => killAndGoOn(point));
});
