import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { savedQueries } from '../cdk/queries.ts';
import { commands } from '../functions/admin/commands.ts';
import { parseCommandLine } from '../functions/admin/parse-command-line.ts';
import { dispositionOf } from '../shared/provisioning/dispositions.ts';
import { withDefaultsOfKind } from '../shared/provisioning/settings/defaults-of-kind.ts';
import { settingsFields } from '../shared/provisioning/settings/settings-fields.ts';
import { CAPABILITIES } from '../shared/targets/cloud-guard/test-target.ts';
import { capabilitiesOf } from '../shared/targets/cloud-organization/capabilities.ts';
import type { ProvisioningCode } from '../shared/targets/target.ts';
import { ATLASSIAN_API } from '../shared/targets/target-address.ts';
import { settingsOf } from './settings-of.ts';

const text = (path: string) => readFileSync(path, 'utf8');
const titles = Object.values(savedQueries).map(({ title }) => title);
const documents = ['README.md', ...globSync('docs/**/*.md')];
const tests = (place: string) => (place.endsWith('/') ? globSync(`${place}**/*.ts`) : [place]).map(text).join('\n');

const valueAt = (settings: unknown, path: string) =>
  path.split('.').reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], settings);

/** As a shell splits it, without redirections and comments. */
const wordsOf = (line: string) =>
  [...line.replace(/ (#|<|>) .*$/, '').matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));

describe('the documents', () => {
  it.each(documents)('%s: every link leads to a file that is there', (document) => {
    const links = [...text(document).matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.includes('://'));
    for (const link of links) expect(existsSync(join(dirname(document), link)), link).toBe(true);
  });

  it.each(documents)('%s: every file and folder it names in code quotes is there', (document) => {
    const paths = [...text(document).matchAll(/`((?:cdk|functions|shared|test|docs)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    for (const path of paths) expect(existsSync(path), path).toBe(true);
  });

  it.each(documents)('%s: every admin command it shows exists', (document) => {
    const shown = [...text(document).matchAll(/npm run admin -- ([a-z]+(?: [a-z]+){0,2})/g)].map(([, words = '']) => words);
    const names = commands.map(({ name }) => name);
    for (const words of shown)
      expect(
        [...names, 'help'].some((name) => words === name || words.startsWith(`${name} `)),
        words,
      ).toBe(true);
  });

  it.each(documents)('%s: every admin command line it shows can be typed so', (document) => {
    for (const [, line = ''] of text(document).matchAll(/^ *npm run admin -- (.+)$/gm))
      expect(parseCommandLine(wordsOf(line), commands)).toMatchObject({ kind: 'run' });
  });

  it.each(documents)('%s: every saved query it names is in the stack', (document) => {
    for (const [, title = ''] of text(document).matchAll(/saved\s+query\s+\*\*([^*]+)\*\*/g)) expect(titles).toContain(title);
  });
});

describe('docs/operations.md', () => {
  it('has every saved query by its title', () => {
    const table = text('docs/operations.md').split('| saved query | question |\n|---|---|\n')[1]?.split('\n\n')[0] ?? '';
    expect([...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, title]) => title)).toEqual(titles);
  });

  const codes = [...text('shared/targets/target.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, code]) => code as ProvisioningCode);

  it.each([
    ['park', 'Parked changes'],
    ['pause', 'A paused target'],
  ] as const)('explains every code of a failure that is dealt with by a %s', (disposition, heading) => {
    const section = text('docs/operations.md').split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const expected = codes.filter((code) => dispositionOf(code) === disposition);
    expect(expected).not.toEqual([]);
    expect([...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code)).toEqual(expect.arrayContaining(expected));
  });
});

describe('docs/architecture.md', () => {
  const rows = [...text('docs/architecture.md').matchAll(/^\| (§[\d.]+) \|[^|]*\| (.*) \|$/gm)].map(([, rule = '', places = '']) => ({
    rule,
    places,
  }));
  const RULES = ['§1', ...Array.from({ length: 9 }, (_, i) => `§2.${i + 1}`), ...Array.from({ length: 9 }, (_, i) => `§3.${i + 1}`)];

  it('has every delivery rule once', () => {
    expect(rows.map(({ rule }) => rule)).toEqual(RULES);
  });

  it.each(rows)('$rule: its tests name it', ({ rule, places }) => {
    for (const [, place = ''] of places.matchAll(/`([^`]+)`/g))
      expect(new RegExp(`DELIVERY ${rule.replace('.', '\\.')}(?![\\d.]*\\d)`).test(tests(place)), place).toBe(true);
  });

  const invariants = [...text('docs/architecture.md').matchAll(/^\| (\d+) \| ([^|]*) \| (.*) \|$/gm)];

  it('has the eleven invariants, each with tests that are there', () => {
    expect(invariants.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    for (const [, , , places = ''] of invariants)
      for (const [, place = ''] of places.matchAll(/`([^`]+)`/g)) expect(existsSync(place), place).toBe(true);
  });
});

describe('docs/cloud.md', () => {
  const cloud = text('docs/cloud.md');
  const cells = (heading: string) =>
    (cloud.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '').split('\n').flatMap((line) => {
      const [name = '', guard = '', organization = ''] = [...line.matchAll(/\| ([^|]*) (?=\|)/g)].map(([, cell]) => cell);
      return /^`[\w.]+`$/.test(name) ? [{ name: name.slice(1, -1), guard, organization }] : [];
    });
  const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word);

  it('says of each adapter what it can do', () => {
    const organization = capabilitiesOf({ accessGroups: ['confluence-users'], onDisable: 'leave-groups' });
    const rows = cells('Which adapter').filter(({ name }) => name in CAPABILITIES);
    expect(rows).toEqual(
      Object.entries(CAPABILITIES).map(([name, guard]) => ({
        name,
        guard: guard ? 'yes' : 'no',
        organization: organization[name as keyof typeof organization] ? 'yes' : 'no',
      })),
    );
  });

  it('has every default that a new connection begins with, and no other', () => {
    const guard = withDefaultsOfKind(settingsOf(), { kind: 'cloud-guard', baseUrl: ATLASSIAN_API, directory: 'd' });
    const organization = withDefaultsOfKind(settingsOf(), {
      kind: 'cloud-organization',
      baseUrl: ATLASSIAN_API,
      organization: 'o',
      site: 'https://SITE.atlassian.net',
    });
    const differing = settingsFields()
      .map(({ path }) => ({ path, values: [settingsOf(), guard, organization].map((settings) => valueAt(settings, path)) }))
      .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
    const rows = cells('Settings of a Cloud connection');
    expect(rows.map(({ name }) => name).sort()).toEqual(differing.map(({ path }) => path).sort());
    for (const { path, values } of differing) {
      const row = rows.find(({ name }) => name === path);
      expect([quoted(row?.guard ?? ''), quoted(row?.organization ?? '')], path).toEqual(
        values.slice(1).map((value) => [value].flat().map(String)),
      );
    }
  });
});
