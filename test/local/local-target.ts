import type { Credentials } from '../../shared/targets/credentials.ts';
import { ATLASSIAN_API, normaliseBaseUrl, type TargetAddress } from '../../shared/targets/target-address.ts';
import { type AtlassianSimulator, startAtlassianSimulator } from '../simulators/atlassian/atlassian-simulator.ts';
import { startConfluenceSimulator } from '../simulators/confluence/confluence-simulator.ts';
import { noteSimulatorAddress } from './simulator-addresses.ts';
import type { StackSettings } from './stack-settings.ts';

/** What the connection `local` provisions into, and how it logs in there. */
export interface LocalTarget {
  readonly address: TargetAddress;
  readonly login: Credentials;
  /** Groups of the organisation that grant Confluence, where it has no Guard. */
  readonly accessGroups?: readonly string[];
  /** Of a simulator: every address it ever had. On another port it is still the same one. */
  readonly simulatedAt?: readonly string[];
}

/** The group that grants Confluence in the simulated organisation: with Guard once it is pushed, without Guard from the beginning. */
export const SIMULATED_ACCESS_GROUP = 'confluence-users';
const ORGANIZATION = 'org-1';
const SCIM_DIRECTORY = 'dir-scim';

export interface LocalTargetPlace {
  /** Where a simulator listens; 0: any free port. */
  readonly port: number;
  readonly stateDir: string;
  /** Ends the simulator. */
  readonly onClose: (closer: () => Promise<void>) => void;
}

/** The Confluence or organisation that the settings name, or a simulator in its place. */
export async function openLocalTarget(settings: StackSettings, { port, stateDir, onClose }: LocalTargetPlace): Promise<LocalTarget> {
  const real = realTarget(settings);
  if (real) return real;
  if (settings.TARGET === 'data-center') {
    const { CONFLUENCE_VERSION: version } = settings;
    const simulator = await startConfluenceSimulator({ port, stateDir, ...(version !== undefined && { version }) });
    onClose(() => simulator.close());
    const address = { kind: 'data-center', baseUrl: simulator.url } as const;
    const login = { kind: 'personal-access-token', token: 'local' } as const;
    return { address, login, simulatedAt: noteSimulatorAddress(stateDir, simulator.url) };
  }
  const simulator = await startAtlassianSimulator({ port, stateDir, organization: ORGANIZATION, scimDirectory: SCIM_DIRECTORY });
  onClose(() => simulator.close());
  return { ...simulatedCloud(settings.TARGET, simulator), simulatedAt: noteSimulatorAddress(stateDir, simulator.url) };
}

function simulatedCloud(kind: 'cloud-guard' | 'cloud-organization', simulator: AtlassianSimulator): LocalTarget {
  const key = { kind: 'api-key', token: 'local' } as const;
  const baseUrl = simulator.url;
  if (kind === 'cloud-guard') {
    // Only its name: a group that is there already could not be pushed.
    simulator.seed({ grantsConfluence: [SIMULATED_ACCESS_GROUP] });
    return { address: { kind, baseUrl, directory: SCIM_DIRECTORY }, login: key };
  }
  const isThere = simulator.groups().some(({ name }) => name === SIMULATED_ACCESS_GROUP);
  simulator.seed({ grantsConfluence: [SIMULATED_ACCESS_GROUP], ...(!isThere && { groups: [SIMULATED_ACCESS_GROUP] }) });
  const login = { ...key, site: { email: 'admin@example.com', token: 'local' } };
  return { address: { kind, baseUrl, organization: ORGANIZATION, site: baseUrl }, login, accessGroups: [SIMULATED_ACCESS_GROUP] };
}

function realTarget(settings: StackSettings): LocalTarget | undefined {
  const { CONFLUENCE_URL, CONFLUENCE_TOKEN, ATLASSIAN_KEY, ORGANIZATION_ID, DIRECTORY_ID, ATLASSIAN_SITE } = settings;
  if (CONFLUENCE_URL !== undefined)
    return {
      address: { kind: 'data-center', baseUrl: normaliseBaseUrl(CONFLUENCE_URL) },
      login: { kind: 'personal-access-token', token: String(CONFLUENCE_TOKEN) },
    };
  if (ATLASSIAN_KEY === undefined) return undefined;
  const baseUrl = normaliseBaseUrl(settings.ATLASSIAN_API ?? ATLASSIAN_API);
  const site = siteLogin(settings);
  const login = { kind: 'api-key', token: ATLASSIAN_KEY, ...(site && { site }) } as const;
  if (settings.TARGET === 'cloud-guard') return { address: { kind: 'cloud-guard', baseUrl, directory: String(DIRECTORY_ID) }, login };
  const address = {
    kind: 'cloud-organization',
    baseUrl,
    organization: String(ORGANIZATION_ID),
    ...(DIRECTORY_ID !== undefined && { directory: DIRECTORY_ID }),
    ...(ATLASSIAN_SITE !== undefined && { site: normaliseBaseUrl(ATLASSIAN_SITE).replace(/\/wiki$/, '') }),
  } as const;
  const accessGroups = (settings.ACCESS_GROUPS ?? '').split(',').map((name) => name.trim());
  return { address, login, accessGroups: accessGroups.filter((name) => name !== '') };
}

function siteLogin({ ATLASSIAN_SITE_LOGIN: login }: StackSettings): { email: string; token: string } | undefined {
  if (login === undefined) return undefined;
  const colon = login.indexOf(':');
  return { email: login.slice(0, colon), token: login.slice(colon + 1) };
}
