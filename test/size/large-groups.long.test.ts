import { describe } from 'vitest';
import { groupSizes } from './group-sizes.ts';

describe('groups of 10 to 100,000 members (invariant 4)', () =>
  groupSizes({ expanded: [10, 1_000, 10_000, 100_000], layered: [100, 1_000, 10_000, 100_000] }));
