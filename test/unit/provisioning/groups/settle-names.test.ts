import { describe, expect, it } from 'vitest';
import type { GroupItem } from '../../../../shared/directory/items.ts';
import { settledNames } from '../../../../shared/provisioning/groups/settle-names.ts';
import { groupNamingFor } from '../../../../shared/provisioning/name-in-target.ts';
import { policyOf } from '../../../../shared/provisioning/policy/policy.ts';
import { type SettingsChange, settingsOf } from '../../../settings-of.ts';

function groupOf(names: Partial<GroupItem>): GroupItem {
  return { displayName: 'Sales', ...names } as GroupItem;
}

function settle(groups: NonNullable<SettingsChange['groups']>, names: Partial<GroupItem>) {
  const policy = policyOf(settingsOf({ groups }));
  const group = groupOf(names);
  return settledNames(policy.settings.groups, group, groupNamingFor({ policy }, group));
}
const map = (...names: string[]) => ({ mapping: 'map' as const, map: { sales: names } });

describe('settledNames (decision 15)', () => {
  it.each([
    ['a group that is not bound has nothing to lose', {}, {}, undefined],
    ['its own name stays', {}, { boundName: 'sales', namedBy: 'Sales' }, undefined],
    ['its own name stays when the IdP renames it', {}, { boundName: 'crew', namedBy: 'Crew' }, undefined],
    ['also of a group that was bound before names were kept', {}, { boundName: 'crew' }, undefined],
    ['new names are not bound here', map('one', 'two'), { boundName: 'one', namedBy: 'Sales' }, undefined],
    [
      'a further name is lost',
      map('one'),
      { boundName: 'one', alsoBound: ['two'], namedBy: 'Sales' },
      { alsoBound: [], retiring: ['two'] },
    ],
    [
      'the first is lost',
      map('two'),
      { boundName: 'one', alsoBound: ['two'], namedBy: 'Sales' },
      { alsoBound: ['two'], retiring: ['one'] },
    ],
    ['left out, all are', { exclude: ['Sales'] }, { boundName: 'sales', namedBy: 'Sales' }, { alsoBound: [], retiring: ['sales'] }],
    [
      'what is given again is not lost',
      map('one', 'two'),
      { boundName: 'one', retiring: ['one', 'two'], namedBy: 'Sales' },
      { alsoBound: ['two'], retiring: [] },
    ],
    ['nothing changes twice', map('two'), { boundName: 'one', alsoBound: ['two'], retiring: ['one'], namedBy: 'Sales' }, undefined],
    ['off the map it gets its own name', {}, { boundName: 'crm', namedBy: 'Sales' }, { alsoBound: [], retiring: ['crm'] }],
    ['what the settings name follows the displayName', map('one'), { boundName: 'one', namedBy: 'Crew' }, { alsoBound: [], retiring: [] }],
  ])('%s', (_, groups, names, expected) => {
    const settled = settle(groups, names as Partial<GroupItem>);
    expect(settled && { alsoBound: settled.alsoBound, retiring: settled.retiring }).toEqual(expected);
  });

  it.each([
    [
      'renamed, the old name is noted and stays',
      { boundName: 'crew', namedBy: 'Crew' },
      { alsoBound: [], retiring: [], movedFrom: ['crew'] },
    ],
    [
      'it stays while the new one is bound, and is retired by who finds that there',
      { boundName: 'crew', alsoBound: ['sales'], movedFrom: ['crew'], namedBy: 'Sales' },
      undefined,
    ],
    [
      'what is retired stays so',
      { boundName: 'crew', alsoBound: ['sales'], retiring: ['crew'], movedFrom: ['crew'], namedBy: 'Sales' },
      undefined,
    ],
    [
      'renamed back, the other one moves',
      { boundName: 'sales', alsoBound: ['crew'], retiring: ['sales'], movedFrom: ['sales'], namedBy: 'Crew' },
      { alsoBound: ['crew'], retiring: [], movedFrom: ['crew'] },
    ],
    [
      'renamed twice, both move',
      { boundName: 'one', alsoBound: ['two'], movedFrom: ['one'], namedBy: 'Two' },
      { alsoBound: ['two'], retiring: [], movedFrom: ['one', 'two'] },
    ],
    ['what the settings take is lost as ever', { boundName: 'crm', namedBy: 'Sales' }, { alsoBound: [], retiring: ['crm'] }],
    ['in letters’ case alone: only by what it is named', { boundName: 'sales', namedBy: 'SALES' }, { alsoBound: [], retiring: [] }],
    ['bound before names were kept', { boundName: 'crew' }, { alsoBound: [], retiring: [], movedFrom: ['crew'] }],
  ])('groups.onRename move: %s', (_, names, expected) => {
    const settled = settle({ onRename: 'move' }, names as Partial<GroupItem>);
    expect(settled).toEqual(expected && { ...expected, namedBy: 'Sales' });
  });

  it('groups.onRename move: left out, nothing moves', () => {
    const moving = { boundName: 'crew', alsoBound: ['sales'], movedFrom: ['crew'], namedBy: 'Sales' };
    expect(settle({ onRename: 'move', exclude: ['Sales'] }, moving)).toMatchObject({ retiring: ['crew', 'sales'], movedFrom: [] });
    const mapped = settle({ onRename: 'move', ...map('one') }, { boundName: 'two', namedBy: 'Crew' });
    expect(mapped).toEqual({ alsoBound: [], retiring: ['two'], namedBy: 'Sales' });
  });

  it('keeps the displayName that the settings have named the group by', () => {
    expect(settle(map('one'), { boundName: 'one', namedBy: 'Crew' })?.namedBy).toBe('Sales');
    expect(settle({ exclude: ['Sales'] }, { boundName: 'sales', namedBy: 'Crew' })?.namedBy).toBe('Crew');
  });
});
