import { fileURLToPath } from 'node:url';
import { type BundlingOptions, LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { BuildOptions } from 'esbuild';

/** The functions of the product; each is `functions/<name>/handler.ts` with an exported `handler`. */
export const functionNames = ['scim', 'worker', 'sweep', 'reconcile'] as const;
export type FunctionName = (typeof functionNames)[number];

/** The absolute path of the checkout. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

export function entryOf(name: FunctionName): string {
  return fileURLToPath(new URL(`../functions/${name}/handler.ts`, import.meta.url));
}

/**
 * One bundle a function, the AWS SDK in it: pinned by the lock file, and faster to load than the runtime's own copy (DESIGN §6).
 * An ES module has no `require`, which the CommonJS packages inside the bundle still call for Node's own modules.
 */
const bundle = {
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'],
  banner: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
} as const;
const nodeHttp = fileURLToPath(new URL('./node-http.cjs', import.meta.url));

/** The bundle's options as the stack's NodejsFunction takes them. */
export const lambdaBundling: BundlingOptions = {
  target: bundle.target,
  minify: bundle.minify,
  mainFields: [...bundle.mainFields],
  banner: bundle.banner,
  esbuildArgs: { '--alias': `node:http=${nodeHttp}` },
  format: OutputFormat.ESM,
  bundleAwsSDK: true,
  sourceMap: false,
  logLevel: LogLevel.ERROR,
};

/** The same options as esbuild takes them, for the bundle budget. The result is in memory, nothing is written. */
export function esbuildOptions(name: FunctionName): BuildOptions & { write: false } {
  return {
    entryPoints: [entryOf(name)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: bundle.target,
    minify: bundle.minify,
    mainFields: [...bundle.mainFields],
    banner: { js: bundle.banner },
    alias: { 'node:http': nodeHttp },
    absWorkingDir: projectRoot,
    outdir: 'bundle',
    logLevel: 'silent',
  };
}
