import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readConfiguration } from '../../cdk/configuration.ts';
import { ScimForConfluenceStack } from '../../cdk/scim-for-confluence-stack.ts';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is whatever CloudFormation takes
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

export interface Synthesised {
  readonly template: Template;
  /** The resources of a type, by logical id. */
  readonly all: (type: string) => Readonly<Record<string, Resource>>;
  /** The one resource of a type whose logical id begins like that. @throws if there is none or another */
  readonly one: (type: string, idStart?: string) => Resource;
  /** What cdk-nag finds and nobody has acknowledged: the rule and where. */
  readonly findings: readonly string[];
}

/**
 * The stack with these settings, as a template. Nothing is bundled: the functions' code is not what these tests are about. The CDK's
 * own check of the template takes seconds: `npm run synth` and validation.long.test.ts run it.
 */
export function synthesise(settings: Readonly<Record<string, unknown>> = {}): Synthesised {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] }, builtinCloudFormationValidation: false, treeMetadata: false });
  const stack = new ScimForConfluenceStack(app, readConfiguration(settings));
  const report = new AwsSolutionsChecks(app).validateScope(app);
  const template = Template.fromStack(stack);
  const all = (type: string) => template.findResources(type) as unknown as Record<string, Resource>;
  return {
    template,
    all,
    one: (type, idStart = '') => {
      const found = Object.entries(all(type)).filter(([id]) => id.startsWith(idStart));
      if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${idStart}: ${found.map(([id]) => id).join(', ')}`);
      return (found[0] as [string, Resource])[1];
    },
    findings: report.violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    ),
  };
}
