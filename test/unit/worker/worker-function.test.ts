import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../flow/harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const context = { getRemainingTimeInMillis: () => 60_000 };

/** All messages of the queue as one batch, as Lambda may hand them over. */
async function batch() {
  const messages = [...world.queue.messages];
  const event = world.queue.receive(messages);
  const answer = await world.worker(event, context);
  world.queue.settle(messages, answer);
  return { messages, failed: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

describe('partial batches of a FIFO queue', () => {
  it('returns the failed message and the later ones of its group, and acknowledges the other groups', async () => {
    const ann = await world.createUser('ann');
    await world.createUser('bob');
    await world.updateUser(ann, { displayName: 'Ann' });
    world.confluence.fail(/^createAccount ann/, 'server-error');
    const { messages, failed } = await batch();
    expect(failed).toEqual([messages[0]?.id, messages[2]?.id]);
    expect(world.confluence.accounts.has('bob')).toBe(true);
    expect(world.confluence.accounts.has('ann')).toBe(false);
  });

  it('lets the later ones come back at the same time as the failed one, since they hold their group back', async () => {
    const ann = await world.createUser('ann');
    await world.updateUser(ann, { displayName: 'Ann' });
    world.confluence.fail(/^createAccount ann/, 'server-error');
    const { messages } = await batch();
    expect(messages[1]?.visibleAt).toBe(messages[0]?.visibleAt);
    expect((messages[0]?.visibleAt ?? 0) - world.clock.now).toBeLessThan(10_000);
  });

  it('leaves them all their full visibility when the call may still land', async () => {
    const ann = await world.createUser('ann');
    await world.updateUser(ann, { displayName: 'Ann' });
    world.confluence.fail(/^createAccount ann/, 'no-answer');
    const { messages } = await batch();
    expect(messages.map(({ visibleAt }) => visibleAt - world.clock.now)).toEqual([180_000, 180_000]);
  });

  it('answers normally when the whole batch failed: an exception would count as the function’s error', async () => {
    await world.createUser('ann');
    world.confluence.fail(/^createAccount ann/, 'server-error');
    expect((await batch()).failed).toHaveLength(1);
  });

  it('gives back a message that it can’t read, until it is a dead letter, and says so', async () => {
    await world.queue.send('group', { nonsense: true } as never);
    expect((await batch()).failed).toHaveLength(1);
    expect(world.records('error')).toMatchObject([{ where: 'worker' }]);
  });

  it('acknowledges what is gone: a connection, a user', async () => {
    const ann = await world.createUser('ann');
    const message = world.queue.messages[0];
    if (!message) throw new Error('no message');
    await world.queue.send(message.group, { ...message.change, connection: 'nobody' as never });
    await world.queue.send('other', { ...message.change, resource: { type: 'user', id: 'nobody' as never } });
    expect((await batch()).failed).toEqual([]);
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann' });
  });

  it('honours Retry-After', async () => {
    await world.createUser('ann');
    world.confluence.fail(/^createAccount ann/, 'rate-limited', 1, 45_000);
    const { messages } = await batch();
    expect((messages[0]?.visibleAt ?? 0) - world.clock.now).toBe(45_000);
    expect(world.records('change.retried')).toMatchObject([{ code: 'rate-limited', nextMs: 45_000, receives: 1 }]);
  });
});
