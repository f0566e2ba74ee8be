import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minorNumber } from '../../core/interpreter.js';
import type { CodeCopy, InstructionAnswer } from '../instructions.js';
import { COPIES_SCRIPT, despecialised, differences, type ExpectedCopy, readCopies } from '../instructions.testkit.js';
import { nativeInstructions } from './instructions.js';
import { findPythons, type Python } from './pythons.js';

const SCRIPT = join(import.meta.dirname, '../../../python/instructions.py');
const LIBRARY = [
  'json.decoder',
  'json.encoder',
  'dis',
  'textwrap',
  'contextlib',
  'os',
  'importlib._bootstrap_external',
];

const found = findPythons().filter(({ refusal }) => refusal === null);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pyallocs-instructions-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;

function copies(python: Python, ...words: readonly string[]): ExpectedCopy[] {
  return copiesWith({}, python, words);
}

function copiesWith(variables: NodeJS.ProcessEnv, { path }: Python, words: readonly string[]): ExpectedCopy[] {
  const output = join(folder, `${made++}.json`);
  const { status, stderr } = spawnSync(path, ['-B', COPIES_SCRIPT, output, ...words], {
    encoding: 'utf8',
    env: { ...process.env, PYTHON_JIT: '0', ...variables },
  });
  if (status !== 0) throw new Error(stderr);
  return readCopies(output);
}

function folderOf(files: readonly (readonly [name: string | Buffer, text: string | Buffer])[]): string {
  const path = mkdtempSync(join(folder, 'files-'));
  for (const [name, text] of files) writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name)]), text);
  return path;
}

const ask = (python: Python, codes: readonly CodeCopy[], more: object = {}): Promise<InstructionAnswer> =>
  nativeInstructions(python, { codes, folder, ...more });

function copyOf(copies: readonly ExpectedCopy[]): ExpectedCopy {
  const copy = copies.find(({ name }) => name === 'warm');
  if (copy === undefined) throw new Error('there is no copy of warm()');
  return copy;
}

const unmatched = (codes: readonly CodeCopy[], { texts }: InstructionAnswer): string[] =>
  codes.filter((_, i) => texts[i]?.matched !== true).map(({ name }) => name);

describe.skipIf(found.length === 0)('instructions of an installed Python (skipped where there is none)', () => {
  describe.each(found.map((python) => [`native:${python.about.version} ${python.path}`, python] as const))(
    '%s',
    (_, python) => {
      const minor = minorNumber(python.about.version);
      let warm: ExpectedCopy[];
      beforeAll(() => {
        warm = copies(python, ...LIBRARY);
      });

      test('its tables undo what it did to functions that ran a thousand times', () => {
        const { opcodes } = python.about;
        if (opcodes === null) throw new Error('it said nothing of its opcodes');
        const wrong = warm.filter(({ code, plain }) => Buffer.compare(despecialised(opcodes, code), plain) !== 0);
        expect(wrong.map(({ name }) => name)).toEqual([]);
        // PEP 659 came with 3.11: there the copies are not what the compiler wrote.
        expect(warm.some(({ code, plain }) => Buffer.compare(code, plain) !== 0)).toBe(minor >= 11);
      });

      test('each instruction of live code is the one that dis shows, from any unit of it', async () => {
        const answer = await ask(python, warm);
        expect(answer.warning).toBeNull();
        expect(differences(warm, answer.texts)).toEqual([]);
        expect(unmatched(warm, answer)).toEqual(['long']);
      });

      test('without sources, opcodes, lines and arguments that need none are the same', async () => {
        const answer = await ask(python, warm, { compile: false });
        expect(differences(warm, answer.texts)).toEqual([]);
        expect(unmatched(warm, answer)).toHaveLength(warm.length);
        const told = answer.texts.flatMap(({ instructions }) => instructions);
        expect(told.some(({ opcode, argument }) => opcode === 'LOAD_GLOBAL' && argument === 'len')).toBe(true);
        expect(told.filter(({ opcode }) => opcode === 'LOAD_CONST').map(({ argument }) => argument)).not.toContain(
          "'b'",
        );
      });

      test('a trace function changes the code, and not what is said of it', async () => {
        const traced = copies(python, '--traced', 'json.decoder').filter(({ name }) => name !== 'long');
        const answer = await ask(python, traced);
        expect(differences(traced, answer.texts)).toEqual([]);
        expect(unmatched(traced, answer)).toEqual([]);
        // Alone, an instrumented instruction may be any: what is said is right or nothing.
        const alone = await ask(python, traced, { compile: false });
        const certain = traced.map((copy, i) => ({
          ...copy,
          expected: copy.expected.map((one, k) =>
            alone.texts[i]?.instructions[k]?.opcode === '' ? { ...one, ...alone.texts[i]?.instructions[k] } : one,
          ),
        }));
        expect(differences(certain, alone.texts)).toEqual([]);
        const [silent, all] = [certain, traced].map(
          (each) => each.flatMap(({ expected }) => expected.filter(({ opcode }) => opcode === '')).length,
        );
        expect(all).toBe(0);
        expect((silent ?? 0) > 0).toBe(minor >= 12);
      });

      test('a loop that became machine code is matched nevertheless', async () => {
        const jitted = copiesWith({ PYTHON_JIT: '1' }, python, LIBRARY);
        const answer = await ask(python, jitted);
        expect(differences(jitted, answer.texts)).toEqual([]);
        expect(unmatched(jitted, answer)).toEqual(['long']);
      });

      test.each([
        ['optimised', { PYTHONOPTIMIZE: '1' }],
        ['optimised, without docstrings', { PYTHONOPTIMIZE: '2' }],
        ['without columns', { PYTHONNODEBUGRANGES: '1' }],
      ])('code that was compiled otherwise: %s', async (_what, variables) => {
        const live = copiesWith(variables, python, ['json.decoder']);
        const answer = await ask(python, live);
        expect(differences(live, answer.texts)).toEqual([]);
        expect(unmatched(live, answer)).toEqual(['long']);
      });

      test('sources with a BOM, a coding cookie, form feeds and names of any bytes', async () => {
        const sources = folderOf([
          ['bom.py', '\ufeffdef warm(i):\n    return [i, "ä", 1.5]\n'],
          [
            'cookie.py',
            Buffer.from('# -*- coding: latin-1 -*-\n\x0c\ndef warm(i):\n    a = "\xe4"; return a + str(i)\n', 'latin1'),
          ],
          ['feed.py', 'x = 1\n\x0c\n\x0cdef warm(i):\n\x0c    return {i: x}\n'],
          [Buffer.from('caf\xe9 <b>\x1b[1m.py', 'latin1'), 'def warm(i):\n    return (i, "x" * i)\n'],
          ['crlf.py', 'def warm(i):\r\n    return """a\r\nb""" + str(i)\r\n'],
        ]);
        const live = copies(python, '--only', sources);
        expect(live).toHaveLength(5);
        const answer = await ask(python, live);
        expect(differences(live, answer.texts)).toEqual([]);
        expect(unmatched(live, answer)).toEqual([]);
        expect(live.some(({ file }) => file.includes('\udce9'))).toBe(true);
      });

      test('a source in a zip file', async () => {
        const sources = folderOf([['packed.py', 'def warm(i):\n    return [i, "packed"]\n']]);
        const archive = join(sources, 'packed.zip');
        expect(spawnSync(python.path, ['-m', 'zipfile', '-c', archive, join(sources, 'packed.py')]).status).toBe(0);
        const live = copies(python, '--only', archive);
        expect(live.map(({ name }) => name)).toEqual(['warm']);
        expect(unmatched(live, await ask(python, live))).toEqual([]);
      });

      test('a source that changed does not give its arguments to what ran', async () => {
        const before = 'def warm(i):\n    return i + 1000\n\ndef warm_other(i):\n    return [i]\n';
        const sources = folderOf([['changed.py', before]]);
        const live = copies(python, '--only', sources);
        const of = async (text: string): Promise<string[]> => {
          writeFileSync(join(sources, 'changed.py'), text);
          return unmatched(live, await ask(python, live)).sort();
        };
        expect(await of(before)).toEqual([]);
        expect(await of(before.replace('[i]', '[i, i]'))).toEqual(['warm_other']);
        expect(await of(before.replace('\n\n', '\n\n\n'))).toEqual(['warm_other']);
        expect(await of(before.replace('    return i', '\n    return i'))).toEqual(['warm', 'warm_other']);
        expect(await of(`# first\n${before}`)).toEqual(['warm', 'warm_other']);
        expect(await of('def warm(:')).toEqual(['warm', 'warm_other']);
        rmSync(join(sources, 'changed.py'));
        expect(await of('\0')).toEqual(['warm', 'warm_other']);
      });

      test('what is cached of a source is taken while that is the same file, and nothing is written', async () => {
        const text = 'def warm(i):\n    return [i, 1.5]\n';
        const sources = folderOf([['cached.py', text]]);
        const source = join(sources, 'cached.py');
        const live = copies(python, '--only', sources);
        const constants = async (): Promise<(string | undefined)[] | undefined> => {
          const [answer] = (await ask(python, live)).texts;
          return answer?.instructions.filter(({ opcode }) => opcode === 'LOAD_CONST').map(({ argument }) => argument);
        };
        const told = async (): Promise<string | undefined> => (await constants())?.find((one) => one?.endsWith('.5'));
        expect(await told()).toBe('1.5');
        expect(readdirSync(sources)).toEqual(['cached.py']);
        const { status } = spawnSync(python.path, ['-m', 'py_compile', source]);
        expect(status).toBe(0);
        const { atime, mtime } = statSync(source);
        // Of the same size and time: what an import would not notice either.
        writeFileSync(source, text.replace('1.5', '2.5'));
        utimesSync(source, atime, mtime);
        expect(await told()).toBe('1.5');
        utimesSync(source, atime, new Date(mtime.getTime() + 5000));
        expect(await told()).toBe('2.5');
        const [cached = ''] = readdirSync(join(sources, '__pycache__'));
        for (const damage of ['', 'no code', Buffer.alloc(16)]) {
          writeFileSync(join(sources, '__pycache__', cached), damage);
          expect(await told()).toBe('2.5');
        }
        rmSync(join(sources, '__pycache__', cached));
        spawnSync(python.path, ['-c', 'import os, sys; os.mkfifo(sys.argv[1])', join(sources, '__pycache__', cached)]);
        expect(await told()).toBe('2.5');
      });

      test('relative names start in the folder of the program, and sources need not be files', async () => {
        const text = 'def warm(i):\n    return [i, "given"]\n';
        const sources = folderOf([['given.py', text]]);
        const [live] = copies(python, '--only', sources);
        if (live === undefined) throw new Error('there is no copy');
        const relative = await nativeInstructions(python, { codes: [{ ...live, file: 'given.py' }], folder: sources });
        expect(relative.texts[0]?.matched).toBe(true);
        const elsewhere = await nativeInstructions(python, { codes: [{ ...live, file: 'given.py' }], folder });
        expect(elsewhere.texts[0]?.matched).toBe(false);
        const given = await ask(python, [{ ...live, file: '<string>' }], { sources: { '<string>': text } });
        expect(given.texts[0]?.matched).toBe(true);
      });

      test('a frame that stands at a prefix of its instruction stands at the instruction', async () => {
        const names = Array.from({ length: 300 }, (_, i) => `    x.a${i}\n`).join('');
        const sources = folderOf([
          [
            'seen.py',
            `import sys\nseen = []\nclass X:\n  def __getattr__(self, name):\n    seen.append(sys._getframe(1).f_lasti)\nx = X()\ndef f(x):\n${names}f(x)\n`,
          ],
        ]);
        const script = `import sys; sys.path.insert(0, ${JSON.stringify(sources)}); import seen; print(*seen.seen)`;
        const offsets = spawnSync(python.path, ['-B', '-c', script], { encoding: 'utf8' })
          .stdout.trim()
          .split(' ')
          .map(Number);
        const f = copies(python, '--only', sources).find(({ name }) => name === 'f');
        if (f === undefined) throw new Error('there is no copy');
        const { texts } = await ask(python, [{ ...f, offsets }]);
        const told = texts[0]?.instructions.map(({ opcode, argument }) => `${opcode} ${argument}`);
        expect(told).toEqual(Array.from({ length: 300 }, (_, i) => `LOAD_ATTR a${i}`));
      });

      test('copies of anything are answered, and offsets outside of them', async () => {
        const piece = fc.uint8Array({ maxLength: 60 });
        const any = fc.record({
          file: fc.constantFrom(
            '',
            '\0',
            '/',
            '<frozen os>',
            '<frozen >',
            COPIES_SCRIPT,
            `${COPIES_SCRIPT}/x`,
            '/dev/zero',
            '\udcff',
          ),
          name: fc.constantFrom('warm', '', '<module>'),
          firstLine: fc.constantFrom(0, -1, 1, 2 ** 31 - 1, 60),
          code: piece,
          lineTable: piece,
          names: fc.array(fc.string(), { maxLength: 2 }),
          offsets: fc.array(fc.constantFrom(-2, -1, 0, 1, 2, 7, 40, 2 ** 40), { maxLength: 4 }),
        });
        const mutated = fc
          .tuple(fc.constantFrom(...warm), fc.nat(), fc.integer({ min: 0, max: 255 }))
          .map(([copy, at, byte]) => {
            const [code, lineTable] = [Uint8Array.from(copy.code), Uint8Array.from(copy.lineTable)];
            code[at % code.length] = byte;
            lineTable[at % Math.max(1, lineTable.length)] = byte;
            return { ...copy, code, lineTable };
          });
        const codes = fc.sample(fc.oneof(any, mutated), 2000);
        const answer = await ask(python, codes);
        expect(answer.warning).toBeNull();
        expect(answer.texts).toHaveLength(2000);
      });

      test('a source that ends the compiler takes only arguments with it', async () => {
        const sources = folderOf([['deep.py', `a${'.b'.repeat(200_000)}\n`]]);
        const deep = { ...copyOf(warm), file: join(sources, 'deep.py') };
        const { texts, warning } = await ask(python, [deep]);
        expect(warning === null || warning.code === 'no-arguments').toBe(true);
        expect(texts[0]?.matched).toBe(false);
        expect(differences([deep], texts)).toEqual([]);
      });

      test('a request that is none is answered with an error', () => {
        const { opcodes } = python.about;
        const code = { file: '', name: '', firstLine: 1, code: '', lineTable: '', names: [], offsets: [] };
        const error = (request: string): unknown => {
          const { status, stdout } = spawnSync(python.path, ['-I', '-S', SCRIPT], { input: request, encoding: 'utf8' });
          expect(status).toBe(0);
          return JSON.parse(stdout);
        };
        const whole = { codes: [code], folder: '/', opcodes };
        expect(error(JSON.stringify(whole))).toEqual({ codes: [{ matched: false, instructions: [] }] });
        for (const request of [
          '',
          '[]',
          '['.repeat(100_000),
          '\ud800',
          JSON.stringify({ ...whole, opcodes: null }),
          JSON.stringify({ ...whole, opcodes: { base: '00', caches: '' } }),
          JSON.stringify({ ...whole, codes: [{ ...code, code: '*' }] }),
          JSON.stringify({ ...whole, codes: [{ ...code, offsets: ['1'] }] }),
          JSON.stringify({ ...whole, codes: [{ ...code, names: [1] }] }),
          JSON.stringify({ ...whole, codes: [1] }),
          JSON.stringify({ ...whole, sources: [1] }),
          JSON.stringify({ ...whole, optimize: 'x' }),
          JSON.stringify({ ...whole, folder: 1 }),
        ]) {
          expect(error(request), request.slice(0, 200)).toEqual({ error: expect.any(String) });
        }
      });
    },
  );

  test('an interpreter that cannot be asked leaves a warning, and no text', async () => {
    const [python] = found;
    if (python === undefined) return;
    const copy = {
      file: 'a.py',
      name: 'f',
      firstLine: 1,
      code: Uint8Array.of(9, 0),
      lineTable: Uint8Array.of(),
      names: [],
      offsets: [0],
    };
    for (const path of ['/bin/false', '/nowhere/python', '/bin/cat']) {
      const answer = await ask({ ...python, path }, [copy]);
      expect(answer.warning?.code).toBe('no-instructions');
      expect(answer.texts).toEqual([
        { matched: false, instructions: [{ start: 0, line: null, column: null, opcode: '', argument: '' }] },
      ]);
    }
  });
});
