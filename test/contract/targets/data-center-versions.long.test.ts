import { describe, expect, it } from 'vitest';
import { ProvisioningError, type Target } from '../../../shared/targets/target.ts';
import { type ConfluenceSimulator, startConfluenceSimulator } from '../../simulators/confluence/confluence-simulator.ts';
import { credentialsFor, dataCenterUnderTest } from './data-center-under-test.ts';
import { CAPABILITIES, type Capability, type Expected, INSTANCES } from './expectations.ts';

const ATTEMPTS: Readonly<Record<Capability, (target: Target) => Promise<unknown>>> = {
  createAccount: (target) => target.createAccount('new', { fullName: 'New', email: 'new@example.com' }),
  updateAccount: (target) => target.updateAccount('jane', { fullName: 'Jane Roe', email: 'roe@example.com' }),
  disableAccount: (target) => target.disableAccount('jane'),
  enableAccount: (target) => target.enableAccount('disabled'),
  deleteAccount: (target) => target.deleteAccount('jane'),
  createGroup: (target) => target.createGroup('new'),
  deleteGroup: (target) => target.deleteGroup('staff'),
  addMember: (target) => target.addMember('staff', 'jane'),
  removeMember: (target) => target.removeMember('confluence-users', 'jane'),
  findByEmail: (target) => target.findAccountsByEmail('jane@example.com'),
  countSeats: async (target) => (await target.seats()).used,
  tellEmail: async (target) => (await target.findAccount('jane'))?.email,
};

const EFFECTS: Readonly<Record<Capability, (simulator: ConfluenceSimulator, answer: unknown) => unknown>> = {
  createAccount: (simulator) => expect(userOf(simulator, 'new')).toMatchObject({ email: 'new@example.com', active: true }),
  updateAccount: (simulator) => expect(userOf(simulator, 'jane')).toMatchObject({ fullName: 'Jane Roe', email: 'roe@example.com' }),
  disableAccount: (simulator) => expect(userOf(simulator, 'jane')?.active).toBe(false),
  enableAccount: (simulator) => expect(userOf(simulator, 'disabled')?.active).toBe(true),
  deleteAccount: (simulator) => expect(userOf(simulator, 'jane')).toBeUndefined(),
  createGroup: (simulator) => expect(simulator.groups().map(({ name }) => name)).toContain('new'),
  deleteGroup: (simulator) => expect(simulator.groups().map(({ name }) => name)).not.toContain('staff'),
  addMember: (simulator) => expect(userOf(simulator, 'jane')?.groups).toContain('staff'),
  removeMember: (simulator) => expect(userOf(simulator, 'jane')?.groups).toEqual([]),
  findByEmail: (_, answer) => expect(answer).toMatchObject([{ name: 'jane' }]),
  countSeats: (simulator, answer) => expect(answer).toBe(simulator.users().filter(({ active }) => active).length),
  tellEmail: (_, answer) => expect(answer).toBe('jane@example.com'),
};

function userOf(simulator: ConfluenceSimulator, name: string) {
  return simulator.users().find(({ username }) => username === name);
}

/** The interface that the deciding request went by: the last but reads, or the last. */
function wireOf(requests: readonly { method: string; path: string }[]): Expected {
  const isRpc = ({ path }: { path: string }) => path.startsWith('/rpc/');
  const isRead = ({ method, path }: { method: string; path: string }) => method === 'GET' || /\/(isActiveUser|getUserByName)$/.test(path);
  const deciding = requests.findLast((request) => !isRead(request)) ?? requests.at(-1);
  return deciding !== undefined && isRpc(deciding) ? 'json-rpc' : 'rest';
}

describe('what each version of Confluence can do, and by which interface, is the table of expectations', () => {
  describe.each(Object.entries(INSTANCES))('Confluence %s', (_, instance) => {
    it.each(CAPABILITIES.map((capability) => [capability, instance.can[capability]] as const))('%s: %s', async (capability, expected) => {
      const simulator = await startConfluenceSimulator(instance.simulated);
      try {
        simulator.seed({
          users: ['jane', 'disabled'],
          disabled: ['disabled'],
          groups: ['staff'],
          members: { 'confluence-users': ['jane'] },
        });
        const { target } = dataCenterUnderTest(simulator.url, credentialsFor(instance.simulated));
        await target.capabilities();
        const asked = simulator.requests().length;
        let answer: unknown;
        try {
          answer = await ATTEMPTS[capability](target);
        } catch (error) {
          if (!(error instanceof ProvisioningError)) throw error;
          expect(error.code).toBe(expected);
          return;
        }
        if (answer === undefined && ['countSeats', 'tellEmail'].includes(capability)) return expect('no').toBe(expected);
        EFFECTS[capability](simulator, answer);
        expect(wireOf(simulator.requests().slice(asked))).toBe(expected);
      } finally {
        await simulator.close();
      }
    });
  });
});
