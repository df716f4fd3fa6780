import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunningStack, SCIM_TOKEN } from '../acceptance/running-stack.ts';
import { startOktaSimulator } from '../simulators/okta/okta-simulator.ts';
import { type AcceptedFailures, unexpected } from './accepted-failures.ts';
import { describeWithFiles } from './describe-with-files.ts';
import { readCollection } from './runscope/collection.ts';
import { runCollection, type SuiteRun } from './runscope/run-collection.ts';

/** Each assertion that may fail, and why. None does. */
const ACCEPTED: AcceptedFailures = {};

const FILES = ['Okta-SCIM-20-SPEC-Test.json', 'Okta-SCIM-20-CRUD-Test.json', 'oktaedu-SCIM_RunscopeTests.json'];
const authorization = `Bearer ${SCIM_TOKEN}`;

describeWithFiles("Okta's Runscope collections against npm start", 'SUITES', FILES, ([spec = '', crud = '', education = '']) => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start();
    // What the collections say must be there before: a person with a name and an address, and for one of them a group.
    await stack.scim.createGroup('Everyone', [await stack.scim.createUser({ userName: 'ada@atko.com' })]);
  });
  afterAll(() => stack.remove());

  it('SPEC: every assertion holds', async () => {
    const name = 'first.user@atko.com';
    const variables = {
      SCIMBaseURL: stack.scim.url,
      auth: authorization,
      randomGivenName: 'First',
      randomFamilyName: 'User',
      randomEmail: name,
      randomUsername: name,
      randomUsernameCaps: name.toUpperCase(),
      InvalidUserEmail: 'abcdefgh@atko.com',
      UserIdThatDoesNotExist: '010101001010101011001010101011',
    };
    const run = await runCollection(readCollection(spec), { variables });
    expectAsAccepted(run, { judged: 52, leftOut: 1 });
  });

  it("OktaEdu's: every assertion holds", async () => {
    const person = { email: 'second.user@example.com', login: { username: 'second.user', md5: '9e107d9d372bb6826bd81d3542a419d6' } };
    const run = await runCollection(readCollection(education), {
      variables: { 'SCIM Base URL': stack.scim.url },
      headers: { authorization },
      // A public service that makes people up.
      answers: {
        'https://api.randomuser.me?nat=us,dk,fr,gb': { results: [{ ...person, name: { first: 'Second', last: 'User' } }] },
      },
    });
    expectAsAccepted(run, { judged: 66, leftOut: 8 });
  });

  it.each(['put', 'patch'] as const)('CRUD, with an app that updates by %s: every assertion holds', async (dialect) => {
    const okta = await startOktaSimulator({
      apiToken: 'okta-api-token',
      appId: '0oa1',
      dialect,
      scim: { url: stack.scim.url, token: SCIM_TOKEN },
    });
    try {
      const email = `third.user.${dialect}@atko.com`;
      const variables = {
        oktaOrgUrl: okta.url,
        oktaAppId: '0oa1',
        oktaToken: 'okta-api-token',
        SCIMUrl: stack.scim.url,
        SCIMAuth: authorization,
        okta_user_firstname: 'Third',
        okta_user_firstname_update: 'Thirds',
        okta_user_lastname: 'User',
        okta_user_email: email,
        okta_user_title: 'Engineer',
        okta_user_primaryphone: '555-0100',
      };
      expectAsAccepted(await runCollection(readCollection(crud), { variables }), { judged: 21, leftOut: 0 });
    } finally {
      await okta.close();
    }
  });

  it('what they made arrived in Confluence', async () => {
    await stack.settled();
    expect(await stack.account('first.user@atko.com')).toMatchObject({ active: true });
    // Out again before the worker made an account for them, or after: out in either case.
    for (const dialect of ['put', 'patch'])
      expect((await stack.account(`third.user.${dialect}@atko.com`))?.active ?? false, dialect).toBe(false);
  });
});

/** @param leftOut how many assertions are of the time an answer took: those are not judged (see SuiteRun) */
function expectAsAccepted({ assertions, failures, leftOut, details }: SuiteRun, pinned: { judged: number; leftOut: number }): void {
  expect(unexpected(failures, ACCEPTED), details.join('\n')).toEqual({ newlyFailing: [], noLongerFailing: [] });
  // A run that was cut short, or a collection that is another one, holds less.
  expect({ judged: assertions.length, leftOut: leftOut.length }).toEqual(pinned);
}
