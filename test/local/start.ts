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
const { InvalidSettings, parseStackSettings } = await import('./stack-settings.ts');
const { PortTaken, startLocalStack } = await import('./local-stack.ts');
const { OtherConfluence } = await import('./local-connection.ts');
const { StateInUse } = await import('./state-lock.ts');
const { welcome } = await import('./welcome.ts');

try {
  const settings = parseStackSettings(process.env);
  const started = await startLocalStack(settings);
  stack = started;
  process.stdout.write(welcome(settings, started));
} catch (error) {
  const isExpected = [InvalidSettings, PortTaken, OtherConfluence, StateInUse].some((kind) => error instanceof kind);
  process.stderr.write(`${isExpected && error instanceof Error ? error.message : `The local stack did not start:\n${describe(error)}`}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export {};
