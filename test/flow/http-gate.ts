import { Response, fetch as send } from 'undici';
import type { HttpClientOptions } from '../../shared/targets/http/http-client.ts';
import type { HeldCall } from './confluence-double.ts';

type Fetch = NonNullable<HttpClientOptions['fetch']>;

/** Between an adapter and what it calls: each request can be held, fail, get no answer, or land late. */
export class HttpGate {
  /** When set, every request is held and handed over: "PATCH /scim/directory/…". */
  gate: ((call: HeldCall) => void) | undefined;
  readonly #landing = new Set<Promise<unknown>>();

  /** What the adapter's time-outs would cut off is held by the test, and given up only by it. */
  readonly fetch: Fetch = (input, init) => {
    const { signal: _, ...request } = init ?? {};
    const perform = () => send(input, request);
    if (!this.gate) return perform();
    return new Promise((resolve, reject) => {
      this.gate?.({
        call: `${request.method ?? 'GET'} ${new URL(String(input)).pathname}`,
        proceed: () => void perform().then(resolve, reject),
        fail: () => resolve(new Response('{}', { status: 500, headers: { 'content-type': 'application/json' } })),
        lie: () => reject(new TypeError('no request is answered falsely')),
        timeOut: () => reject(new DOMException('no answer', 'TimeoutError')),
        land: () => this.#lands(perform()),
      });
    });
  };

  /** What has begun to land has taken effect. */
  async landed(): Promise<void> {
    await Promise.all(this.#landing);
  }

  heal(): void {}

  #lands(request: Promise<{ text(): Promise<string> }>): void {
    const ended = request.then((answer) => answer.text()).catch(() => {});
    this.#landing.add(ended);
    void ended.finally(() => this.#landing.delete(ended));
  }
}
