import { describe, expect, it } from 'vitest';
import { accountNameOf, groupNameOf } from '../../../shared/provisioning/naming.ts';
import { illegalAccountName, illegalGroupName } from '../../../shared/targets/data-center/illegal-name.ts';

describe('illegalAccountName (CONFLUENCE §1a, create-user validation)', () => {
  it.each(['ann', 'ann@corp.example', 'ann.doe-1_x', 'änn', 'о’hara'])('accepts %s', (name) => {
    expect(illegalAccountName(accountNameOf(name))).toBeUndefined();
  });

  it.each(['', ' ', 'a b', 'a\\b', 'a,b', 'a+b', 'a<b', 'a>b', "a'b", 'a"b', 'Anonymous', 'a\tb', 'a\u0000b'])('refuses %j', (name) => {
    expect(illegalAccountName(accountNameOf(name))).toEqual(expect.any(String));
  });

  it('says which character it is and what to do', () => {
    expect(illegalAccountName('a+b')).toMatch(/character \+ .* Change userName/);
  });
});

describe('illegalGroupName (CONFLUENCE §3.8)', () => {
  it.each(['staff', 'the whole staff', 'a+b', 'équipe'])('accepts %s', (name) => {
    expect(illegalGroupName(groupNameOf(name))).toBeUndefined();
  });

  it.each(['', 'a/b', 'a\\b', 'a;b', 'a%b', ' staff'])('refuses %j', (name) => {
    expect(illegalGroupName(groupNameOf(name))).toEqual(expect.any(String));
  });
});
