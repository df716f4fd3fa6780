import { describe, expect, it } from 'vitest';
import { composeScim } from '../../../functions/scim/compose.ts';

describe('composeScim', () => {
  it('names every variable that is missing', () => {
    expect(() => composeScim({})).toThrow(/TABLE_NAME[\s\S]*QUEUE_URL/);
  });

  it('builds the dependencies once from the environment, without a call', () => {
    const dependencies = composeScim({ TABLE_NAME: 'table', QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/q.fifo' });
    expect(dependencies.newId()).not.toBe(dependencies.newId());
    expect(dependencies.now()).toBeInstanceOf(Date);
  });
});
