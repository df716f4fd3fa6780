import { composeSweep } from './compose.ts';
import { sweepFunction } from './sweep-function.ts';

const sweep = sweepFunction(composeSweep(process.env));

/** Invoked each minute by a schedule, or by hand with `{"everything": true}`. */
export async function handler(event: { everything?: boolean } | undefined): Promise<void> {
  await sweep(event?.everything === true ? { everything: true } : {});
}
