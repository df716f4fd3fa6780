import type { z } from 'zod';
import type { Endpoint, RestClient, RestRequest } from '../http/rest-client.ts';
import { pageOf } from './answers.ts';

/**
 * Every item of a paged list, page by page. Confluence may give fewer than asked for ("this may be restricted by fixed system
 * limits"), so the next page starts where this one ended. What is added or removed meanwhile may be missed or come twice.
 * @throws ProvisioningError
 */
export async function* allOf<T>(
  client: RestClient,
  endpoint: Endpoint,
  request: RestRequest & { readonly start?: number },
  item: z.ZodType<T>,
  limit: number,
): AsyncGenerator<T, void, undefined> {
  const schema = pageOf(item);
  for (let start = request.start ?? 0; ; ) {
    const page = await client.call(endpoint, { ...request, query: { ...request.query, start, limit } }, schema);
    yield* page.results;
    const isFull = page.results.length >= (page.limit ?? limit);
    const hasNext = page.next !== undefined || page._links?.next !== undefined;
    if (page.results.length === 0 || !(isFull || hasNext)) return;
    start += page.results.length;
  }
}
