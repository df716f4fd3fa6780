import { policyOf } from '../../../shared/provisioning/policy/policy.ts';
import { nearestWord } from '../../../shared/provisioning/settings/check/nearest-word.ts';
import { foldCase } from '../../../shared/scim/attributes/fold-case.ts';
import type { Command } from '../command.ts';
import { findConnection, onlyConnection } from '../find-connection.ts';
import { type AvailableGroup, availableGroups } from '../groups/available-groups.ts';
import { withoutControls } from '../render.ts';

const available: Command = {
  name: 'groups available',
  positionals: ['[CONNECTION]'],
  options: { unmapped: { type: 'boolean', help: 'only those that groups.map does not name' } },
  summary: 'the groups that the IdP has sent, and what the settings make of each',
  help: `What the manual map is written from: settings edit takes the names of the first column. Asks the directory only, not Confluence.
  mapped     groups.map names its Confluence groups        left out   by a setting, which is named
  same name  it is the Confluence group of its own name     renamed    by groups.rename
  parked     it can't succeed until someone acts            conflict   another group ends up as the same Confluence group
Members are counted up to 1000 a group. Exit code 4 says that a group is in conflict or parked.
Example: npm run admin -- groups available okta --unmapped --stack ScimForConfluence`,
  async run(administration, [nameOrId], options) {
    const connection = nameOrId === undefined ? await onlyConnection(administration) : await findConnection(administration, nameOrId);
    const all = await availableGroups(policyOf(connection.settings), administration.overview.groups(connection.id));
    const shown = options['unmapped'] === true ? all.filter(({ inMap }) => !inMap) : all;
    const none = all.length === 0 ? `The identity provider of ${connection.name} has sent no group yet.` : 'Every group is in the map.';
    const text = [...(shown.length === 0 ? [none] : []), ...notSent(connection.settings.groups.map, all)].join('\n');
    return {
      json: shown,
      table: shown.map(row),
      ...(text !== '' && { text }),
      attention: shown.some(({ is }) => is === 'conflict' || is === 'parked'),
    };
  },
};

/** Names of the map that no group has: not sent yet, or mistyped. */
function notSent(map: Readonly<Record<string, unknown>>, all: readonly AvailableGroup[]): string[] {
  const sent = all.map(({ displayName }) => displayName);
  const known = new Set(sent.map(foldCase));
  return Object.keys(map)
    .filter((name) => !known.has(foldCase(name)))
    .map((name) => {
      const near = nearestWord(name, sent);
      return withoutControls(
        `groups.map names ${name}, which the identity provider has not sent${near === undefined ? '' : `; did you mean ${near}?`}`,
      );
    });
}

function row({ displayName, members, moreMembers, becomes, is, why, id }: AvailableGroup): Record<string, string> {
  return {
    group: displayName,
    members: `${members}${moreMembers ? '+' : ''}`,
    is,
    'confluence groups': becomes.join(', '),
    id,
    why: why ?? '',
  };
}

export const groupsCommands: readonly Command[] = [available];
