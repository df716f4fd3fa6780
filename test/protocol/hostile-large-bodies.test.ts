import { largeBodies } from './hostile-large-bodies.ts';

largeBodies(256 * 1024);
