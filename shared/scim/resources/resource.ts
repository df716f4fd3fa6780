import type { ToleranceId } from '../interoperability/tolerances.ts';

/**
 * A resource's attributes as plain JSON, names in the spelling of the schema, extensions under their URN.
 * Objects made by this code have no prototype surprises: they are read with own-property access only.
 */
export type ScimValue = string | number | boolean | null | ScimObject | readonly ScimValue[];
export interface ScimObject {
  readonly [name: string]: ScimValue;
}

/** How exact a connection is with its client (SCIM.md: "tolerant" accepts the IdPs' dialects and logs each, "strict" is the RFC to the letter). */
export type Mode = 'tolerant' | 'strict';

/** Told each time a tolerance was used, e.g. ('T2', 'active'): the request log lists them. The table of tolerances has every id. */
export type OnTolerance = (tolerance: ToleranceId, where: string) => void;
