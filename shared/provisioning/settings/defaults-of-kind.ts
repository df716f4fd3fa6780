import type { TargetAddress } from '../../targets/target-address.ts';
import type { Settings } from './settings.ts';

/** The administrators' groups of an organisation, beside those that are always protected: a pushed group of that name would grant administration. */
export const CLOUD_ADMINISTRATORS: readonly string[] = ['org-admins', 'site-admins', 'administrators'];

/**
 * The settings with what a new connection to that kind of target begins with. It is written into the document, so that an administrator sees
 * it and can change it; nothing of it is in force unless it is written.
 */
export function withDefaultsOfKind(settings: Settings, address: TargetAddress): Settings {
  const { users, groups, protected: kept } = settings;
  switch (address.kind) {
    case 'data-center':
      return settings;
    case 'cloud-guard':
      // A group of the User Provisioning API can't be renamed.
      return { ...settings, groups: { ...groups, onRename: 'move' }, protected: withAdministrators(kept, CLOUD_ADMINISTRATORS) };
    case 'cloud-organization':
      return {
        ...settings,
        users: {
          ...users,
          // Names belong to the people: each that differs would be reported as unsupported, at every Synchronize.
          update: false,
          // An account is found by its e-mail address alone.
          userName: { ...users.userName, source: 'email' },
          // Out of the access groups alone, a person would keep Confluence by a pushed group that grants it too.
          groupsOnDeactivate: { ...users.groupsOnDeactivate, do: 'remove' },
        },
        protected: withAdministrators(kept, [...CLOUD_ADMINISTRATORS, ...siteGroup('confluence-admins', address.site)]),
      };
  }
}

/** What Atlassian calls the group that grants Confluence of a new site: `confluence-users-acme` for https://acme.atlassian.net. */
export function usualAccessGroup(site: string): string | undefined {
  return siteGroup('confluence-users', site)[0];
}

function siteGroup(role: string, site: string | undefined): string[] {
  const name = /^https:\/\/([^./]+)\.atlassian\.net$/.exec(site ?? '')?.[1];
  return name === undefined ? [] : [`${role}-${name}`];
}

function withAdministrators(kept: Settings['protected'], names: readonly string[]): Settings['protected'] {
  return { ...kept, groups: [...new Set([...kept.groups, ...names])] };
}
