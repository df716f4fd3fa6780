import { expect } from 'vitest';
import { differences } from '../idp/fixture.ts';
import type { Json, Reply, ScimClient } from '../protocol/scim-client.ts';
import { asStored, shapeOf } from './as-stored.ts';

/** What a test does with a sample, on a strict connection of its own. */
export type Use = (sample: Json, client: ScimClient) => Promise<void>;
/** By the name of the sample. */
export type Uses = Readonly<Record<string, Use>>;

/** The people of the samples, whose ids are sometimes shortened. */
const PEOPLE = {
  babs: /2819c223[-.0-9a-f]*413861904646/g,
  mandy: /902c246b-6245-4190-8e05-00816be7344a/g,
  james: /08e1d05d[-.0-9a-f]*473d93df9210/g,
} as const;
export type Person = keyof typeof PEOPLE;

/** The sample with the ids of people who are there. */
export function withPeople(sample: Json, ids: Readonly<Partial<Record<Person, string>>>): Json {
  let text = JSON.stringify(sample);
  for (const [person, id] of Object.entries(ids)) text = text.replaceAll(PEOPLE[person as Person], id);
  return JSON.parse(text) as Json;
}

export function isAnswered(reply: Reply, status: number): Json {
  expect(reply.status, reply.text).toBe(status);
  return reply.json;
}

/** Created by POST, and read again: all of it is there. */
export const storesUser: Use = async (sample, client) => {
  const created = isAnswered(await client.post('/Users', sample), 201);
  expect(asStored(created)).toEqual(asStored(sample));
  expect(asStored((await client.get(`/Users/${created['id']}`)).json)).toEqual(asStored(sample));
};

/** A reply of ours to the same request has everything that the sample's has, of the same types. */
export function expectShape(reply: Json, sample: Json): void {
  expect(differences(shapeOf(sample), shapeOf(reply))).toEqual([]);
}

export const resourceTypes: Use = async (sample, client) => {
  const ours = isAnswered(await client.get('/ResourceTypes'), 200)['Resources'] as Json[];
  const printed = (Array.isArray(sample) ? sample : sample['Resources']) as Json[];
  for (const [i, { description: _, schemaExtensions = [], meta: _meta, ...rest }] of printed.entries()) {
    expect(ours[i]).toMatchObject(rest);
    // `required` would refuse a user without an employee number; here the extension may be left out.
    const extensions = (schemaExtensions as Json[]).map((extension) => ({ ...extension, required: false }));
    expect(ours[i]?.['schemaExtensions']).toEqual(extensions);
    expectShape(ours[i] ?? {}, printed[i] ?? {});
  }
};
