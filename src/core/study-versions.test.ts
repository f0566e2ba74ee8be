import { describe, expect, test } from 'vitest';
import type { Interpreter } from './interpreter.js';
import { neighbours, reference, shortNames, versionsText } from './study-versions.js';

function one(name: string, changed: Partial<Interpreter> = {}): Interpreter {
  const [engine = '', version = ''] = name.split(':');
  const minor = version.split('.').slice(0, 2).join('.');
  return {
    id: engine === 'wasm' ? `wasm:${minor}` : `native:${version}`,
    label: null,
    version,
    implementation: 'cpython',
    engine: engine as Interpreter['engine'],
    bits: engine === 'wasm' ? 32 : 64,
    pymalloc: engine === 'native',
    freeThreaded: false,
    build: [],
    path: null,
    ...changed,
  };
}

const EMBEDDED = ['3.11.3', '3.12.7', '3.13.2', '3.14.2', '3.15.0a2'].map((version) => one(`wasm:${version}`));
const BOTH = [...EMBEDDED, one('native:3.13.0'), one('native:3.14.1')];

describe('the version that sentences speak of', () => {
  test('is the newest release, not what comes after it', () => {
    expect(reference(EMBEDDED)?.version).toBe('3.14.2');
  });

  test('is the native one of two', () => {
    expect(reference(BOTH)?.id).toBe('native:3.14.1');
  });

  test('is the newest of all where none is released; none of nothing', () => {
    expect(reference([one('wasm:3.15.0a2')])?.version).toBe('3.15.0a2');
    expect(reference([])).toBe(null);
  });
});

test('an embedded and a native build are no neighbours', () => {
  expect(neighbours(BOTH).map(({ before, after }) => `${before.id} ${after.id}`)).toEqual([
    'wasm:3.11 wasm:3.12',
    'wasm:3.12 wasm:3.13',
    'wasm:3.13 wasm:3.14',
    'wasm:3.14 wasm:3.15',
    'native:3.13.0 native:3.14.1',
  ]);
});

test('columns have names of their own', () => {
  expect([...shortNames(EMBEDDED).values()]).toEqual(['3.11', '3.12', '3.13', '3.14', '3.15']);
  expect([...shortNames([...BOTH, one('native:3.13.7')]).values()].slice(-3)).toEqual([
    'native:3.13.0',
    '3.14 native',
    'native:3.13.7',
  ]);
  expect(shortNames([one('wasm:3.14.2', { label: 'new' })]).get('wasm:3.14')).toBe('new');
});

describe('versions in few words', () => {
  const said = (...ids: string[]): string => versionsText(EMBEDDED, new Set(ids));

  test.each([
    [['wasm:3.11', 'wasm:3.12', 'wasm:3.13', 'wasm:3.14', 'wasm:3.15'], 'all versions'],
    [['wasm:3.11', 'wasm:3.12', 'wasm:3.13'], '3.11 to 3.13'],
    [['wasm:3.11', 'wasm:3.12'], '3.11 and 3.12'],
    [['wasm:3.11', 'wasm:3.13', 'wasm:3.14', 'wasm:3.15'], '3.11 and 3.13 to 3.15'],
    [['wasm:3.14'], '3.14'],
    [[], 'none'],
  ])('%j', (ids, text) => {
    expect(said(...ids)).toBe(text);
  });

  test('a run does not go from one kind of build to the other', () => {
    expect(versionsText(BOTH, new Set(['wasm:3.14', 'wasm:3.15', 'native:3.13.0']))).toBe(
      '3.14 embedded, 3.15 embedded and 3.13 native',
    );
  });
});
