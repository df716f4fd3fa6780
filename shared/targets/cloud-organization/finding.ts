import { ProvisioningError, type TargetReport } from '../target.ts';

export type Finding = TargetReport['findings'][number];

/** What Atlassian caused, as a sentence; anything else is a defect, and thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ProvisioningError) return error.message;
  throw error;
}
