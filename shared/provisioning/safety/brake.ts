import type { Delivery } from '../../directory/delivery.ts';
import type { UserId } from '../../directory/ids.ts';
import type { LogRecord } from '../../log/records.ts';
import type { Work } from '../work.ts';

/** The mass-deprovisioning brake, asked before each step that takes access from an account which it had until now. */
export interface Brake {
  /** True: go on, and it is counted. False: hold it; nothing may be called. Asked again for the same account, the answer stays. */
  permits(user: UserId): Promise<boolean>;
}

export const noBrake: Brake = { permits: () => Promise.resolve(true) };

/** The brake of a connection, by its settings. It goes on once: who makes it go on says so in the log. */
export function brakeOf({
  connection,
  delivery,
  log,
  thread,
}: Pick<Work, 'connection' | 'log' | 'thread'> & { readonly delivery: Pick<Delivery, 'brake'> }): Brake {
  const { enabled, ...rule } = connection.settings.brake;
  if (!enabled) return noBrake;
  return {
    async permits(user) {
      const { permitted, engaged } = await delivery.brake.ask(connection.id, user, rule);
      if (engaged) {
        const { limit, users } = engaged;
        const common = { correlationId: thread.correlationId, connection: connection.id, target: connection.target.id };
        const subject = thread.subject ?? { type: 'user' as const, id: user };
        log.write({ kind: 'brake.engaged', ...common, limit, users, subject } satisfies LogRecord);
      }
      return permitted;
    },
  };
}
