import { describe, expect, test } from 'vitest';
import { nearest } from './nearest.js';

describe('the nearest names', () => {
  const known = ['integers', 'strings', 'int.add-large', 'int.add-small', 'list.append'];

  test('a slip of the fingers', () => {
    expect(nearest('integres', known)).toEqual(['integers']);
    expect(nearest('string', known)).toEqual(['strings']);
  });

  test('the likeliest first', () => {
    expect(nearest('int.add-larg', known)[0]).toBe('int.add-large');
  });

  test('nothing where nothing is near', () => {
    expect(nearest('zzz', known)).toEqual([]);
  });
});
