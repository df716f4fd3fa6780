import { describe, expect, it } from 'vitest';
import { findRoute } from '../../../functions/scim/find-route.ts';
import { ROUTES } from '../../../functions/scim/routes.ts';
import { tolerateEndpoint } from '../../../shared/scim/interoperability/tolerate-endpoint.ts';

const segments = (path: string) => path.split('/').filter((segment) => segment !== '');

describe('the names of endpoints on a tolerant connection', () => {
  it.each(ROUTES)('$path is found in any case', ({ path, methods }) => {
    for (const method of Object.keys(methods)) {
      const found = findRoute(ROUTES, { method, path: segments(path) });
      for (const spelled of [path.toLowerCase(), path.toUpperCase().replace(':ID', ':id')]) {
        expect(findRoute(ROUTES, { method, path: tolerateEndpoint(segments(spelled), () => {}) })).toEqual(found);
      }
    }
  });

  it('an id stays as it is, and only what is spelled otherwise is told', () => {
    const told: string[] = [];
    const tolerate = (path: string) => tolerateEndpoint(segments(path), (id, where) => told.push(`${id} ${where}`));
    expect(tolerate('/Users/GROUPS')).toEqual(['Users', 'GROUPS']);
    expect(tolerate('/serviceConfiguration')).toEqual(['serviceConfiguration']);
    expect(told).toEqual([]);
    expect(tolerate('/groups/.Search')).toEqual(['Groups', '.search']);
    expect(told).toEqual(['endpointCase /groups', 'endpointCase /.Search']);
  });
});
