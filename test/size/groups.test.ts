import { describe } from 'vitest';
import { groupSizes } from './group-sizes.ts';

describe('groups of 10 and 500 members (invariant 4)', () => groupSizes({ expanded: [10, 500], layered: [60, 500] }));
