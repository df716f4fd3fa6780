import type { UserId } from '../directory/ids.ts';

/** The mass-deprovisioning brake, asked before each step that takes access from an account which it had until now. */
export interface Brake {
  /** True: go on, and it is counted. False: hold it; nothing may be called. Asked again for the same account, the answer stays. */
  permits(user: UserId): Promise<boolean>;
}

export const noBrake: Brake = { permits: () => Promise.resolve(true) };
