import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PyallocsError } from '../core/errors.js';
import type { Refusal } from '../core/outcome.js';
import type { Engine, Offer } from './engine.js';
import { takeHost } from './host.js';
import { type Fallback, leftOut, selectInterpreters, selectorsOf } from './select.js';

interface Given {
  readonly version: string;
  readonly path?: string;
  readonly refusal?: string;
}

function offer(name: Engine['name'], { version, path, refusal }: Given): Offer {
  const minor = version.split('.').slice(0, 2).join('.');
  const reason: Refusal | null = refusal === undefined ? null : { code: 'unsupported', message: refusal };
  return {
    id: name === 'wasm' ? `wasm:${minor}` : `native:${version}`,
    minor,
    version,
    prerelease: /[a-z]/.test(version),
    path: path ?? null,
    refusal: reason,
  };
}

/** An engine that offers these, finds them as the real ones do, and opens none. */
function engine(name: Engine['name'], ...given: readonly Given[]): Engine {
  const offers = given.map((one) => offer(name, one));
  return {
    name,
    offers: () => offers,
    find: (selector) => {
      if (name === 'native' && /[/\\]|^python/.test(selector)) {
        const found = offers.find(({ path }) => path === selector || path?.endsWith(`/${selector}`));
        if (found === undefined) throw new PyallocsError('not-found', `there is no ${selector}`);
        return found;
      }
      const wanted = offers.filter(({ minor, version }) => minor === selector || version === selector);
      return wanted.find(({ refusal }) => refusal === null) ?? null;
    },
    open: () => Promise.reject(new Error('not in this test')),
    run: () => Promise.reject(new Error('not in this test')),
    series: () => {
      throw new Error('not in this test');
    },
  };
}

const WASM = engine('wasm', ...['3.10.2', '3.13.2', '3.14.2', '3.15.0rc1'].map((version) => ({ version })));
/** In the order in which they are looked for: PATH first. */
const NATIVE = engine(
  'native',
  { version: '3.12.7', path: '/usr/bin/python3' },
  { version: '2.7.18', path: '/usr/bin/python2', refusal: 'it is Python 2.7.18' },
  { version: '3.14.0', path: '/opt/b/bin/python3.14' },
  { version: '3.12.9', path: '/opt/c/bin/python3' },
  { version: '3.14.0', path: '/opt/a/bin/python3.14' },
);
const BOTH = [WASM, NATIVE];

/** "id" or "label=id" of what is chosen. */
function choose(
  selectors: readonly string[],
  engines: readonly Engine[] = [WASM],
  fallback: Fallback = 'statement',
): string[] {
  return selectInterpreters(engines, selectors, fallback).map(({ offer, label }) =>
    label === null ? offer.id : `${label}=${offer.id}`,
  );
}

beforeEach(() => {
  vi.stubEnv('VIRTUAL_ENV', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  takeHost({});
});

describe('without a selector', () => {
  const EMBEDDED = ['wasm:3.10', 'wasm:3.13', 'wasm:3.14', 'wasm:3.15'];

  test('a statement gets the newest embedded release, whatever Pythons the machine has', () => {
    expect(choose([])).toEqual(['wasm:3.14']);
    expect(choose([], BOTH)).toEqual(['wasm:3.14']);
  });

  test('a program gets python3', () => {
    expect(choose([], BOTH, 'program')).toEqual(['native:3.12.7']);
    expect(() => choose([], [WASM, engine('native')], 'program')).toThrow('there is no python3');
  });

  test('a study gets the embedded ones, a list gets all', () => {
    expect(choose([], BOTH, 'embedded')).toEqual(EMBEDDED);
    expect(choose([], [WASM], 'all')).toEqual(EMBEDDED);
    expect(choose([], BOTH, 'all')).toEqual([
      ...EMBEDDED,
      'native:3.12.7',
      'native:3.12.9',
      'native:3.14.0@/opt/b/bin/python3.14',
      'native:3.14.0@/opt/a/bin/python3.14',
    ]);
  });

  test('statements and programs get the Python of `python -m pyallocs`, which the environment names no longer then', () => {
    const environment = { PYALLOCS_PYTHON: '/opt/b/bin/python3.14', HOME: '/' };
    takeHost(environment);
    expect(environment).toEqual({ HOME: '/' });
    const chosen = ['native:3.14.0'];
    expect(choose([], BOTH, 'statement')).toEqual(chosen);
    expect(choose([], BOTH, 'program')).toEqual(chosen);
    expect(choose([], BOTH, 'embedded')).toEqual(EMBEDDED);
    expect(choose(['3.13'], BOTH)).toEqual(['wasm:3.13']);
  });

  test('where no embedded one is installed, a statement gets python3', () => {
    expect(choose([], [engine('wasm'), NATIVE])).toEqual(['native:3.12.7']);
    expect(() => choose(['wasm:all'], [engine('wasm'), NATIVE])).toThrow('no interpreter wasm:all; there is none');
    takeHost({ PYALLOCS_EMBEDDED: '' });
    expect(() => choose(['wasm:all'], [engine('wasm'), NATIVE])).toThrow(
      "; pip install 'pyallocs[cli]' brings an embedded",
    );
  });

  describe('in a virtual environment', () => {
    let home: string;
    let python: string;

    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'pyallocs-select-'));
      python = join(home, 'bin', 'python');
      mkdirSync(join(home, 'bin'));
      vi.stubEnv('VIRTUAL_ENV', home);
    });
    afterEach(() => rmSync(home, { recursive: true }));

    const ofIt = (refusal?: string): readonly Engine[] => [
      WASM,
      engine(
        'native',
        { version: '3.11.1', path: python, ...(refusal === undefined ? {} : { refusal }) },
        { version: '3.12.7', path: '/usr/bin/python3' },
      ),
    ];

    test('statements and programs get its Python; a study still gets the embedded ones', () => {
      writeFileSync(python, '');
      expect(choose([], ofIt(), 'statement')).toEqual(['native:3.11.1']);
      expect(choose([], ofIt(), 'program')).toEqual(['native:3.11.1']);
      expect(choose([], ofIt(), 'embedded')).toEqual(EMBEDDED);
      expect(choose(['wasm:3.10'], ofIt())).toEqual(['wasm:3.10']);
    });

    test('that has no Python any more, it is as if there were none', () => {
      expect(choose([], ofIt(), 'statement')).toEqual(['wasm:3.14']);
      expect(choose([], ofIt(), 'program')).toEqual(['native:3.12.7']);
    });

    test('whose Python cannot be counted, statements get the embedded one, and programs that one: it is refused later', () => {
      writeFileSync(python, '');
      expect(choose([], ofIt('not on this machine'), 'statement')).toEqual(['wasm:3.14']);
      expect(choose([], ofIt('not on this machine'), 'program')).toEqual(['native:3.11.1']);
    });
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
    expect(choose(['a=native:3.12,b=/usr/bin/python3'], BOTH)).toEqual(['a=native:3.12.7@a', 'b=native:3.12.7@b']);
  });

  test('without a prefix is a Python of this machine if there is one, otherwise an embedded one', () => {
    expect(choose(['3.14,3.13,3.12'], BOTH)).toEqual(['native:3.14.0', 'wasm:3.13', 'native:3.12.7']);
    expect(choose(['3.14,3.13,3.12'], [NATIVE, WASM])).toEqual(['native:3.14.0', 'wasm:3.13', 'native:3.12.7']);
    expect(choose(['3.14.2,3.14.0'], BOTH)).toEqual(['wasm:3.14', 'native:3.14.0']);
  });

  test('with a prefix is one of that engine', () => {
    expect(choose(['wasm:3.14,native:3.14'], BOTH)).toEqual(['wasm:3.14', 'native:3.14.0']);
    expect(choose(['native:all'], BOTH).length).toBe(4);
    expect(() => choose(['native:3.13'], BOTH)).toThrow(
      'there is no interpreter native:3.13; there are native:3.12.7, native:3.12.9, native:3.14.0, or all',
    );
    expect(() => choose(['wasm:/usr/bin/python3'], BOTH)).toThrow('there is no interpreter wasm:/usr/bin/python3');
  });

  test('of a minor version is the first in the order of looking; a whole version is exactly that one', () => {
    expect(choose(['native:3.12'], BOTH)).toEqual(['native:3.12.7']);
    expect(choose(['native:3.12.9,3.12.9'], BOTH)).toEqual(['native:3.12.9']);
  });

  test('can be a path or a command, with a prefix and a label as well', () => {
    expect(choose(['/opt/c/bin/python3', 'python3.14'], BOTH)).toEqual(['native:3.12.9', 'native:3.14.0']);
    expect(choose(['native:/opt/c/bin/python3', 'old=/usr/bin/python3'], BOTH)).toEqual([
      'native:3.12.9',
      'old=native:3.12.7',
    ]);
    expect(() => choose(['x=/none/python3'], BOTH)).toThrow(
      new PyallocsError('not-found', 'there is no /none/python3'),
    );
  });

  test('two interpreters of one version have their paths in their ids, and their labels beside them', () => {
    expect(choose(['/opt/a/bin/python3.14,b=/opt/b/bin/python3.14'], BOTH)).toEqual([
      'native:3.14.0@/opt/a/bin/python3.14',
      'b=native:3.14.0@/opt/b/bin/python3.14',
    ]);
  });

  test('names one that cannot be counted, so that it can be told why', () => {
    const [chosen] = selectInterpreters(BOTH, ['/usr/bin/python2'], 'all');
    expect(chosen?.offer.refusal).toEqual({ code: 'unsupported', message: 'it is Python 2.7.18' });
  });

  test.each([
    ['3.9', 'there is no interpreter 3.9; there are wasm:3.10, wasm:3.13, wasm:3.14, wasm:3.15, or all'],
    ['3.1', 'there is no interpreter 3.1; there are wasm:3.10, wasm:3.13, wasm:3.14, wasm:3.15, or all'],
    ['a=3.9', 'there is no interpreter 3.9; there are wasm:3.10, wasm:3.13, wasm:3.14, wasm:3.15, or all'],
    ['wasm:3.9', 'there is no interpreter wasm:3.9; there are wasm:3.10, wasm:3.13, wasm:3.14, wasm:3.15, or all'],
    ['native:3.14', 'there is no interpreter native:3.14; there is none'],
    ['', '-p names no interpreter; there are wasm:3.10, wasm:3.13, wasm:3.14, wasm:3.15, or all'],
    ['3.14,', '-p names no interpreter; there are wasm:3.10, wasm:3.13, wasm:3.14, wasm:3.15, or all'],
  ])('%j is refused in a sentence', (selector, sentence) => {
    expect(() => choose([selector])).toThrow(new PyallocsError('unknown-interpreter', sentence));
  });
});

describe('all', () => {
  test('leaves out what cannot be counted, and says so for the engines that were asked', () => {
    const said = ['/usr/bin/python2 is left out: it is Python 2.7.18'];
    expect(choose(['all'], BOTH).filter((id) => id.startsWith('native:2'))).toEqual([]);
    expect(leftOut(BOTH, ['all'])).toEqual(said);
    expect(leftOut(BOTH, ['3.14,native:all'])).toEqual(said);
    expect(leftOut(BOTH, ['x=all'])).toEqual(said);
    expect(leftOut(BOTH, ['wasm:all', '/usr/bin/python2'])).toEqual([]);
    expect(leftOut(BOTH, [])).toEqual([]);
  });

  test('has them in it where they are asked for', () => {
    const ids = selectInterpreters(BOTH, [], 'all', true).map(({ offer }) => offer.id);
    expect(ids).toContain('native:2.7.18');
    expect(ids).toHaveLength(9);
  });
});

test('what names an interpreter selects it and no other', () => {
  const chosen = selectInterpreters(BOTH, [], 'all', true);
  expect(chosen.map((one) => [one.offer.id, selectorsOf(one, BOTH)])).toEqual([
    ['wasm:3.10', ['3.10', 'wasm:3.10']],
    ['wasm:3.13', ['3.13', 'wasm:3.13']],
    ['wasm:3.14', ['wasm:3.14']],
    ['wasm:3.15', ['3.15', 'wasm:3.15']],
    ['native:2.7.18', ['/usr/bin/python2']],
    ['native:3.12.7', ['3.12', 'native:3.12', '/usr/bin/python3']],
    ['native:3.12.9', ['3.12.9', 'native:3.12.9', '/opt/c/bin/python3']],
    ['native:3.14.0@/opt/b/bin/python3.14', ['3.14', 'native:3.14', '/opt/b/bin/python3.14']],
    ['native:3.14.0@/opt/a/bin/python3.14', ['/opt/a/bin/python3.14']],
  ]);
  for (const { offer } of chosen) {
    const all = selectorsOf(chosen.find((one) => one.offer === offer) as (typeof chosen)[number], BOTH);
    for (const selector of all) {
      expect(selectInterpreters(BOTH, [selector], 'all').map(({ offer }) => offer.path)).toEqual([offer.path]);
    }
  }
});
