import { main } from './main.ts';

/** `npm run admin -- …`: the entry. */
process.exitCode = await main(process.argv.slice(2));
