import { describe, expect, it } from 'vitest';
import { usableAsNewUserName } from '../../../shared/targets/data-center/names.ts';
import { pathOf } from '../../../shared/targets/http/path.ts';

describe('names in paths', () => {
  it('are encoded, each as one segment', () => {
    const path = pathOf('/rest/api/user/{username}/group/{groupName}', { username: 'jane+x@example.com', groupName: 'r&d? #1 é' });
    expect(path).toBe('/rest/api/user/jane%2Bx%40example.com/group/r%26d%3F%20%231%20%C3%A9');
    expect(new URL(path, 'http://wiki').pathname).toBe(path);
  });

  it.each(['', '.', '..', '/', 'a/b', 'a\\b', 'a;b', '100%', '%2e%2e', 'a\nb', 'a\u0000', '\ud800'])('%j is refused', (name) => {
    expect(() => pathOf('/rest/api/group/{groupName}', { groupName: name })).toThrow(expect.objectContaining({ code: 'illegal-name' }));
  });
});

describe("a new user's name, by the vendor's rules", () => {
  it.each(['jane', 'jane.doe@example.com', 'jane_doe-2', 'josé'])('%j is taken', (name) => {
    expect(usableAsNewUserName(name)).toBe(name);
  });

  it.each(['Jane', 'jane doe', 'jane\u00a0doe', 'a+b', 'a,b', 'a<b', 'a>b', "o'neil", 'a"b', 'a\\b', 'anonymous'])(
    '%j is refused',
    (name) => {
      expect(() => usableAsNewUserName(name)).toThrow(expect.objectContaining({ code: 'illegal-name' }));
    },
  );
});
