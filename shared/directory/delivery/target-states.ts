import type { CredentialNote } from '../../targets/credential-note.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import { ITEM_VERSION } from '../items.ts';
import { keys } from '../keys.ts';
import type { TargetState, TargetStates } from '../target-state.ts';
import { written } from './resource-keys.ts';

interface TargetStateItem {
  readonly state?: 'open' | 'paused';
  readonly pausedCode?: string;
  readonly pausedReason?: string;
  readonly pausedAt?: string;
  readonly secretVersion?: string;
  readonly refusedVersion?: string;
  readonly lastResumed?: string;
  readonly failures?: number;
  readonly failingSince?: string;
  readonly slowUntil?: number;
  readonly serviceAccount?: string;
  readonly serviceAccountVersion?: string;
  readonly credentials?: CredentialNote;
  readonly credentialsSeen?: string;
  readonly expiryTold?: string;
}

const PAUSE = ['pausedCode', 'pausedReason', 'pausedAt', 'secretVersion'];
const FAILURES = ['failures', 'failingSince'];

/** Targets' states in the table: also what the administration and the sweep read. */
export function dynamoDbTargetStates(table: DynamoDbTable, now: () => Date): TargetStates {
  const identity = { v: ITEM_VERSION, type: 'target' };
  const read: TargetStates['read'] = async (target) => {
    const item = (await table.get<TargetStateItem>(keys.targetState(target))) ?? {};
    const { state = 'open', pausedCode, pausedReason, pausedAt, secretVersion, refusedVersion, lastResumed } = item;
    const { failures = 0, failingSince, slowUntil, serviceAccount, serviceAccountVersion, credentials, credentialsSeen } = item;
    return {
      state,
      failures,
      ...(pausedCode !== undefined && { code: pausedCode }),
      ...(pausedReason !== undefined && { reason: pausedReason }),
      ...(pausedAt !== undefined && { since: pausedAt }),
      ...(secretVersion !== undefined && { secretVersion }),
      ...(refusedVersion !== undefined && { refusedVersion }),
      ...(lastResumed !== undefined && { lastResumed }),
      ...(failingSince !== undefined && { failingSince }),
      ...(slowUntil !== undefined && { slowUntil }),
      ...(serviceAccount !== undefined && { serviceAccount }),
      ...(serviceAccountVersion !== undefined && { serviceAccountVersion }),
      ...(credentials !== undefined && { credentials }),
      ...(credentialsSeen !== undefined && { credentialsSeen }),
    } satisfies TargetState;
  };

  return {
    read,

    pause: (target, { code, reason, secretVersion }) =>
      written(
        table.update(
          keys.targetState(target),
          {
            set: {
              ...identity,
              state: 'paused',
              pausedCode: code,
              pausedReason: reason,
              pausedAt: now().toISOString(),
              ...(secretVersion !== undefined && { secretVersion }),
            },
          },
          {
            expression: 'attribute_not_exists(#state) OR #state <> :paused OR #pausedCode <> :code',
            values: { ':paused': 'paused', ':code': code },
          },
        ),
      ),

    resume: (target, refusedVersion) =>
      written(
        table.update(
          keys.targetState(target),
          {
            set: { ...identity, state: 'open', lastResumed: now().toISOString(), ...(refusedVersion !== undefined && { refusedVersion }) },
            remove: [...PAUSE, ...FAILURES, ...(refusedVersion === undefined ? ['refusedVersion'] : [])],
          },
          { expression: '#state = :paused', values: { ':paused': 'paused' } },
        ),
      ),

    lease: (target, holder, until) =>
      written(
        table.update(
          keys.targetState(target),
          { set: { ...identity, leaseHolder: holder, leaseUntil: until } },
          {
            expression: 'attribute_not_exists(#leaseUntil) OR #leaseUntil < :now OR #leaseHolder = :holder',
            values: { ':now': now().getTime(), ':holder': holder },
          },
        ),
      ),

    async releaseLease(target, holder) {
      const mine = { expression: '#leaseHolder = :holder', values: { ':holder': holder } };
      await written(table.update(keys.targetState(target), { remove: ['leaseHolder', 'leaseUntil'] }, mine));
    },

    async failed(target) {
      const { failures, failingSince } = await read(target);
      const since = failingSince ?? now().toISOString();
      await table.update(keys.targetState(target), { set: { ...identity, failingSince: since }, add: { failures: 1 } });
      return { failures: failures + 1, since: new Date(since) };
    },

    answered: (target) => table.update(keys.targetState(target), { remove: FAILURES }),

    learned: (target, serviceAccount, secretVersion) =>
      table.update(keys.targetState(target), { set: { ...identity, serviceAccount, serviceAccountVersion: secretVersion } }),

    noteCredentials: (target, note) =>
      table.update(keys.targetState(target), { set: { ...identity, credentials: note, credentialsSeen: now().toISOString() } }),

    mayTellExpiry(target, { version }, day) {
      const expiryTold = `${day} ${version}`;
      const notYet = { expression: 'attribute_not_exists(#expiryTold) OR #expiryTold <> :told', values: { ':told': expiryTold } };
      return written(table.update(keys.targetState(target), { set: { ...identity, expiryTold } }, notYet));
    },
  };
}
