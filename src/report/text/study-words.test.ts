import { describe, expect, test } from 'vitest';
import { STUDY_TIMINGS, wholeStudy } from '../study.testkit.js';
import { adviceRows } from './advice.js';
import { plainStudy } from './plain-study.js';
import { result } from './results.testkit.js';
import { formatStudy } from './study.js';
import { benchCommandLine, changeWords, lastStep, lineToPaste, programsSentence, versionSteps } from './study-words.js';
import { makeStyle, textWidth } from './style.js';

const STUDY = wholeStudy();
const styled = (width: number, ascii = false) => makeStyle({ colour: false, ascii, width });

test('how often programs allocate, with and without a clock', () => {
  // Of six, the middle two: 498,000 objects in 117 ms and 850,000 in 171 ms.
  expect(programsSentence(STUDY, STUDY_TIMINGS)).toBe(
    'On CPython 3.14.1 (embedded), the median of 6 real programs creates 4,600 objects per millisecond (from 820 to 10,000); 52 % of them never reach the allocator: a freelist serves them (from 39 % to 99 %).',
  );
  expect(programsSentence(STUDY, null)).toMatch(/creates 674,000 objects \(from 24,000 to 1.91 million\); 52 %/);
  expect(programsSentence({ ...STUDY, programs: [] }, null)).toBe(null);
});

describe('what changed from version to version', () => {
  test('is told by type', () => {
    expect(versionSteps(STUDY).map(({ title, changes }) => [title, changeWords(changes)])).toEqual([
      ['3.12 → 3.13', []],
      ['3.13 → 3.14', ['ints (1) come from a freelist']],
      ['3.14 → 3.15', []],
    ]);
  });

  test('the last release is the last that is out', () => {
    expect(lastStep(STUDY)?.title).toBe('3.13 → 3.14');
  });

  test('numbers, origins and buffers', () => {
    const experiments = STUDY.experiments.slice(0, 1).map((one) => ({
      ...one,
      results: [
        result('3.13', ['2 float freelist', '1 frame malloc', '1 buffer', '1 dict freelist']),
        result('3.14', ['1 float freelist', '3 list_iterator malloc', '1 dict malloc']),
      ],
    }));
    const step = versionSteps({ ...STUDY, experiments }).find(({ title }) => title === '3.13 → 3.14');
    expect(changeWords(step?.changes ?? [])).toEqual([
      'no more buffers (1) and frames (1)',
      'fewer floats (1)',
      'dicts (1) come from the allocator again',
      'now also list_iterator objects (1)',
    ]);
  });
});

describe('the line that measures a statement again', () => {
  test.each([
    [{ statement: 'y = x + 1', setup: 'x = 5000' }, "pyallocs bench 'y = x + 1' -s 'x = 5000' -p all"],
    [{ statement: 'f()', setup: 'def f():\n    pass' }, "pyallocs bench 'f()' -s 'def f():' -s '    pass' -p all"],
    [
      { statement: 'for i in x:\n    i', setup: "x = 'ab'" },
      `pyallocs bench 'for i in x:' '    i' -s 'x = '\\''ab'\\''' -p all`,
    ],
    [{ statement: '-x', setup: 'x = 1' }, "pyallocs bench -s 'x = 1' -p all -- -x"],
    [{ statement: 'pass', setup: '' }, 'pyallocs bench pass -p all'],
  ])('%j', (experiment, line) => {
    expect(benchCommandLine(experiment, ['all'])).toBe(line);
  });

  test('the one to paste is of a statement that the last release changed', () => {
    expect(lineToPaste(STUDY)).toBe("pyallocs bench 'y = x + 1' -s 'x = 5000' -p wasm:all");
  });
});

test('advice follows from the counts, and says on which versions it does not hold', () => {
  const rows = adviceRows(STUDY, 'wasm:3.14').map(({ experiment, cost, others }) => [experiment.id, cost, others]);
  expect(rows).toEqual([
    ['int.add-small', 'nothing', []],
    ['int.add-large', 'freelist', [{ cost: 'allocator', on: ['wasm:3.12', 'wasm:3.13'] }]],
    ['str.concat', 'allocator', []],
    ['list.append', 'grows', []],
    ['str.tstring', 'allocator', []],
  ]);
});

describe('the text in the terminal', () => {
  test.each([80, 100])('is at most %i columns wide', (width) => {
    for (const line of formatStudy(STUDY, STUDY_TIMINGS, styled(width)).split('\n'))
      expect(textWidth(line), line).toBeLessThanOrEqual(width);
  });

  test('needs nothing but ASCII where that is asked for', () => {
    const text = formatStudy(wholeStudy({ claims: STUDY.claims.slice(1) }), STUDY_TIMINGS, styled(80, true));
    expect(text).not.toMatch(/[✓✗→○●▪↔≈]/);
  });

  test('says what it does not list', () => {
    const confirmed = STUDY.claims.map((claim) => ({
      ...claim,
      verdicts: claim.verdicts.map((one) => ({ ...one, verdict: 'confirmed' as const })),
    }));
    const text = formatStudy({ ...STUDY, claims: confirmed }, null, styled(80));
    expect(text).toContain('5 claims confirmed on every version are not listed here');
  });

  test('a part of a study says so at its top', () => {
    const text = formatStudy({ ...STUDY, partial: true }, null, styled(80));
    expect(text.split('\n').slice(0, 3).join('\n')).toContain('This study was ended before its end.');
  });
});

describe('the plain text', () => {
  test('has every part, and no verdict that rests on time', () => {
    const lines = plainStudy(STUDY).split('\n');
    expect(lines[0]).toBe('absent native:3.8 there is no such Python on this machine');
    expect(lines).toContain('limit freelist.int wasm:3.14 measured=99 source=100');
    expect(lines).toContain('claim perf.table.fstring rests on time');
    expect(lines.filter((line) => line.startsWith('claim perf.'))).toHaveLength(1);
    expect(lines).toContain('claim int.freelist wasm:3.14 confirmed Of 1,000 ints, 1,000 came from a freelist.');
    expect(lines.some((line) => line.startsWith('series list.growth wasm:3.12 grows-at=0,4,8,16,'))).toBe(true);
    expect(lines.some((line) => line.startsWith('program program.http wasm:3.12 failed OSError'))).toBe(true);
  });
});
