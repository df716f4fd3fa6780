import { describe, expect, it } from 'vitest';
import { EXIT, UsageError } from '../../functions/admin/command.ts';
import { commands } from '../../functions/admin/commands.ts';
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
