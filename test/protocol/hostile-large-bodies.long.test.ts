import { largeBodies } from './hostile-large-bodies.ts';

/** What API Gateway and SCIM.md §4 let through at most. */
largeBodies(5 * 1024 * 1024);
