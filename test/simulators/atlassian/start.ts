const REQUIRED_NODE = 24;
if (Number(process.versions.node.split('.')[0]) < REQUIRED_NODE) {
  process.stderr.write(
    `This needs Node ${REQUIRED_NODE} or later and runs on ${process.versions.node}. Run \`npm ci\`, then \`npm run atlassian-simulator\`.\n`,
  );
  process.exit(1);
}

// Loaded after the check: an older Node says what is wrong before it meets anything it does not know.
const { startAtlassianSimulator } = await import('./atlassian-simulator.ts');

const port = Number(process.env['PORT'] ?? 3002);
const stateDir = process.env['STATE_DIR'] ?? '.local';
const settlesWithinMs = Number(process.env['SETTLES_WITHIN_SECONDS'] ?? 0) * 1_000;
try {
  const simulator = await startAtlassianSimulator({ port, stateDir, guard: process.env['GUARD'] !== 'off', settlesWithinMs });
  // Only its name with Guard, where the group is to be pushed; without Guard the group itself.
  const granting = ['confluence-users'];
  simulator.seed({ grantsConfluence: granting, ...(process.env['GUARD'] === 'off' && { groups: granting }) });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      simulator.close().then(() => process.exit(0));
    });
  }
  process.stdout.write(
    `ready: simulated Atlassian organisation org-1 on ${simulator.url}, "Authorization: Bearer local", SCIM directory dir-scim, ` +
      `the group confluence-users grants Confluence, state in ${stateDir}\n`,
  );
} catch (error) {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  process.stderr.write(
    taken ? `Port ${port} is taken. Set PORT to a free one, or stop what uses it.\n` : `The simulator did not start: ${String(error)}\n`,
  );
  process.exit(1);
}

export {};
