// Every script runs this first: the sources are TypeScript that Node 24 runs as it is. `npm ci` brings Node 24 along on Linux x64;
// elsewhere the installed Node serves. Plain CommonJS, so that the oldest Node can say what is wrong.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `This is Node ${process.versions.node}, and Node 24 or later is needed.\n` +
      'On Linux x64, run npm ci (with its optional dependencies) and use npm run: it brings Node 24. Elsewhere, install Node 24.\n',
  );
  process.exit(1);
}
