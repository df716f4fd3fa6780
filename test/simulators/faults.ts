import * as z from 'zod';

/**
 * A fault to inject, used `times` times.
 * - `status`: answered at once, nothing is performed (429 with its headers, 401 with its login reason, 302 to the login page).
 * - `delayMs`: waits BEFORE performing, so a call that its client has given up lands late.
 * - `dropConnection`: performs, THEN drops the connection without an answer. With `status` nothing is performed before the drop.
 */
export const Fault = z.strictObject({
  /** Tested on "METHOD path", with and without the query. Absent: every request. */
  match: z
    .string()
    .refine((text) => {
      try {
        new RegExp(text);
        return true;
      } catch {
        return false;
      }
    }, 'no regular expression')
    .optional(),
  status: z.number().int().min(200).max(599).optional(),
  retryAfterSeconds: z.number().min(0).optional(),
  delayMs: z.number().min(0).optional(),
  dropConnection: z.boolean().optional(),
  times: z.number().int().min(1).default(1),
});
export type Fault = z.infer<typeof Fault>;

export interface FaultBook {
  add(fault: Fault): void;
  clear(): void;
  /** The first fault that matches and is not used up; this use is counted. */
  take(method: string, pathAndQuery: string): Fault | undefined;
}

export function faultBook(): FaultBook {
  let faults: { fault: Fault; pattern: RegExp; left: number }[] = [];
  return {
    add: (fault) => faults.push({ fault, pattern: new RegExp(fault.match ?? ''), left: fault.times }),
    clear: () => {
      faults = [];
    },
    take(method, pathAndQuery) {
      const texts = [`${method} ${pathAndQuery}`, `${method} ${pathAndQuery.split('?')[0]}`];
      const found = faults.find(({ pattern, left }) => left > 0 && texts.some((text) => pattern.test(text)));
      if (found) found.left -= 1;
      return found?.fault;
    },
  };
}
