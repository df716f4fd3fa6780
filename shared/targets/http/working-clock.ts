import type { HttpClientOptions } from './http-client.ts';

/**
 * The options of a client, and a clock that stands still while its requests wait for their turn: at a low rate that takes longer than the
 * calls, and is in no verb's time. Milliseconds; only differences mean something.
 */
export function withWorkingClock<Options extends HttpClientOptions>(options: Options): { http: Options; workingClock: () => number } {
  const { now } = options;
  let waited = 0;
  const beforeCall = async () => {
    const since = now();
    await options.beforeCall?.();
    waited += now() - since;
  };
  return { http: { ...options, beforeCall }, workingClock: () => now() - waited };
}
