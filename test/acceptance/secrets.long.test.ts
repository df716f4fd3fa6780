import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, RunningStack, SCIM_TOKEN } from './running-stack.ts';
import { oktaUser, PASSWORD } from './scim-client.ts';

const CONFLUENCE_TOKEN = 'confluence-token-NDc4OTIzOTQ';
const SECRETS = [SCIM_TOKEN, PASSWORD, CONFLUENCE_TOKEN];
/** As they stand, and as they would stand in a header, a form or a dump. */
const traces = SECRETS.flatMap((secret) => [
  secret,
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url').slice(0, -2),
  Buffer.from(secret).toString('hex'),
]);

describe('secrets', () => {
  let stack: RunningStack;
  beforeEach(async () => {
    stack = await RunningStack.start({ SWEEP_AFTER_SECONDS: '60' });
  });
  afterEach(() => stack.remove());

  const filesOf = (directory: string): string[] =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((file) => join(directory, file))
      .filter((file) => statSync(file).isFile());

  it('are in no file of the state but the one for the target’s login, in no log line and in no message', async () => {
    const { scim } = stack;
    // Everything is logged that can be: also what is refused.
    expect((await stack.admin(['connection', 'update', 'local', '--full-log-hours', '1'])).code).toBe(0);
    const id = await scim.createUser({ userName: 'first' });
    await scim.send('PUT', `/Users/${id}`, oktaUser({ userName: 'first', title: 'Dr' }));
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: PASSWORD });
    await scim.patch(`/Users/${id}`, { op: 'replace', value: { password: PASSWORD, nickName: 'Fi' } });
    await scim.send('GET', `/Users?filter=${encodeURIComponent(`password eq "${PASSWORD}"`)}`);
    await scim.send('GET', '/Users', undefined, { authorization: `Basic ${Buffer.from(`x:${PASSWORD}`).toString('base64')}` });
    await scim.send('GET', '/Users', undefined, { authorization: `Bearer ${CONFLUENCE_TOKEN}` });
    await fetch(`${scim.url}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' },
      body: `{"userName":"broken","password":"${PASSWORD}"`,
    });
    await scim.send('POST', '/Users', { ...oktaUser({ userName: 'wrong type' }), password: [PASSWORD] });
    const token = await stack.adminJson<{ token: string }>(['token', 'create', 'local']);
    await eventually(async () => expect(await stack.account('first')).toBeDefined());

    // Messages that nobody has taken yet: the workers are held up by slow calls.
    await stack.confluence.fault({ delayMs: 2_500, times: 60 });
    await Promise.all(Array.from({ length: 80 }, (_, i) => scim.createUser({ userName: `waiting-${i}` })));
    const endpoints = JSON.parse(readFileSync(join(stack.stateDir, 'endpoints.json'), 'utf8')) as { sqs: string; queueUrl: string };
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const sqs = new SQSClient({ region: 'us-east-1', endpoint: endpoints.sqs, credentials });
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: endpoints.queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 1,
        MessageAttributeNames: ['All'],
      }),
    );
    sqs.destroy();
    expect(Messages.length).toBeGreaterThan(0);
    const messages = JSON.stringify(Messages);
    // A pointer and nothing of the person.
    expect(messages).not.toMatch(/@example\.com|Tester/);
    await stack.confluence.noFaults();

    // A login that Confluence refuses is as secret as one that it takes.
    expect((await stack.admin(['credentials', 'set', 'local'], CONFLUENCE_TOKEN)).code).toBe(0);
    await scim.createUser({ userName: 'refused' });
    await eventually(async () => expect((await stack.adminJson<{ state: string }[]>(['status']))[0]?.state).toBe('paused'), 60_000);
    const printed = (await stack.admin(['target', 'test', 'local'])).out + (await stack.admin(['connection', 'show', 'local'])).out;

    const secretsFile = join(stack.stateDir, 'secrets.json');
    expect((statSync(secretsFile).mode & 0o777).toString(8)).toBe('600');
    expect((statSync(stack.stateDir).mode & 0o077).toString(8)).toBe('0');
    expect(readFileSync(secretsFile, 'utf8')).toContain(CONFLUENCE_TOKEN);
    const places = new Map([
      ['messages', messages],
      ['printed', printed + stack.running.out() + stack.running.err()],
    ]);
    for (const file of filesOf(stack.stateDir)) if (file !== secretsFile) places.set(file, readFileSync(file, 'latin1'));
    expect(places.size).toBeGreaterThan(4);
    const found = [...places].flatMap(([place, text]) =>
      [...traces, token.token].filter((trace) => text.includes(trace)).map((trace) => `${trace} in ${place}`),
    );
    expect(found).toEqual([]);
    const log = readFileSync(join(stack.stateDir, 'request-log.jsonl'), 'utf8');
    // The bodies are there, so the look was worth it.
    expect(log).toContain('"title":"Dr"');
    expect(log).not.toMatch(/\b(Bearer|Basic) [\w+/=-]{5}/);
    expect(log).not.toMatch(/"authorization"\s*:/i);
  });
});
