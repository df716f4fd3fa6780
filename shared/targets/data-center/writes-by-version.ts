import { type AccountProfile, type ProvisioningCode, ProvisioningError } from '../target.ts';
import type { Abilities } from './abilities.ts';
import type { Writes } from './rest-writes.ts';
import { REST_TAKES_ACCESS_FROM } from './routes-by-version.ts';
import { isAtLeast } from './versions.ts';

export interface WritesByVersionOptions {
  readonly abilities: () => Promise<Abilities>;
  /** Told what the first update showed. */
  readonly remember: (abilities: Abilities) => void;
  readonly rest: Writes;
  readonly jsonRpc: Writes;
  readonly accountExists: (name: string) => Promise<boolean>;
}

/** Each change by the interface that the version has for it. */
export function writesByVersion({ abilities, remember, rest, jsonRpc, accountExists }: WritesByVersionOptions): Writes {
  const by = async (verb: keyof Writes): Promise<Writes> => ((await abilities()).routes[verb] === 'rest' ? rest : jsonRpc);

  /**
   * From 8.2 on REST takes access away by itself. There JSON-RPC that is switched off must not pause the target, or removals would wait
   * for an account that can't be made, or for a name that can't be changed (invariant 11).
   */
  async function unlessSwitchedOff<T>(call: Promise<T>, able: Abilities, code: ProvisioningCode): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof ProvisioningError) || !standsInTheWay(error)) throw error;
      if (!isAtLeast(able.version, REST_TAKES_ACCESS_FROM)) throw error;
      throw new ProvisioningError(code, error.message, { ...(error.status !== undefined && { status: error.status }), cause: error });
    }
  }

  async function updateByJsonRpc(name: string, profile: Partial<AccountProfile>, able: Abilities): Promise<void> {
    if (!able.capabilities.updateProfile && isAtLeast(able.version, REST_TAKES_ACCESS_FROM)) throw profilesCannotBeUpdated();
    await unlessSwitchedOff(jsonRpc.updateAccount(name, profile), able, 'unsupported');
  }

  return {
    async createAccount(name, profile) {
      const able = await abilities();
      if (able.routes.createAccount === 'rest') return rest.createAccount(name, profile);
      return unlessSwitchedOff(jsonRpc.createAccount(name, profile), able, 'not-permitted');
    },

    async updateAccount(name, profile) {
      const able = await abilities();
      if (able.routes.updateAccount === 'rest') return rest.updateAccount(name, profile);
      if (!able.mayUpdateByRest) return updateByJsonRpc(name, profile, able);
      try {
        await rest.updateAccount(name, profile);
        remember({ ...able, mayUpdateByRest: false, routes: { ...able.routes, updateAccount: 'rest' } });
      } catch (error) {
        const isMissing = error instanceof ProvisioningError && (error.code === 'not-found' || error.code === 'unsupported');
        // Which one is missing, the account or the call?
        if (!isMissing || !(await accountExists(name))) throw error;
        const capabilities = { ...able.capabilities, updateProfile: able.remoteApi === 'on' };
        const next = { ...able, mayUpdateByRest: false, capabilities };
        remember(next);
        await updateByJsonRpc(name, profile, next);
      }
    },

    enableAccount: async (name) => (await by('enableAccount')).enableAccount(name),
    disableAccount: async (name) => (await by('disableAccount')).disableAccount(name),
    deleteAccount: async (name) => (await by('deleteAccount')).deleteAccount(name),
    createGroup: async (name) => (await by('createGroup')).createGroup(name),
    deleteGroup: async (name) => (await by('deleteGroup')).deleteGroup(name),
    addMember: async (group, account) => (await by('addMember')).addMember(group, account),
    removeMember: async (group, account) => (await by('removeMember')).removeMember(group, account),
  };
}

/** What an administrator switches or grants. A 401 is not passed over: it may be a refused login, of which the third locks (DESIGN §4). */
function standsInTheWay({ code, status }: ProvisioningError): boolean {
  return code === 'remote-api-off' || code === 'secure-session' || (code === 'refused' && status !== 401);
}

function profilesCannotBeUpdated(): ProvisioningError {
  return new ProvisioningError(
    'unsupported',
    'Before Confluence 9.4 full names and e-mail addresses of existing accounts are changed by JSON-RPC, which is switched off or does not take these credentials: they stay as they are. Switch on "Remote API (XML-RPC & SOAP)" (General configuration, Further configuration) for them to follow.',
  );
}
