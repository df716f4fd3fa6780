import { describe, it } from 'vitest';
import { killAndGoOn } from './kill-and-go-on.ts';

describe('invariant 1: a 2xx means kept, whatever crashes', () => {
  // What is written and told to nobody: the sweep alone can find it. The other points are in the long tests.
  it('a process killed after-write creates the person once', () => killAndGoOn('after-write'), 60_000);
});
