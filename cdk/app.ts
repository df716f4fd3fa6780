import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Configuration, ConfigurationError, readConfiguration } from './configuration.ts';
import { ScimForConfluenceStack } from './scim-for-confluence-stack.ts';

const app = new App();
const settings = read();
if (settings) {
  new ScimForConfluenceStack(app, settings);
  // A finding that is neither fixed nor acknowledged with its reason stops the synthesis.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}

/** The settings; wrong ones are told without a stack trace, and nothing is synthesised. */
function read(): Configuration | undefined {
  try {
    return readConfiguration(app.node.getAllContext() as Record<string, unknown>);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
