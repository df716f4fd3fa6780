import type { Response, fetch as undiciFetch } from 'undici';
import { describe, expect, it } from 'vitest';
import type { TargetId } from '../../../shared/directory/ids.ts';
import type { Credentials } from '../../../shared/targets/credentials.ts';
import { httpClient } from '../../../shared/targets/http/http-client.ts';
import type { ObservedCall } from '../../../shared/targets/http/observed-call.ts';
import { ProvisioningError } from '../../../shared/targets/target.ts';

const KEY = 'the-key-of-the-organisation';
const site = { email: 'jane@acme.example', token: 'the-token-of-the-site' };
const siteHeader = Buffer.from(`${site.email}:${site.token}`).toString('base64');

/** A target that answers 403 and quotes everything that it must not be quoted with. */
function refusing(credentials: Credentials) {
  const authorizations: (string | undefined)[] = [];
  const calls: ObservedCall[] = [];
  const fetch = (async (_url: unknown, init: { headers: Record<string, string> }) => {
    authorizations.push(init.headers['authorization']);
    const body = `not with ${init.headers['authorization']}, ${KEY}, ${site.token} or ${siteHeader}`;
    return { status: 403, ok: false, headers: new Headers(), text: async () => body } as unknown as Response;
  }) as typeof undiciFetch;
  const client = httpClient({
    baseUrl: 'https://api.example.com',
    targetId: 'target' as TargetId,
    credentials: { read: async () => ({ credentials, version: '1' }), write: async () => ({ version: '2' }) },
    observe: (call) => calls.push(call),
    callTimeoutMs: 1_000,
    now: () => 0,
    fetch,
  });
  const failure = client
    .send({ method: 'GET', path: '/orgs' }, ({ body }, redact) => {
      throw new ProvisioningError('refused', redact(body));
    })
    .catch((error: unknown) => error);
  return { authorizations, calls, failure };
}

describe('HTTP with an API key', () => {
  it('sends the key as a bearer token', async () => {
    const { authorizations, failure } = refusing({ kind: 'api-key', token: KEY });
    await failure;
    expect(authorizations).toEqual([`Bearer ${KEY}`]);
  });

  it('lets neither the key nor the site’s token, in any form, into a failure or the request log', async () => {
    const { calls, failure } = refusing({ kind: 'api-key', token: KEY, site });
    expect(await failure).toMatchObject({ code: 'refused', message: 'not with Bearer ***, ***, *** or ***' });
    expect(calls).toHaveLength(1);
    expect(JSON.stringify(calls)).not.toMatch(/the-key|the-token/);
  });
});
