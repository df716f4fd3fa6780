import { ATLASSIAN_API, normaliseBaseUrl, TargetAddress } from '../../shared/targets/target-address.ts';
import { type Options, UsageError } from './command.ts';

/** What a connection provisions into, as it is typed: exactly one of the first three. */
export const TARGET_OPTIONS = {
  confluence: { type: 'string', help: 'Confluence Data Center or Server: its base URL, with its context path if it has one' },
  'cloud-guard': {
    type: 'string',
    help: 'Atlassian Cloud with Guard: the id of the directory that user provisioning shows with its API key',
  },
  'cloud-organization': { type: 'string', help: 'Atlassian Cloud without Guard: the id of the organisation' },
  directory: { type: 'string', help: 'with --cloud-organization: the directory of it, where it has several' },
  site: { type: 'string', help: 'with --cloud-organization: its Confluence, https://acme.atlassian.net, to compare groups with' },
  api: { type: 'string', help: `in place of ${ATLASSIAN_API}: a simulated organisation, or another cloud of Atlassian’s` },
} as const;

const KIND_OPTIONS = ['confluence', 'cloud-guard', 'cloud-organization'] as const;
const CLOUD_OPTIONS = ['directory', 'site', 'api'] as const;
/** Hosts that a request to never leaves this machine. */
const THIS_MACHINE = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/;

/**
 * What the options name.
 * @throws UsageError for none or several of them, and for one that is not written as it should be
 */
export function targetAddressOf(options: Options): TargetAddress {
  const given = KIND_OPTIONS.filter((name) => typeof options[name] === 'string');
  const [kind, second] = given;
  if (kind === undefined || second !== undefined)
    throw new UsageError(
      `${kind === undefined ? '' : 'Only one is possible. '}Say what it provisions into: --confluence https://wiki.example.com, --cloud-guard DIRECTORY_ID or --cloud-organization ORGANISATION_ID. docs/cloud.md says which of the two is for whom.`,
    );
  for (const name of CLOUD_OPTIONS)
    if (options[name] !== undefined && (kind === 'confluence' || (kind === 'cloud-guard' && name !== 'api')))
      throw new UsageError(`--${name} goes with --cloud-organization${name === 'api' ? ' and --cloud-guard' : ''}`);
  if (kind === 'confluence') return { kind: 'data-center', baseUrl: notInCloud(webAddress('confluence', String(options['confluence']))) };
  const baseUrl = options['api'] === undefined ? ATLASSIAN_API : secureAddress('api', String(options['api']));
  if (kind === 'cloud-guard') return parsed(kind, { kind, baseUrl, directory: trimmed(options[kind]) });
  return parsed(kind, {
    kind,
    baseUrl,
    organization: trimmed(options[kind]),
    ...(options['directory'] !== undefined && { directory: trimmed(options['directory']) }),
    // Confluence of a site is below /wiki, and that is how its address is copied.
    ...(options['site'] !== undefined && { site: secureAddress('site', String(options['site'])).replace(/\/wiki$/, '') }),
  });
}

/** A sentence where the API key goes somewhere else than to Atlassian's usual address; empty else. */
export function otherApiNote({ kind, baseUrl }: TargetAddress): string {
  if (kind === 'data-center' || baseUrl === ATLASSIAN_API) return '';
  return `Note: the API key is sent to ${baseUrl}, not to ${ATLASSIAN_API}.`;
}

function parsed(option: (typeof KIND_OPTIONS)[number], address: TargetAddress): TargetAddress {
  const result = TargetAddress.safeParse(address);
  if (result.success) return result.data;
  const [name, message] = [result.error.issues[0]?.path[0], result.error.issues[0]?.message];
  const where = option === 'cloud-guard' ? ', without the rest of the SCIM base URL: what stands in it after /scim/directory/' : '';
  throw new UsageError(`--${name === 'directory' && option === 'cloud-organization' ? name : option}: ${message}${where}`, {
    cause: result.error,
  });
}

/** The site's address is what everybody has at hand; Confluence there has no call that makes or disables people. */
function notInCloud(url: string): string {
  if (!/^https?:\/\/([^/:]+\.)?atlassian\.(net|com)([:/]|$)/.test(url)) return url;
  throw new UsageError(
    `--confluence ${url} is Atlassian Cloud: write --cloud-guard DIRECTORY_ID or --cloud-organization ORGANISATION_ID. docs/cloud.md says which of the two is for whom, and where the ids are.`,
  );
}

function trimmed(value: Options[string]): string {
  return String(value).trim();
}

/** Keys are not sent in the clear over a network. */
function secureAddress(option: string, text: string): string {
  const url = webAddress(option, text);
  if (url.startsWith('https:') || THIS_MACHINE.test(url)) return url;
  throw new UsageError(`--${option} ${text} would send the API key in the clear: write it with https://`);
}

function webAddress(option: string, text: string): string {
  try {
    return normaliseBaseUrl(text);
  } catch (error) {
    throw new UsageError(`--${option} ${text} is no web address: write it with https://`, { cause: error });
  }
}
