import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

interface RequestBody {
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: RequestBody | { readonly $ref: string };
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: object }>>;
    readonly requestBodies?: Readonly<Record<string, RequestBody>>;
  };
}

/** What a document says and its own examples contradict, as `[text in the document, text in its place]`. */
export type Correction = readonly [wrong: string, right: string];

export interface VendorDocument {
  /** The template that a request's path falls under, the one with the fewest parameters; undefined when there is none. */
  templateOf(method: string, path: string): string | undefined;
  /** What the document has against a request; nothing when it is as documented. */
  objectionsTo(request: { method: string; path: string; query: URLSearchParams; body: string }): string[];
}

/**
 * One of the vendor's OpenAPI 3.0 documents. They are looser than the product (no property is required, more properties are
 * allowed), so a body may also have no property that the document does not name.
 */
export function readVendorDocument(file: string, corrections: readonly Correction[] = []): VendorDocument {
  const document = JSON.parse(corrected(readFileSync(file, 'utf8'), corrections)) as OpenApi;
  // OpenAPI 3.0's own keywords (example, nullable, format int32) are no JSON Schema: strict mode would stop at them.
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'vendor', components: document.components });

  function templateOf(method: string, path: string): string | undefined {
    const segments = path.split('/');
    return Object.keys(document.paths)
      .filter((template) => document.paths[template]?.[method.toLowerCase()] !== undefined)
      .filter((template) => {
        const parts = template.split('/');
        return parts.length === segments.length && parts.every((part, index) => part.startsWith('{') || part === segments[index]);
      })
      .sort((a, b) => a.split('{').length - b.split('{').length)[0];
  }

  function objectionsToBody(operation: Operation, body: string): string[] {
    if (body === '') return operation.requestBody ? ['needs a body'] : [];
    const { requestBody } = operation;
    const documented = requestBody && '$ref' in requestBody ? document.components.requestBodies?.[lastPart(requestBody.$ref)] : requestBody;
    const schema = documented?.content['application/json']?.schema;
    if (schema === undefined) return ['takes no JSON body'];
    const parsed = JSON.parse(body) as object;
    const name = '$ref' in schema ? lastPart(String(schema.$ref)) : undefined;
    const properties = name === undefined ? undefined : document.components.schemas[name]?.properties;
    const unknown = properties === undefined ? [] : Object.keys(parsed).filter((key) => !(key in properties));
    const validate = ajv.compile(name === undefined ? schema : { $ref: `vendor#/components/schemas/${name}` });
    const isValid = validate(parsed);
    return [...unknown.map((key) => `does not know the property ${key}`), ...(isValid ? [] : [ajv.errorsText(validate.errors)])];
  }

  return {
    templateOf,
    objectionsTo({ method, path, query, body }) {
      const template = templateOf(method, path);
      const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
      if (operation === undefined) return ['has no such path and method'];
      const known = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name);
      const unknown = [...query.keys()].filter((name) => !known.includes(name)).map((name) => `does not know the query parameter ${name}`);
      return [...unknown, ...objectionsToBody(operation, body)];
    },
  };
}

function lastPart(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}

/** @throws RangeError for a text that is not in the document just once: the correction is out of date */
function corrected(text: string, corrections: readonly Correction[]): string {
  // In one spelling, whatever its white space.
  const whole = JSON.stringify(JSON.parse(text));
  return corrections.reduce((document, [wrong, right]) => {
    if (document.split(wrong).length !== 2) throw new RangeError(`${wrong} is not in the document just once`);
    return document.replace(wrong, () => right);
  }, whole);
}
