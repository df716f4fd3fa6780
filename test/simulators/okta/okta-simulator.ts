import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProvisioningAgent, type ScimDialect } from './provisioning-agent.ts';

export interface OktaSimulator {
  readonly url: string;
  close(): Promise<void>;
}

export interface OktaOptions {
  readonly apiToken: string;
  readonly appId: string;
  /** Apps made by Okta's wizard send PUT, those of its catalogue PATCH (SCIM.md O4). */
  readonly dialect: ScimDialect;
  readonly scim: { readonly url: string; readonly token: string };
}

interface OktaUser {
  readonly id: string;
  status: 'ACTIVE' | 'DEPROVISIONED';
  profile: Readonly<Record<string, string>>;
}

type Reply = readonly [status: number, body?: unknown];

/**
 * An Okta org with one SCIM app: as much of Okta's REST API as its CRUD collection calls. What happens to an assigned person is sent
 * to the SCIM server before the call is answered; Okta itself does it a little later.
 */
export async function startOktaSimulator({ apiToken, appId, dialect, scim }: OktaOptions): Promise<OktaSimulator> {
  const users = new Map<string, OktaUser>();
  const agent = new ProvisioningAgent(scim, dialect);

  const routes: readonly [RegExp, (id: string, body: Record<string, unknown>) => Promise<Reply>][] = [
    [/^GET \/api\/v1\/apps\/([^/]+)$/, async (id) => (id === appId ? [200, { id, status: 'ACTIVE' }] : [404])],
    [
      /^POST \/api\/v1\/(users)\?activate=true$/,
      async (_, body) => {
        const id = `00u${randomBytes(8).toString('hex')}`;
        const user: OktaUser = { id, status: 'ACTIVE', profile: body['profile'] as OktaUser['profile'] };
        users.set(id, user);
        return [200, user];
      },
    ],
    [
      /^PUT \/api\/v1\/users\/([^/]+)$/,
      withUser(async (user, body) => {
        user.profile = body['profile'] as OktaUser['profile'];
        await agent.update(user);
        return [200, user];
      }),
    ],
    [
      /^POST \/api\/v1\/users\/([^/]+)\/lifecycle\/deactivate$/,
      withUser(async (user) => {
        user.status = 'DEPROVISIONED';
        await agent.unassign(user);
        return [200, {}];
      }),
    ],
    [
      /^POST \/api\/v1\/users\/([^/]+)\/lifecycle\/activate$/,
      withUser(async (user) => {
        user.status = 'ACTIVE';
        return [200, {}];
      }),
    ],
    [
      new RegExp(`^POST /api/v1/apps/${appId}/(users)$`),
      async (_, body) => {
        const user = users.get(String(body['id']));
        if (!user) return [404];
        await agent.assign(user);
        return [200, { id: user.id, scope: 'USER', status: 'PROVISIONED' }];
      },
    ],
    [
      new RegExp(`^DELETE /api/v1/apps/${appId}/users/([^/]+)$`),
      withUser(async (user) => {
        await agent.unassign(user);
        return [204];
      }),
    ],
  ];

  function withUser(act: (user: OktaUser, body: Record<string, unknown>) => Promise<Reply>) {
    return async (id: string, body: Record<string, unknown>): Promise<Reply> => {
      const user = users.get(id);
      return user ? act(user, body) : [404];
    };
  }

  async function answer(request: IncomingMessage): Promise<Reply> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if (request.headers.authorization !== `SSWS ${apiToken}`) return [401];
    for (const [pattern, act] of routes) {
      const match = pattern.exec(`${request.method} ${request.url}`);
      if (match) return act(match[1] ?? '', text === '' ? {} : (JSON.parse(text) as Record<string, unknown>));
    }
    return [404];
  }

  const server = createServer((request, response) => {
    answer(request)
      // What the SCIM server refused: Okta shows it as a failed task, and the collection has to see it.
      .catch((error: unknown): Reply => [500, { errorSummary: String(error) }])
      .then(([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
