import { describe, expect, it } from 'vitest';
import { EXIT, UsageError } from '../../functions/admin/command.ts';
import { commands } from '../../functions/admin/commands.ts';
import { fitToWidth } from '../../functions/admin/fit-to-width.ts';
import { parseCommandLine } from '../../functions/admin/parse-command-line.ts';
import { renderCommandHelp, renderHelp, renderOutcome, renderTable } from '../../functions/admin/render.ts';

const parse = (line: string) => parseCommandLine(line.split(' '), commands);

describe('the command line', () => {
  it('finds a command of two words with options before, between and after', () => {
    for (const line of ['--local connection show okta', 'connection --local show okta', '--stack S connection show okta --json'])
      expect(parse(line)).toMatchObject({ kind: 'run', command: { name: 'connection show' }, positionals: ['okta'] });
  });

  it('finds a command of one word', () => {
    expect(parse('status --local')).toMatchObject({ kind: 'run', command: { name: 'status' }, positionals: [] });
  });

  it('says what was probably meant for an unknown command', () => {
    expect(() => parse('connections list')).toThrow(/there is: .*connection list/);
    expect(() => parse('token make okta')).toThrow(/token create/);
  });

  it('names the options that a command takes when one is unknown', () => {
    expect(() => parse('token create okta --lable x')).toThrow(/--label/);
  });

  it('refuses a word too many and an option without its value', () => {
    expect(() => parse('connection show okta entra')).toThrow(UsageError);
    expect(() => parse('connection show okta --stack')).toThrow(UsageError);
  });

  it('takes any number of ids where the command does', () => {
    expect(parse('parked retry a b c --local')).toMatchObject({ positionals: ['a', 'b', 'c'] });
  });

  it('explains the commands that begin as was typed', () => {
    for (const line of ['inspect --help', 'help inspect', 'inspect help'])
      expect(parse(line)).toMatchObject({ kind: 'help', commands: [{ name: 'inspect user' }, { name: 'inspect group' }] });
    expect(parse('help token create')).toMatchObject({ kind: 'help', command: { name: 'token create' } });
    expect(() => parse('inspect')).toThrow(/there is: inspect user, inspect group/);
    expect(() => parse('help nothing')).toThrow(UsageError);
  });

  it('explains all commands, one command, and the exit codes', () => {
    expect(parse('help')).toEqual({ kind: 'help' });
    expect(parse('token create --help')).toMatchObject({ kind: 'help', command: { name: 'token create' } });
    const help = renderHelp(commands);
    for (const { name } of commands) expect(help).toContain(name);
    for (const code of Object.values(EXIT)) expect(help).toMatch(new RegExp(`\\b${code} \\w`));
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    '%s: its help shows how to call it and every option',
    (name, command) => {
      const help = renderCommandHelp(command);
      expect(help).toContain(`npm run admin -- ${name}`);
      for (const option of Object.keys(command.options)) expect(help).toContain(`--${option}`);
      expect(command.help.length).toBeGreaterThan(20);
    },
  );
});

describe('what was probably meant', () => {
  it('is one command where one is near, else those that share a word', () => {
    expect(() => parseCommandLine(['setings', 'show'], commands)).toThrow(/there is: settings show\. /);
    expect(() => parseCommandLine(['everything', 'show'], commands)).toThrow(/there is: connection show, /);
  });
});

describe('a line that is wider than the terminal', () => {
  it('goes on under its last column, and words stay in one piece', () => {
    const table = renderTable([{ name: 'staff', why: `The group staff belongs to another one: ${'x'.repeat(70)} says more.` }]);
    expect(fitToWidth(table, 60)).toBe(
      ['NAME   WHY', 'staff  The group staff belongs to another one:', `       ${'x'.repeat(70)}`, '       says more.'].join('\n'),
    );
  });

  it('is a little indented where the last column leaves too little room', () => {
    const line = `${'a'.repeat(50)}  one two three four five`;
    expect(fitToWidth(line, 60)).toBe(`${'a'.repeat(50)}  one two\n    three four five`);
  });

  it('makes of each row a list of fields where the columns before the last one fill it', () => {
    const table = [{ type: 'user', id: 'i'.repeat(36), since: '', code: 'c'.repeat(10), reason: 'is protected' }];
    expect(renderOutcome({ json: [], table, text: 'a hint' }, false, 60)).toBe(
      [`type    user`, `id      ${'i'.repeat(36)}`, `code    ${'c'.repeat(10)}`, 'reason  is protected', '', 'a hint'].join('\n'),
    );
    expect(renderOutcome({ json: [], table }, false)).toMatch(/^TYPE /);
  });

  it('is never divided in a document', () => {
    expect(renderOutcome({ json: {}, text: 'a b '.repeat(100), isDocument: true }, false, 60)).toBe('a b '.repeat(100));
  });

  it('stays as it is in a pipe', () => {
    expect(fitToWidth('a b '.repeat(100), undefined)).toBe('a b '.repeat(100));
  });
});

describe('results', () => {
  const rows = [
    { name: 'okta', users: 12 },
    { name: 'a longer name', users: 3 },
  ];

  it('are a table with aligned columns for people', () => {
    expect(renderTable(rows)).toBe('NAME           USERS\nokta           12\na longer name  3');
  });

  it('are JSON for scripts', () => {
    expect(JSON.parse(renderOutcome({ json: rows, table: rows, text: 'a hint' }, true))).toEqual(rows);
  });

  it('never let a name from outside steer the terminal', () => {
    expect(renderTable([{ name: 'x\u001b[31mred' }])).not.toContain('\u001b');
  });
});
