import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, type ScimService, startScimService } from '../protocol/scim-client.ts';
import { describeWithFiles } from '../suites/describe-with-files.ts';
import { CORE_SCHEMA_SAMPLES } from './core-schema-samples.ts';
import { extractSamples, parseSample, type Repair, type Sample } from './extract-samples.ts';
import { PROTOCOL_SAMPLES } from './protocol-samples.ts';
import type { Uses } from './sample-use.ts';

let service: ScimService;
beforeAll(async () => {
  service = await startScimService();
});
afterAll(() => service.close());

/** Misprints: the RFC Editor's errata, and what stands there on purpose in place of JSON. */
const REPAIRS: Readonly<Record<string, readonly Repair[]>> = {
  // A brace too few.
  '7644 §3.5.2.1 (2)': [['"nickname":"Babs" }', '"nickname":"Babs" } }']],
  '7644 §3.5.2.3 (4)': [['"nickname":"Babs" }', '"nickname":"Babs" } }']],
  // Erratum 5050: the data of a PATCH is the PatchOp message; and the schema of a user is the user's.
  '7644 §3.7.3 (1)': [
    ['"data": {[', '"data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": ['],
    ['messages:2.0:User', 'schemas:core:2.0:User'],
    [']}', ']}'],
  ],
  // A comma too few.
  '7644 §3.7.3 (3)': [['"invalidSyntax" ', '"invalidSyntax", ']],
  '7644 §3.7.3 (4)': [['"invalidSyntax" ', '"invalidSyntax", ']],
  '7644 §3.12 (2)': [['"mutability" ', '"mutability", ']],
  // A space and a quotation mark too few.
  '7644 §3.5.2.2 (4)': [['value eq\\"', 'value eq \\"']],
  '9865 §2 (2)': [['"previousCursor:', '"previousCursor":']],
};

/** Samples that no test uses, and why. */
const NOT_SENT: Readonly<Record<string, string>> = {
  '7644 §3.4.3 (1)': 'not supported',
  '7644 §3.4.3 (2)': 'not supported',
  '7644 §3.7.1 (1)': 'not supported',
  '7644 §3.7.1 (2)': 'not supported',
  '7644 §3.7.2 (1)': 'not supported',
  '7644 §3.7.2 (2)': 'not supported',
  '7644 §3.7.2 (3)': 'not supported',
  '7644 §3.7.2 (4)': 'not supported',
  '7644 §3.7.3 (1)': 'not supported',
  '7644 §3.7.3 (2)': 'not supported',
  '7644 §3.7.3 (3)': 'not supported',
  '7644 §3.7.3 (4)': 'not supported',
  '7644 §3.7.4 (1)': 'not supported',
  '9865 §2 (1)': 'not supported',
  '9865 §2 (2)': 'not supported',
  '9865 §2.3 (1)': 'not supported',
  '9865 §3 (1)': 'not supported',
  '9865 §3 (2)': 'not supported',
  '9865 §4 (1)': 'not supported',
};

const FILES = ['rfc7643.txt', 'rfc7644.txt', 'rfc9865.txt'] as const;
const USES: readonly Uses[] = [CORE_SCHEMA_SAMPLES, PROTOCOL_SAMPLES, {}];
/** Samples, and lines of JSON that belong to none: pieces of messages, and of schemas. */
const COUNTS = [
  [9, 0],
  [40, 15],
  [6, 0],
] as const;

describeWithFiles("the RFCs' own JSON samples", 'RFC_TEXTS', FILES, (paths) => {
  describe.each(paths.map((path, i) => [`RFC ${FILES[i]?.slice(3, 7)}`, path, USES[i] ?? {}, ...(COUNTS[i] ?? [0, 0])] as const))(
    '%s',
    (rfc, path, uses, count, pieces) => {
      const number = rfc.slice(4);
      const samples = extractSamples(path);
      const named = (sample: Sample) => `${number} ${sample.name}`;

      it('has as many samples as were counted, and no other JSON', () => {
        expect(samples).toHaveLength(count);
        const linesOfJson = (text: string) => text.split('\n').filter((line) => /^\s*[{[]?\s*"[^"]+"\s*:/.test(line)).length;
        expect(linesOfJson(samples.map(({ text }) => text).join('\n'))).toBe(linesOfJson(readFileSync(path, 'utf8')) - pieces);
      });

      it('every sample is used, or the reason why not is given', () => {
        const known = [
          ...Object.keys(uses).map((name) => `${number} ${name}`),
          ...Object.keys(NOT_SENT).filter((name) => name.startsWith(number)),
        ];
        expect(known.sort()).toEqual(samples.map(named).sort());
      });

      it.each(samples.filter((sample) => Object.hasOwn(uses, sample.name)).map((sample) => [sample.name, sample] as const))(
        '%s',
        async (name, sample) => {
          const json = parseSample(sample, REPAIRS[named(sample)]) as Json;
          await uses[name]?.(json, await service.connect({ mode: 'strict' }));
        },
      );
    },
  );
});
