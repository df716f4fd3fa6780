import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses?: Readonly<Record<string, Response>> }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> };
}

/** What a simulator has answered to a request. `template`: the path as the document has it. */
export interface GivenAnswer {
  readonly method: string;
  readonly template: string;
  readonly status: number;
  readonly text: string;
}

/**
 * What one of the vendor's OpenAPI 3.0 documents has against a simulator's answer: the status is not documented, the body is none of the
 * schema, or has a property at its top that the schema does not name. Nothing: it is as documented.
 */
export function documentedAnswers(file: string): (answer: GivenAnswer) => string[] {
  const document = JSON.parse(readFileSync(file, 'utf8')) as OpenApi;
  // OpenAPI 3.0's own keywords (example, nullable, format int32) are no JSON Schema: strict mode would stop at them.
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'vendor', components: document.components });
  return ({ method, template, status, text }) => {
    const response = document.paths[template]?.[method.toLowerCase()]?.responses?.[String(status)];
    if (response === undefined) return [`${status} is not documented`];
    const schema = Object.values(response.content ?? {})[0]?.schema;
    if (schema === undefined) return text === '' ? [] : ['has a body, and none is documented'];
    const body = JSON.parse(text) as object;
    const reference = '$ref' in schema ? String(schema.$ref) : undefined;
    const isValid = ajv.validate(reference === undefined ? schema : { $ref: `vendor${reference}` }, body);
    const properties = document.components.schemas[reference?.split('/').at(-1) ?? '']?.properties;
    const unknown = properties === undefined ? [] : Object.keys(body).filter((key) => !(key in properties));
    return [...unknown.map((key) => `${key} is not documented`), ...(isValid ? [] : [ajv.errorsText()])];
  };
}
