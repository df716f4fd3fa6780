import { describe, expect, it } from 'vitest';
import { settingsFields } from '../../shared/provisioning/settings/settings-fields.ts';
import type { TargetKind } from '../../shared/targets/target-address.ts';
import { endOf, type SettingCase } from './each-setting.ts';
import { ON_CLOUD, type OnCloud, SETTING_CASES } from './setting-cases.ts';
import { CLOUD_KINDS, KINDS } from './target-by-hand.ts';

/** Settings that the target's state does not show, and where their tests are. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  version: 'test/unit/provisioning/settings',
  mode: 'test/protocol/strict-and-tolerant.test.ts',
  'log.detail': 'test/protocol',
  'log.fullUntil': 'test/protocol',
  requestsPerSecond: 'test/protocol',
  schemaExtension: 'test/protocol/schema-extension.test.ts',
  'target.requestsPerSecond': 'test/flow/pace.test.ts',
  'target.parallelCalls': 'test/flow/pace.test.ts',
  'target.version': 'test/contract/targets',
};

describe('each setting', () => {
  it('has a case here, or its test is elsewhere because the target does not show it', () => {
    const covered = new Set([...SETTING_CASES.map(({ setting }) => setting), ...Object.keys(ELSEWHERE)]);
    expect([...covered].sort()).toEqual(
      settingsFields()
        .map(({ path }) => path)
        .sort(),
    );
  });
});

/** How the case goes on a kind of target. */
function on(kind: TargetKind, { setting, does, ends }: SettingCase): Partial<OnCloud> {
  return (kind === 'data-center' ? undefined : ON_CLOUD[kind][`${setting}: ${does}`]) ?? { ends };
}

it.each(CLOUD_KINDS)('what goes otherwise on %s goes so of cases that there are', (kind) => {
  const names = SETTING_CASES.map(({ setting, does }) => `${setting}: ${does}`);
  expect(names).toEqual(expect.arrayContaining(Object.keys(ON_CLOUD[kind])));
});

describe.each(KINDS)('each setting, from the identity provider’s request to the state of %s', (kind) => {
  const cases = SETTING_CASES.filter(({ only = kind }) => only === kind);

  it.each(cases)('$setting: $does', async (setting) => {
    const { ends, parks, lacks } = on(kind, setting);
    const { state, shown, told } = await endOf(setting.story, setting.settings, kind);
    // Without the setting the same requests end otherwise: it is the setting that does it.
    const otherwise = await endOf(setting.story, setting.without ?? {}, kind);
    if (ends) {
      const wanted = shown(ends);
      for (const of of ['accounts', 'groups'] as const) if (wanted[of]) expect(state[of]).toEqual(wanted[of]);
      expect(otherwise.state).not.toEqual(state);
    } else {
      expect(otherwise.state).toEqual(state);
      expect([...told.unsupported, ...otherwise.told.unsupported]).not.toEqual([]);
    }
    if (parks) expect(told.parked).toContain(parks);
    if (lacks) expect(told.limits[lacks]).toMatch(/\.$/);
  });
});
