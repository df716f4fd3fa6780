const REQUIRED_NODE = 24;
if (Number(process.versions.node.split('.')[0]) < REQUIRED_NODE) {
  process.stderr.write(
    `This needs Node ${REQUIRED_NODE} or later and runs on ${process.versions.node}. Run \`npm ci\`, then \`npm run confluence-simulator\`.\n`,
  );
  process.exit(1);
}

// Loaded after the check: an older Node says what is wrong before it meets anything it does not know.
const { startConfluenceSimulator } = await import('./confluence-simulator.ts');

const port = Number(process.env['PORT'] ?? 3001);
const stateDir = process.env['STATE_DIR'] ?? '.local';
try {
  const version = process.env['CONFLUENCE_VERSION'] || '10.0';
  const secureSessions = process.env['SECURE_SESSIONS'] === 'on';
  const remoteApi = process.env['REMOTE_API'];
  // Before 7.9 the only way to log in.
  const [username = '', password = ''] = (process.env['SERVICE_ACCOUNT'] ?? '').split(':', 2);
  const simulator = await startConfluenceSimulator({
    port,
    stateDir,
    version,
    secureSessions,
    ...(username !== '' && { basic: { username, password } }),
    ...(remoteApi !== undefined && { remoteApi: remoteApi === 'on' }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      simulator.close().then(() => process.exit(0));
    });
  }
  process.stdout.write(
    `ready: simulated Confluence ${version} on ${simulator.url}, "Authorization: Bearer local" (from 7.9), state in ${stateDir}\n`,
  );
} catch (error) {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  process.stderr.write(
    taken ? `Port ${port} is taken. Set PORT to a free one, or stop what uses it.\n` : `The simulator did not start: ${String(error)}\n`,
  );
  process.exit(1);
}

export {};
