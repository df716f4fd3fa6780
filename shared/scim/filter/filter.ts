/**
 * A parsed filter: RFC 7644 §3.4.2.2. Names are as the client spelled them; binding to attribute tables happens on evaluation.
 * A path is `[urn:]attribute[.subAttribute]`.
 */
export interface AttributePath {
  readonly urn?: string;
  readonly attribute: string;
  readonly subAttribute?: string;
}

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type FilterLiteral = string | number | boolean | null;

export type Filter =
  | { readonly kind: 'compare'; readonly path: AttributePath; readonly operator: CompareOperator; readonly value: FilterLiteral }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'valuePath'; readonly path: AttributePath; readonly filter: Filter }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter };

/** A PATCH path: RFC 7644 §3.5.2, `attrPath / valuePath [subAttr]`. */
export interface PatchPath {
  readonly path: AttributePath;
  readonly filter?: Filter;
  /** The sub-attribute after a value path: `emails[type eq "work"].value`. */
  readonly subAttribute?: string;
}
