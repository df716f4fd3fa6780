import { describe, expect, it } from 'vitest';
import { InvalidSettings, parseStackSettings } from './stack-settings.ts';

describe('the settings of npm start', () => {
  it('has a default for each; an empty variable is an absent one', () => {
    expect(parseStackSettings({ SCIM_TOKEN: '', UNRELATED: 'x' })).toEqual({
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
});
