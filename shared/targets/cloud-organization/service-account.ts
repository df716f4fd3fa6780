import { ProvisioningError } from '../target.ts';
import type { AddressOf } from '../target-address.ts';
import { OrganizationTold } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { Calls } from './organization.ts';

/**
 * What the key is for, in words: it belongs to nobody's account. This is the question by which the worker tells a refused login from a call
 * that is not permitted, so a refusal here is a refused login; a key whose scopes leave this one call out is still a key.
 * @throws ProvisioningError 'login-refused'
 */
export async function readServiceAccount(calls: Calls, address: AddressOf<'cloud-organization'>): Promise<string> {
  try {
    const { data } = await calls.call(ENDPOINTS.organization, {}, OrganizationTold);
    return `an API key of the Atlassian organisation ${data.attributes?.name ?? address.organization}`;
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'refused') throw error;
    if (error.status === 403) return `an API key of the Atlassian organisation ${address.organization}`;
    const sentence = error.status === 404 ? NOT_THERE(address.organization) : KEY_REFUSED;
    throw new ProvisioningError('login-refused', sentence, { ...(error.status !== undefined && { status: error.status }), cause: error });
  }
}

const KEY_REFUSED =
  'Atlassian does not accept the API key: it is wrong, was revoked, or has expired. Create one at admin.atlassian.com (Settings, API keys; without scopes), and store it with `npm run admin -- credentials set`.';

const NOT_THERE = (id: string) =>
  `Atlassian knows no organisation ${id} for this API key: the id is wrong, or the key belongs to another organisation. The id is in the address of admin.atlassian.com, and beside the key when it is created.`;
