/** `npm run admin -- …`: the entry. It checks Node first, since everything after it needs version 24. */
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `This needs Node 24 or later; this is ${process.versions.node}. Run it as npm run admin, after npm ci, or install Node 24.\n`,
  );
  process.exit(3);
}
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
