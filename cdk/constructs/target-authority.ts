import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

const FILE = 'target-ca.pem';

/** The certificate authority of a Confluence in a private network, as a layer: `path` is where the functions find the PEM file. */
export class TargetAuthority extends LayerVersion {
  readonly path = `/opt/${FILE}`;

  constructor(scope: Construct, id: string, props: { readonly file: string }) {
    const folder = mkdtempSync(join(tmpdir(), 'target-ca-'));
    copyFileSync(props.file, join(folder, FILE));
    super(scope, id, { code: Code.fromAsset(folder), description: 'The certificate authority of Confluence' });
  }
}
