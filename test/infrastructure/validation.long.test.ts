import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../cdk/configuration.ts';
import { ScimForConfluenceStack } from '../../cdk/scim-for-confluence-stack.ts';
import { type Options, options } from './options.ts';

/** What the CDK's own rules for templates, made of CloudFormation's schemas, say about the stack: errors and warnings. */
function reportOf(settings: Options): unknown {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-'));
  const app = new App({
    outdir,
    context: {
      'aws:cdk:bundling-stacks': [],
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      '@aws-cdk/core:annotationsInValidationReport': true,
    },
  });
  new ScimForConfluenceStack(app, readConfiguration(settings));
  app.synth();
  return JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')).pluginReports;
}

describe('CloudFormation’s own rules', () => {
  it.each(Object.entries(options))('find nothing in the stack %s', (_, settings) => {
    expect(reportOf(settings)).toEqual([]);
  });
});
