import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { esbuildOptions, type FunctionName, functionNames } from './bundling.ts';

/**
 * Kilobytes (1,000 bytes) of minified code. What the SCIM function loads at its cold start is what the IdP's first request waits for.
 * Nobody waits for the others; half of theirs is undici, for a Confluence with a certificate authority of its own, and a
 * tenth of the worker's the linear-time engine of regular expressions, for the settings.
 */
const budgets: Readonly<Record<FunctionName, number>> = { scim: 700, worker: 1700, sweep: 1400, reconcile: 650 };

interface Bundle {
  readonly name: FunctionName;
  readonly bytes: number;
  readonly gzipped: number;
  readonly budget: number;
}

async function measure(name: FunctionName): Promise<Bundle> {
  const { outputFiles } = await build(esbuildOptions(name));
  const code = outputFiles[0];
  if (code === undefined) throw new Error(`esbuild made no bundle of functions/${name}`);
  return { name, bytes: code.contents.byteLength, gzipped: gzipSync(code.contents).byteLength, budget: budgets[name] * 1000 };
}

function row(name: string, minified: string, gzipped: string, budget: string, verdict: string): string {
  return `${name.padEnd(8)}${minified.padStart(12)}${gzipped.padStart(12)}${budget.padStart(12)}  ${verdict}\n`;
}

/** Kilobytes, one decimal. */
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

const bundles = await Promise.all(functionNames.map(measure));
process.stdout.write(row('function', 'minified', 'gzipped', 'budget', ''));
for (const { name, bytes, gzipped, budget } of bundles)
  process.stdout.write(row(name, kilobytes(bytes), kilobytes(gzipped), kilobytes(budget), bytes > budget ? 'TOO LARGE' : 'ok'));
if (bundles.some(({ bytes, budget }) => bytes > budget)) process.exitCode = 1;
