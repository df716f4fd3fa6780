// As a namespace: `{ z }` would bring zod's messages in every language into the bundle, 360 KB.
import * as z from 'zod';
import { DeclaredSchemaExtension } from '../schema-extension/schema-extension.ts';
import { GroupSettings } from './group-settings.ts';
import { BrakeSettings, ProtectedSettings, SeatSettings, TargetSettings } from './safety-settings.ts';
import { asCurrentVersion } from './settings-versions.ts';
import { UserSettings } from './user-settings.ts';

/** RFC 7644 has no number. Entra ID asks for 25 a second at least (SCIM.md §4). */
export const DEFAULT_REQUESTS_PER_SECOND = 200;

/** The version of the document that this code writes; settings-versions.ts reads older ones. */
export const SETTINGS_VERSION = 2;

/**
 * The settings of a connection: a strict, versioned document, so that a typo is an error.
 * What the IdP may send comes first, then what becomes of users and groups, then what holds it back.
 */
export const SettingsDocument = z.strictObject({
  version: z.literal(SETTINGS_VERSION),
  mode: z.enum(['tolerant', 'strict']).default('tolerant'),
  log: z
    .strictObject({
      detail: z.enum(['summary', 'full']).default('summary'),
      /** `full` ends here; without it `full` is not used. */
      fullUntil: z.iso.datetime().optional(),
    })
    .default({ detail: 'summary' }),
  /** Past so many, over ten seconds, requests of this connection are 429. Absent: DEFAULT_REQUESTS_PER_SECOND. */
  requestsPerSecond: z.int().min(1).max(10_000).exactOptional(),
  /** Attributes beyond the RFC's own (RFC 7643 §3.3); absent where the connection declares none. */
  schemaExtension: DeclaredSchemaExtension.exactOptional(),
  users: UserSettings,
  groups: GroupSettings.prefault({}),
  protected: ProtectedSettings.prefault({}),
  /** 'dry-run': everything is planned and logged, nothing is changed in Confluence, and all of it stays pending. */
  apply: z.enum(['apply', 'dry-run']).default('apply'),
  brake: BrakeSettings.prefault({}),
  seats: SeatSettings.prefault({}),
  target: TargetSettings.prefault({}),
});
export type Settings = z.infer<typeof SettingsDocument>;
/** What is written: without what has a default. */
export type SettingsInput = z.input<typeof SettingsDocument>;

/** Parses a document of this or an older version. @throws ZodError naming every mistake */
export const Settings = z.preprocess(asCurrentVersion, SettingsDocument);
