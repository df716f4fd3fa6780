import type { RunscopeCollection, RunscopeRequest } from './collection.ts';
import { type Answer, holds, isJudged, scriptHolds, valueAt } from './judge.ts';

export interface RunscopeEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** Sent with every request that has none of this name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Addresses that are not asked for, and what is answered in their place: other companies' services. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** What a run found, each assertion by its name: step, note, what was compared. */
export interface SuiteRun {
  /** Those that were judged. */
  readonly assertions: string[];
  readonly failures: string[];
  /** Assertions of the time an answer took, which are not judged: a busy machine would fail them, and prove nothing. */
  readonly leftOut: string[];
  /** The failures once more, with the answers, for who reads the report. */
  readonly details: string[];
}

/**
 * Runs a Runscope test over HTTP, step by step; a variable that one answer gave is there for the next steps. The pauses give the
 * vendor's queues time and are left out: nothing here has a queue between a request and what the next one sees.
 */
export async function runCollection({ steps }: RunscopeCollection, environment: RunscopeEnvironment): Promise<SuiteRun> {
  const run: SuiteRun = { assertions: [], failures: [], leftOut: [], details: [] };
  const variables = new Map(Object.entries(environment.variables));
  const fill = (text: string) =>
    text.replaceAll(/\{\{([^}]+)\}\}/g, (whole, name: string) => {
      const value = variables.get(name);
      if (value === undefined) throw new Error(`no step and no environment gives ${whole}`);
      return value;
    });
  for (const [index, step] of steps.entries()) {
    if (step.step_type === 'pause') continue;
    const answer = await send(step, fill, environment);
    const nameOf = (name: string) => `${index + 1} ${step.note.trim()}: ${name}`;
    const note = (name: string, isHeld: boolean) => {
      const assertion = nameOf(name);
      run.assertions.push(assertion);
      if (isHeld) return;
      run.failures.push(assertion);
      run.details.push(`${assertion}\n  ${step.method} ${fill(step.url)} was answered ${answer.status} ${answer.text.slice(0, 500)}`);
    };
    for (const assertion of step.assertions) {
      const { source, property, comparison, value } = assertion;
      const name = [source, property, comparison, value].filter((part) => part !== undefined && part !== null).join(' ');
      if (isJudged(assertion)) note(name, holds({ ...assertion, value: typeof value === 'string' ? fill(value) : value }, answer));
      else run.leftOut.push(nameOf(name));
    }
    for (const script of step.scripts.filter((text) => text !== '')) note('script', scriptHolds(script, answer));
    for (const { name, property } of step.variables) if (name !== null) variables.set(name, String(valueAt(answer.text, property)));
  }
  return run;
}

async function send(step: RunscopeRequest, fill: (text: string) => string, environment: RunscopeEnvironment): Promise<Answer> {
  const url = fill(step.url);
  const instead = environment.answers?.[url];
  if (instead !== undefined) return { status: 200, text: JSON.stringify(instead) };
  const headers = new Headers(environment.headers);
  for (const [name, value] of Object.entries(step.headers)) headers.set(name, fill(value).trim());
  const hasBody = step.body !== undefined && step.method !== 'GET';
  const response = await fetch(url, { method: step.method, headers, ...(hasBody && { body: fill(step.body ?? '') }) });
  return { status: response.status, text: await response.text() };
}
