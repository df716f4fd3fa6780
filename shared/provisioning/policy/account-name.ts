import type { ScimObject } from '../../scim/resources/resource.ts';
import type { UserSettings } from '../settings/user-settings.ts';
import { attributeText } from './attribute-text.ts';
import { type CompiledPattern, compilePattern, InvalidPattern } from './patterns.ts';
import type { NotNamed, Step } from './step.ts';

export type AccountNaming = { readonly is: 'name'; readonly name: string; readonly steps: readonly Step[] } | NotNamed;

type NameSettings = UserSettings['userName'];

/**
 * The name that a user's account gets, by the connection's settings: the source, in small letters, without its domain, replaced by the
 * first pattern that matches. The account of a bound user keeps its own.
 */
export function accountNaming(settings: NameSettings, resource: ScimObject, userName: string): AccountNaming {
  const steps: Step[] = [];
  const step = (setting: string, from: string, to: string): string => {
    if (from !== to) steps.push({ setting: `users.userName.${setting}`, says: `${from} becomes ${to}` });
    return to;
  };
  const inCase = (name: string) => (settings.lowerCase ? name.toLowerCase() : name);
  /** What no setting gives a name to. */
  const otherwise = (why: string, name: string): AccountNaming => {
    const setting = 'users.userName.otherwise';
    if (settings.otherwise === 'use') {
      steps.push({ setting, says: `${why}: ${name} is used` });
      return named(name, steps);
    }
    steps.push({ setting, says: `${why}: ${settings.otherwise}` });
    return { is: settings.otherwise, reason: `${why}, and ${setting} is "${settings.otherwise}".`, steps };
  };

  const source = sourceOf(settings, resource, userName);
  if (source.text === '') return otherwise(`The user has no ${source.attribute}`, inCase(userName.normalize('NFC')));
  if (settings.source !== 'userName') steps.push({ setting: 'users.userName.source', says: `${source.attribute} gives ${source.text}` });
  const cased = step('lowerCase', source.text, inCase(source.text));
  const local = step('stripDomain', cased, settings.stripDomain ? withoutDomain(cased) : cased);
  if (settings.replace.length === 0) return named(local, steps);

  const compiled = compiledPatterns(settings);
  if ('mistake' in compiled) return { is: 'park', reason: `users.userName.replace can't be used: ${compiled.mistake}`, steps };
  for (const [i, { pattern, replacement }] of compiled.patterns.entries()) {
    const replaced = pattern.replace(local, replacement);
    if (replaced === undefined) continue;
    const name = inCase(replaced.normalize('NFC')).trim();
    if (name === '')
      return { is: 'park', reason: `users.userName.replace[${i}] leaves nothing of ${local}. Change its replacement.`, steps };
    return named(step(`replace[${i}]`, local, name), steps);
  }
  return otherwise(`No pattern of users.userName.replace matches ${local}`, local);
}

function named(name: string, steps: readonly Step[]): AccountNaming {
  return { is: 'name', name, steps };
}

/** What the name is made of, and its attribute as the administrator knows it. */
function sourceOf(settings: NameSettings, resource: ScimObject, userName: string): { readonly text: string; readonly attribute: string } {
  const attribute = { userName: 'userName', email: 'emails', externalId: 'externalId', attribute: settings.attribute ?? '' }[
    settings.source
  ];
  const text = settings.source === 'userName' ? userName : attributeText(resource, attribute);
  return { text: text.normalize('NFC'), attribute };
}

function withoutDomain(name: string): string {
  const at = name.lastIndexOf('@');
  return at > 0 ? name.slice(0, at) : name;
}

type Compiled = { readonly patterns: readonly { pattern: CompiledPattern; replacement: string }[] } | { readonly mistake: string };

/** Compiled once for a settings document. */
const known = new WeakMap<NameSettings, Compiled>();

/** Settings are checked when they are saved; what was written into the table by other means must not stop the worker. */
function compiledPatterns(settings: NameSettings): Compiled {
  const compiled = known.get(settings) ?? compile(settings);
  known.set(settings, compiled);
  return compiled;
}

function compile({ replace }: NameSettings): Compiled {
  try {
    return { patterns: replace.map(({ pattern, replacement }) => ({ pattern: compilePattern(pattern), replacement })) };
  } catch (error) {
    if (error instanceof InvalidPattern) return { mistake: error.message };
    throw error;
  }
}
