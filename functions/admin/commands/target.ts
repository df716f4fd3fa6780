import type { TargetCapabilities, TargetReport } from '../../../shared/targets/target.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import type { Command } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { renderTable } from '../render.ts';

/** How each capability is called, and the verb by whose route it goes. */
const CAPABILITIES: Readonly<Record<keyof TargetCapabilities, readonly [title: string, verb: string]>> = {
  createAccount: ['create accounts', 'createAccount'],
  updateProfile: ['change full names and e-mail addresses', 'updateAccount'],
  changeStatus: ['disable and enable accounts', 'disableAccount'],
  deleteAccount: ['delete accounts', 'deleteAccount'],
  createGroup: ['create groups', 'createGroup'],
  deleteGroup: ['delete groups', 'deleteGroup'],
  changeMembers: ['add and remove members', 'addMember'],
  findByEmail: ['link accounts by e-mail address', 'findByEmail'],
  countSeats: ['count used seats', 'countSeats'],
  tellSeatLimit: ['tell the limit of the licence', ''],
  renameAccount: ['rename accounts', ''],
  renameGroup: ['rename groups', ''],
};

/** What it can do and by which interface, or why not; nothing where that could not be found out. */
function capabilityTable({ capabilities, routes, limits }: TargetReport): string {
  if (routes === undefined && limits === undefined) return '';
  const worksBy = (verb: string) => (routes === undefined ? 'yes' : routes[verb] === 'json-rpc' ? 'by JSON-RPC' : 'by REST');
  const table = Object.entries(CAPABILITIES).map(([capability, [title, verb]]) => {
    const name = capability as keyof TargetCapabilities;
    const works = capabilities[name] ? worksBy(verb) : 'no';
    return { capability: title, works, ...(limits && { why: capabilities[name] ? '' : (limits[name] ?? '') }) };
  });
  return renderTable(table);
}

const test: Command = {
  name: 'target test',
  positionals: ['CONNECTION'],
  options: {},
  summary: 'tries the connection’s Confluence: login, rights, version, what it can and can’t do',
  help: 'The worker makes the calls, with its own network and secret. They read only. Exit code 4 says that a finding needs a person.',
  async run(administration, [nameOrId]) {
    const connection = await findConnection(administration, nameOrId);
    const report = await administration.testTarget(connection);
    return {
      json: report,
      table: report.findings.map(({ ok, text }) => ({ '': ok ? 'ok' : 'PROBLEM', finding: text })),
      text: capabilityTable(report),
      attention: report.findings.some(({ ok }) => !ok),
    };
  },
};

const resume: Command = {
  name: 'target resume',
  positionals: ['CONNECTION'],
  options: {},
  summary: 'opens a paused target again and applies everything that waited',
  help: `After the cause is mended (a new secret, the CAPTCHA cleared by logging in to Confluence as the service account once).
The next sweep, within a minute, sends everything that is pending.`,
  async run(administration, [nameOrId]) {
    const connection = await findConnection(administration, nameOrId);
    const before = await administration.targetStatus(connection.target.id);
    const resumed = await administration.resumeTarget(connection.target.id);
    if (resumed)
      administration.log.write({
        kind: 'target.resumed',
        correlationId: administration.newId(),
        target: connection.target.id,
        by: administration.caller,
      });
    return {
      json: { target: connection.target.id, before },
      text: resumed
        ? `${describeTarget(connection.target)} is open again; it was paused: ${before.reason ?? before.code ?? ''}`
        : `${describeTarget(connection.target)} was open already.`,
    };
  },
};

export const targetCommands: readonly Command[] = [test, resume];
