import { describe, expect, it } from 'vitest';
import { idMemory } from '../../../shared/targets/id-memory.ts';

describe('the memory of ids of a process', () => {
  it('gives back what it was given last, until it is told to forget', () => {
    const ids = idMemory();
    expect(ids.get('jane')).toBeUndefined();
    ids.set('jane', '1');
    ids.set('jane', '2');
    expect(ids.get('jane')).toBe('2');
    ids.delete('jane');
    expect(ids.get('jane')).toBeUndefined();
  });

  it('holds so many: who was asked for least recently is forgotten first', () => {
    const ids = idMemory(3);
    for (const name of ['a', 'b', 'c']) ids.set(name, name);
    ids.get('a');
    ids.set('b', 'b again');
    ids.set('d', 'd');
    expect(['a', 'b', 'c', 'd'].map((name) => ids.get(name))).toEqual(['a', 'b again', undefined, 'd']);
  });

  it('holds a hundred thousand by default', () => {
    const ids = idMemory();
    for (let index = 0; index <= 100_000; index += 1) ids.set(`${index}`, 'id');
    expect([ids.get('0'), ids.get('1'), ids.get('100000')]).toEqual([undefined, 'id', 'id']);
  });
});
