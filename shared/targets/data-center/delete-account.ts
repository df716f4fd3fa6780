import { setTimeout as sleep } from 'node:timers/promises';
import type { RestClient } from '../http/rest-client.ts';
import { ProvisioningError } from '../target.ts';
import { findAccount } from './accounts.ts';
import { LongTask, LongTaskSubmission } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';

const FIRST_LOOK_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Deletes an account for good and waits for the long task to end, all of it within the time given.
 * @throws ProvisioningError 'not-found' for an unknown account, 'no-answer' when the task outlasts the time (it goes on),
 *   'server-error' when the task failed
 */
export async function deleteAccount(client: RestClient, name: string, time: { now: () => number; withinMs: number }): Promise<void> {
  const end = time.now() + time.withinMs;
  const { id } = await client.call(ENDPOINTS.deleteUser, { names: { username: name } }, LongTaskSubmission);

  for (let attempt = 1, pause = FIRST_LOOK_MS; ; attempt += 1, pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    await sleep(Math.min(pause, Math.max(0, end - time.now())));
    const left = end - time.now();
    if (left <= 0) throw new ProvisioningError('no-answer', `Confluence is still deleting ${name}: task ${id}.`);

    const task = await lookAt(client, id, attempt, left);
    if (task === 'forgotten') {
      if ((await findAccount(client, name)) === undefined) return;
      throw new ProvisioningError('no-answer', `Confluence no longer knows the task ${id} that deletes ${name}, who is still there.`);
    }
    if (task.percentageComplete < 100) continue;
    if (task.successful) return;
    const said = task.messages.map(({ translation, key }) => translation ?? key ?? '').join(' ');
    throw new ProvisioningError('server-error', `Confluence could not delete ${name}: task ${id} failed. ${said}`.trim());
  }
}

async function lookAt(client: RestClient, id: string, attempt: number, timeoutMs: number): Promise<LongTask | 'forgotten'> {
  try {
    return await client.call(ENDPOINTS.longTask, { names: { id }, attempt, timeoutMs }, LongTask);
  } catch (error) {
    if (error instanceof ProvisioningError && error.code === 'not-found') return 'forgotten';
    throw error;
  }
}
