import type { Context } from 'aws-lambda';

/** Thrown when a function takes longer than its time-out. On AWS its process would be killed; here its promise is left alone. */
export class FunctionTimedOut extends Error {
  override readonly name = 'FunctionTimedOut';
}

/** Runs a function as Lambda does: with a context that knows the time left, and no longer than its time-out. @throws FunctionTimedOut */
export async function invokeFunction<T>(run: (context: Context) => Promise<T>, timeoutMs: number, requestId: string): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) } as Context;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FunctionTimedOut(`the function ran longer than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([run(context), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
