import { describe, expect, it } from 'vitest';
import { InvalidSettings, parseStackSettings } from './stack-settings.ts';

describe('the settings of npm start', () => {
  it('has a default for each; an empty variable is an absent one', () => {
    expect(parseStackSettings({ SCIM_TOKEN: '', UNRELATED: 'x' })).toEqual({
      TARGET: 'data-center',
      PORT: 3000,
      STATE_DIR: '.local',
      SWEEP_AFTER_SECONDS: 120,
      LATE_CALL_SECONDS: 2,
    });
  });

  it('takes all of them', () => {
    const env = {
      PORT: '4000',
      SCIM_TOKEN: 'a.b~c/d==',
      STATE_DIR: 's',
      SWEEP_AFTER_SECONDS: '5',
      LATE_CALL_SECONDS: '0',
      REQUESTS_PER_SECOND: '500',
      BRAKE_AT_LEAST: '50',
    };
    const confluence = { CONFLUENCE_URL: 'https://wiki.example.com/confluence', CONFLUENCE_TOKEN: 't' };
    expect(parseStackSettings({ ...env, ...confluence })).toEqual({
      ...env,
      ...confluence,
      TARGET: 'data-center',
      PORT: 4000,
      SWEEP_AFTER_SECONDS: 5,
      LATE_CALL_SECONDS: 0,
      REQUESTS_PER_SECOND: 500,
      BRAKE_AT_LEAST: 50,
    });
  });

  it('simulates a version that knows personal access tokens', () => {
    for (const CONFLUENCE_VERSION of ['7.9', '7.13.7', '8.5', '10.0'])
      expect(parseStackSettings({ CONFLUENCE_VERSION })).toMatchObject({ CONFLUENCE_VERSION });
    for (const CONFLUENCE_VERSION of ['7.8', '6.15', '8', 'latest'])
      expect(() => parseStackSettings({ CONFLUENCE_VERSION })).toThrow('from 7.9 on');
  });

  it('names every problem in one message', () => {
    const parse = () => parseStackSettings({ PORT: '70000', SCIM_TOKEN: 'a b', LATE_CALL_SECONDS: '-1', CONFLUENCE_URL: 'wiki' });
    expect(parse).toThrow(InvalidSettings);
    for (const name of ['PORT', 'SCIM_TOKEN', 'LATE_CALL_SECONDS', 'CONFLUENCE_URL must', 'CONFLUENCE_TOKEN belong together']) {
      expect(parse).toThrow(name);
    }
  });

  it('takes a simulated organisation, or a real one with its key', () => {
    const guard = { TARGET: 'cloud-guard', ATLASSIAN_KEY: 'k', DIRECTORY_ID: 'd' };
    const organization = {
      ...{ TARGET: 'cloud-organization', ATLASSIAN_KEY: 'k', ORGANIZATION_ID: 'o', DIRECTORY_ID: 'd' },
      ...{ ATLASSIAN_API: 'https://api.atlassian.com', ATLASSIAN_SITE: 'https://acme.atlassian.net', ACCESS_GROUPS: 'a, b' },
      ATLASSIAN_SITE_LOGIN: 'admin@example.com:t:1',
    };
    for (const env of [{ TARGET: 'cloud-guard' }, { TARGET: 'cloud-organization' }, guard, organization])
      expect(parseStackSettings(env)).toMatchObject(env);
  });

  it.each([
    [{ TARGET: 'cloud' }, 'TARGET must be data-center, cloud-guard, cloud-organization'],
    [{ TARGET: 'cloud-guard', CONFLUENCE_VERSION: '8.5' }, 'CONFLUENCE_VERSION means nothing with TARGET=cloud-guard'],
    [{ TARGET: 'cloud-guard', ORGANIZATION_ID: 'o' }, 'ORGANIZATION_ID means nothing with TARGET=cloud-guard'],
    [{ ATLASSIAN_KEY: 'k', DIRECTORY_ID: 'd' }, 'DIRECTORY_ID means nothing with TARGET=data-center'],
    [{ TARGET: 'cloud-guard', ATLASSIAN_KEY: 'k' }, 'ATLASSIAN_KEY and DIRECTORY_ID belong together'],
    [{ TARGET: 'cloud-organization', ORGANIZATION_ID: 'o' }, 'ATLASSIAN_KEY and ORGANIZATION_ID belong together'],
    [{ TARGET: 'cloud-organization', ACCESS_GROUPS: 'a' }, 'ACCESS_GROUPS is for a real organisation: set ATLASSIAN_KEY too'],
    [
      { TARGET: 'cloud-organization', ATLASSIAN_KEY: 'k', ORGANIZATION_ID: 'o', ATLASSIAN_SITE_LOGIN: 'a@example.com:t' },
      'ATLASSIAN_SITE_LOGIN is for ATLASSIAN_SITE',
    ],
    [
      { TARGET: 'cloud-organization', ATLASSIAN_KEY: 'k', ORGANIZATION_ID: 'o', ATLASSIAN_SITE_LOGIN: 'token' },
      'ATLASSIAN_SITE_LOGIN must be EMAIL:API_TOKEN',
    ],
  ])('refuses %j', (env, expected) => {
    expect(() => parseStackSettings(env)).toThrow(expected);
  });
});
