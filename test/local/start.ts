const REQUIRED_NODE = 24;
if (Number(process.versions.node.split('.')[0]) < REQUIRED_NODE) {
  process.stderr.write(
    `This needs Node ${REQUIRED_NODE} or later and runs on ${process.versions.node}. Run \`npm ci\`, then \`npm start\`; where npm brings no Node for this system, install Node ${REQUIRED_NODE}.\n`,
  );
  process.exit(1);
}

// Loaded after the check: an older Node says what is wrong before it meets anything it does not know.
const { onEnd } = await import('./on-end.ts');
let stack: { close(): Promise<void> } | undefined;
// From here on: who started this may be gone before everything is up.
onEnd(async () => {
  process.stdout.write('\nstopping\n');
  await stack?.close();
});
/** Errors whose message says what to do. */
const EXPLAINED: ReadonlySet<string> = new Set(['InvalidSettings', 'PortTaken', 'OtherConfluence', 'StateInUse']);
const { parseStackSettings } = await import('./stack-settings.ts');

try {
  const settings = parseStackSettings(process.env);
  const { startLocalStack } = await import('./local-stack.ts');
  const { welcome } = await import('./welcome.ts');
  const started = await startLocalStack(settings);
  stack = started;
  process.stdout.write(welcome(settings, started));
} catch (error) {
  const isExplained = error instanceof Error && EXPLAINED.has(error.name);
  process.stderr.write(`${isExplained ? error.message : `The local stack did not start:\n${describe(error)}`}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export {};
