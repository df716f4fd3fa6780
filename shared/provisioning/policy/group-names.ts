import { foldCase } from '../../scim/attributes/fold-case.ts';
import { groupNameOf } from '../naming.ts';
import type { GroupSettings } from '../settings/group-settings.ts';
import { type CompiledPattern, compilePattern } from './patterns.ts';
import type { NotNamed, Step } from './step.ts';

export type GroupNaming =
  | {
      readonly is: 'names';
      /** The Confluence groups it is; the first is the message group, and the lock, of a group that is not bound yet. */
      readonly names: readonly [string, ...string[]];
      /** An administrator has named these groups in the map: they may be linked whatever the linking rule says. */
      readonly mapped: boolean;
      readonly steps: readonly Step[];
    }
  | NotNamed;

/** `groups` of the settings with its patterns compiled, once for each document. */
interface Rules {
  readonly include: readonly CompiledPattern[];
  readonly exclude: readonly CompiledPattern[];
  readonly rename: readonly { readonly pattern: CompiledPattern; readonly replacement: string }[];
  /** By folded displayName. */
  readonly map: ReadonlyMap<string, readonly string[]>;
}

const compiled = new WeakMap<GroupSettings, Rules>();

/** The Confluence groups that a SCIM group of this displayName is, by the connection's settings; pure. */
export function groupNaming(settings: GroupSettings, displayName: string): GroupNaming {
  const rules = rulesOf(settings);
  const name = displayName.normalize('NFC');
  const filtered = filter(settings, rules, name);
  if ('reason' in filtered) return filtered;
  const steps = [...filtered.steps];
  if (settings.mapping === 'map') return mapped(rules, name, steps);

  for (const [i, { pattern, replacement }] of rules.rename.entries()) {
    const renamed = pattern.replace(name, replacement);
    if (renamed === undefined) continue;
    steps.push({ setting: `groups.rename[${i}]`, says: `${name} becomes ${renamed}` });
    return { is: 'names', names: [groupNameOf(renamed)], mapped: false, steps };
  }
  return { is: 'names', names: [groupNameOf(name)], mapped: false, steps };
}

/**
 * True if the displayName alone names a group: Confluence has no rename, so a group that got its name this way keeps it when the IdP
 * renames it. Names that the settings make follow the displayName (decision 15).
 */
export function isNamedByItself({ mapping, rename }: GroupSettings): boolean {
  return mapping === 'same-name' && rename.length === 0;
}

/** "`exclude` wins." */
function filter(settings: GroupSettings, rules: Rules, name: string): NotNamed | { readonly steps: readonly Step[] } {
  const excluded = rules.exclude.findIndex((pattern) => pattern.matches(name));
  if (excluded >= 0) {
    const setting = `groups.exclude[${excluded}]`;
    return skip(`The group ${name} is left out by ${setting}, ${settings.exclude[excluded]}.`, { setting, says: `${name} is left out` });
  }
  if (rules.include.length === 0) return { steps: [] };
  const included = rules.include.findIndex((pattern) => pattern.matches(name));
  if (included < 0)
    return skip(`The group ${name} is left out: no pattern of groups.include matches it.`, {
      setting: 'groups.include',
      says: `${name} matches none of its patterns`,
    });
  return { steps: [{ setting: `groups.include[${included}]`, says: `${name} is taken` }] };
}

function mapped(rules: Rules, name: string, steps: readonly Step[]): GroupNaming {
  const [first, ...others] = rules.map.get(foldCase(name)) ?? [];
  if (first === undefined)
    return skip(
      `The group ${name} is not provisioned: groups.mapping is map, and groups.map does not name it.`,
      { setting: 'groups.map', says: `${name} is not in the map` },
      steps,
    );
  const says = `${name} is ${[first, ...others].join(' and ')}`;
  return { is: 'names', names: [first, ...others], mapped: true, steps: [...steps, { setting: 'groups.map', says }] };
}

function skip(reason: string, step: Step, before: readonly Step[] = []): NotNamed {
  return { is: 'skip', reason, steps: [...before, step] };
}

function rulesOf(settings: GroupSettings): Rules {
  const known = compiled.get(settings);
  if (known) return known;
  const rules = {
    include: settings.include.map(compilePattern),
    exclude: settings.exclude.map(compilePattern),
    rename: settings.rename.map(({ pattern, replacement }) => ({ pattern: compilePattern(pattern), replacement })),
    map: new Map(Object.entries(settings.map).map(([name, groups]) => [foldCase(name), [...new Set(groups.map(groupNameOf))]])),
  };
  compiled.set(settings, rules);
  return rules;
}
