import type { Connection, Connections } from '../../shared/directory/connection.ts';
import type { Delivery, ResourceDelivery } from '../../shared/directory/delivery.ts';

/**
 * The store for a worker that goes by the settings as they were when its message came. Changed settings are written first, and what they
 * affect is marked after that: who reads such a mark while it holds the old ones must not clear it, nor park what it stands for. So the
 * settings are looked at once more, after the marker was read and before it goes. False then, as whenever something moved on: the change
 * is sent again, and the next worker goes by the new settings.
 */
export function settingsInForce(delivery: Delivery, connections: Pick<Connections, 'get'>, read: Connection): Delivery {
  const { resources } = delivery;
  const isInForce = async () => (await connections.get(read.id))?.settingsNumber === read.settingsNumber;
  const guarded: ResourceDelivery = {
    ...resources,
    clear: async (...marker) => (await isInForce()) && resources.clear(...marker),
    park: async (...marker) => (await isInForce()) && resources.park(...marker),
    parkOwned: async (...marker) => (await isInForce()) && resources.parkOwned(...marker),
  };
  return { ...delivery, resources: guarded };
}
