import type { Settings } from '../../shared/provisioning/settings/settings.ts';
import { inMemoryStore } from '../doubles/in-memory-store.ts';
import type { ScimClient, ScimService } from './scim-client.ts';

/** Makes connections whose function keeps everything in memory: for tests of many requests, where the store is not what is looked at. */
export function connectInMemory(service: ScimService) {
  const store = inMemoryStore();
  return {
    store,
    async connect(settings: Partial<Settings>): Promise<ScimClient> {
      const client = service.clientWith(await service.connect(settings), store);
      await store.connections.create(client.connection);
      for (const token of await service.connections.listTokens(client.connection.id)) await store.connections.addToken(token);
      return client;
    },
  };
}
