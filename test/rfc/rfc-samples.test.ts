import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, type ScimService, startScimService } from '../protocol/scim-client.ts';
import { describeWithFiles } from '../suites/describe-with-files.ts';
import { BULK_SAMPLES } from './bulk-samples.ts';
import { CORE_SCHEMA_SAMPLES } from './core-schema-samples.ts';
import { extractSamples, parseSample, type Repair, type Sample } from './extract-samples.ts';
import { PAGING_SAMPLES } from './paging-samples.ts';
import { PROTOCOL_SAMPLES } from './protocol-samples.ts';
import type { Uses } from './sample-use.ts';
import { SEARCH_SAMPLES } from './search-samples.ts';

let service: ScimService;
/** Where many resources are needed and how they are kept does not matter. */
let quick: ScimService;
beforeAll(async () => {
  service = await startScimService();
  quick = await startScimService({ inMemory: true });
});
afterAll(async () => {
  await service.close();
  await quick.close();
});

/** Misprints: the RFC Editor's errata, and what stands there on purpose in place of JSON. */
const REPAIRS: Readonly<Record<string, readonly Repair[]>> = {
  // A brace too few.
  '7644 §3.5.2.1 (2)': [['"nickname":"Babs" }', '"nickname":"Babs" } }']],
  '7644 §3.5.2.3 (4)': [['"nickname":"Babs" }', '"nickname":"Babs" } }']],
  // §3.7.3: "status" is "the HTTP response status code", as in the other samples.
  '7644 §3.7.2 (2)': [['{ "code": "201" }', '"201"']],
  // Erratum 5050: the data of a PATCH is the PatchOp message; and the schema of a user is the user's.
  '7644 §3.7.3 (1)': [
    ['"data": {[', '"data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": ['],
    ['api:messages:2.0:User', 'schemas:core:2.0:User'],
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
  '7644 §3.7.1 (2)': 'Two groups that are members of each other, as GET returns them: there are no groups in groups here.',
};

interface Rfc {
  readonly number: string;
  readonly uses: Uses;
  /** How many samples it has, counted by hand. */
  readonly samples: number;
  /** Lines of JSON that belong to none: pieces of messages and of schemas. */
  readonly pieces: number;
}

const RFCS: readonly Rfc[] = [
  { number: '7643', uses: CORE_SCHEMA_SAMPLES, samples: 9, pieces: 0 },
  { number: '7644', uses: { ...PROTOCOL_SAMPLES, ...SEARCH_SAMPLES, ...BULK_SAMPLES }, samples: 40, pieces: 15 },
  { number: '9865', uses: PAGING_SAMPLES, samples: 6, pieces: 0 },
];
const fileOf = ({ number }: Rfc) => `rfc${number}.txt`;

describeWithFiles("the RFCs' own JSON samples", 'RFC_TEXTS', RFCS.map(fileOf), (paths) => {
  describe.each(RFCS.map((rfc, i) => [`RFC ${rfc.number}`, rfc, paths[i] ?? ''] as const))('%s', (_title, rfc, path) => {
    const samples = extractSamples(path);
    const named = ({ name }: Pick<Sample, 'name'>) => `${rfc.number} ${name}`;

    it('has as many samples as were counted, and no other JSON', () => {
      expect(samples).toHaveLength(rfc.samples);
      const linesOfJson = (text: string) => text.split('\n').filter((line) => /^\s*[{[]?\s*"[^"]+"\s*:/.test(line)).length;
      const inSamples = linesOfJson(samples.map(({ text }) => text).join('\n'));
      expect(inSamples).toBe(linesOfJson(readFileSync(path, 'utf8')) - rfc.pieces);
    });

    it('every sample is used, or the reason why not is given', () => {
      const used = Object.keys(rfc.uses).map((name) => named({ name }));
      const notSent = Object.keys(NOT_SENT).filter((name) => name.startsWith(rfc.number));
      expect([...used, ...notSent].sort()).toEqual(samples.map(named).sort());
    });

    it.each(samples.filter(({ name }) => Object.hasOwn(rfc.uses, name)).map((sample) => [sample.name, sample] as const))(
      '%s',
      async (name, sample) => {
        const json = parseSample(sample, REPAIRS[named(sample)]) as Json;
        const client = await (rfc.number === '9865' ? quick : service).connect({ mode: 'strict' });
        await rfc.uses[name]?.(json, client);
      },
    );
  });
});
