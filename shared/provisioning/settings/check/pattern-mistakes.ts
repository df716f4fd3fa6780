import { compilePattern, InvalidPattern } from '../../policy/patterns.ts';
import type { Settings } from '../settings.ts';
import { printPath } from '../settings-fields.ts';
import type { Mistake } from './explain-issue.ts';

/** Patterns that the engine can't compile, and replacements that name a group which their pattern does not have. */
export function patternMistakes({ users, groups }: Settings): Mistake[] {
  const filters = (['include', 'exclude'] as const).flatMap((name) =>
    groups[name].map((pattern, i) => ({ path: ['groups', name, i], pattern, replacement: undefined })),
  );
  const replacements = [
    ...users.userName.replace.map((each, i) => ({ path: ['users', 'userName', 'replace', i], ...each })),
    ...groups.rename.map((each, i) => ({ path: ['groups', 'rename', i], ...each })),
  ];
  return [...replacements, ...filters].flatMap(({ path, pattern, replacement }) => {
    const at = replacement === undefined ? path : [...path, 'pattern'];
    const compiled = orMistake(at, () => compilePattern(pattern));
    if ('message' in compiled) return [compiled];
    if (replacement === undefined) return [];
    const checked = orMistake([...path, 'replacement'], () => compiled.checkReplacement(replacement) ?? {});
    return 'message' in checked ? [checked] : [];
  });
}

function orMistake<T extends object>(path: readonly PropertyKey[], work: () => T): T | Mistake {
  try {
    return work();
  } catch (error) {
    if (error instanceof InvalidPattern) return { path: printPath(path), message: error.message };
    throw error;
  }
}
