import { describe, expect, test } from 'vitest';
import { PyallocsError } from '../core/errors.js';
import type { Engine } from './engine.js';
import { selectInterpreters } from './select.js';

/** An engine that offers these versions and opens none. */
function engine(name: Engine['name'], ...versions: string[]): Engine {
  return {
    name,
    offers: () =>
      versions.map((version) => {
        const minor = version.split('.').slice(0, 2).join('.');
        return { id: `${name}:${minor}`, minor, version, prerelease: /[a-z]/.test(version) };
      }),
    open: () => Promise.reject(new Error('not in this test')),
  };
}

const WASM = engine('wasm', '3.10.2', '3.13.2', '3.14.2', '3.15.0rc1');
const NATIVE = engine('native', '3.12.7', '3.14.0');

/** "id" or "label=id" of what is chosen. */
function choose(selectors: readonly string[], engines = [WASM], fallback: 'all' | 'newest' = 'newest'): string[] {
  return selectInterpreters(engines, selectors, fallback).map(({ offer, label }) =>
    label === null ? offer.id : `${label}=${offer.id}`,
  );
}

describe('without a selector', () => {
  test('the newest release, or all', () => {
    expect(choose([])).toEqual(['wasm:3.14']);
    expect(choose([], [WASM], 'all')).toEqual(['wasm:3.10', 'wasm:3.13', 'wasm:3.14', 'wasm:3.15']);
  });
});

describe('a selector', () => {
  test.each([
    ['3.14', ['wasm:3.14']],
    ['wasm:3.14', ['wasm:3.14']],
    ['3.15.0rc1', ['wasm:3.15']],
    ['wasm:3.13.2', ['wasm:3.13']],
    ['all', ['wasm:3.10', 'wasm:3.13', 'wasm:3.14', 'wasm:3.15']],
    ['wasm:all', ['wasm:3.10', 'wasm:3.13', 'wasm:3.14', 'wasm:3.15']],
    [' 3.14 , 3.10 ', ['wasm:3.14', 'wasm:3.10']],
    ['new=3.14', ['new=wasm:3.14']],
    ['a b=wasm:3.14', ['a b=wasm:3.14']],
  ])('%j', (selector, chosen) => {
    expect(choose([selector])).toEqual(chosen);
  });

  test('repeated or separated by commas: in the order given, each once', () => {
    expect(choose(['3.14,3.10', 'wasm:3.14', '3.13'])).toEqual(['wasm:3.14', 'wasm:3.10', 'wasm:3.13']);
    expect(choose(['3.14', 'all'])).toEqual(['wasm:3.14', 'wasm:3.10', 'wasm:3.13', 'wasm:3.15']);
  });

  test('one interpreter under several names is several columns, with ids of their own', () => {
    expect(choose(['a=3.14,b=3.14,a=3.14'])).toEqual(['a=wasm:3.14@a', 'b=wasm:3.14@b']);
    expect(choose(['3.14,b=3.14'])).toEqual(['wasm:3.14', 'b=wasm:3.14@b']);
    expect(choose(['a=3.13,b=3.14'])).toEqual(['a=wasm:3.13', 'b=wasm:3.14']);
  });

  test('takes the first engine that has the version, unless it names one', () => {
    const engines = [NATIVE, WASM];
    expect(choose(['3.14,3.13,3.12'], engines)).toEqual(['native:3.14', 'wasm:3.13', 'native:3.12']);
    expect(choose(['wasm:3.14,native:3.14'], engines)).toEqual(['wasm:3.14', 'native:3.14']);
    expect(choose(['native:all'], engines)).toEqual(['native:3.12', 'native:3.14']);
  });

  test.each([
    ['3.9', 'there is no interpreter 3.9; there are 3.10, 3.13, 3.14, 3.15, or all'],
    ['3.1', 'there is no interpreter 3.1; there are 3.10, 3.13, 3.14, 3.15, or all'],
    ['a=3.9', 'there is no interpreter 3.9; there are 3.10, 3.13, 3.14, 3.15, or all'],
    ['wasm:3.9', 'there is no interpreter wasm:3.9; there are 3.10, 3.13, 3.14, 3.15, or all'],
    ['', '-p names no interpreter; there are 3.10, 3.13, 3.14, 3.15, or all'],
    ['3.14,', '-p names no interpreter; there are 3.10, 3.13, 3.14, 3.15, or all'],
    ...[
      'native:3.14',
      '/usr/bin/python3',
      './python',
      'C:\\Python\\python.exe',
      'python3.14',
      'old=.venv/bin/python',
    ].map((selector) => [
      selector,
      `${selector.replace('old=', '')} is an interpreter of this machine; this version of pyallocs measures the ones that come with it: 3.10, 3.13, 3.14, 3.15, or all`,
    ]),
  ])('%j is refused in a sentence', (selector, sentence) => {
    expect(() => choose([selector])).toThrow(new PyallocsError('unknown-interpreter', sentence));
  });
});
