import { expect, test } from 'vitest';
import { STUDY_TIMINGS, wholeStudy } from '../study.testkit.js';
import { studyTables } from './study-tables.js';

const TABLES = studyTables(wholeStudy(), STUDY_TIMINGS);
const lines = (name: string): string[] => (TABLES[name] ?? '').split('\r\n').slice(0, -1);

test('each table has a head, and as many cells in every line', () => {
  expect(Object.keys(TABLES)).toEqual([
    'experiments.csv',
    'types.csv',
    'methods.csv',
    'series.csv',
    'limits.csv',
    'programs.csv',
    'observers.csv',
    'claims.csv',
    'timings.csv',
  ]);
  for (const name of Object.keys(TABLES)) {
    // Quoted cells may hold commas; a quote in a cell is doubled.
    const widths = lines(name).map((line) => line.replace(/"(?:[^"]|"")*"/g, 'x').split(',').length);
    expect(new Set(widths).size, name).toBe(1);
    expect(widths.length, name).toBeGreaterThan(1);
  }
});

test('numbers stand where they belong', () => {
  expect(lines('experiments.csv').find((line) => line.includes('int.add-large') && line.includes('wasm:3.14'))).toBe(
    'int.add-large,integers,y = x + 1,x = 5000,wasm:3.14,3.14.1,exact,true,1000,1000,1000,0,0,0,0,0,0,0,0,0,0,,',
  );
  expect(lines('limits.csv').find((line) => line.startsWith('freelist.int,') && line.includes('wasm:3.14'))).toBe(
    'freelist.int,freelists,Ints,objects,wasm:3.14,3.14.1,99,100,Py_ints_MAXFREELIST,One of them is held by the loop.',
  );
});

test('without times there is no table of them', () => {
  expect(studyTables(wholeStudy(), null)).not.toHaveProperty('timings.csv');
});

test('a verdict that rests on time is not in the table, which is the same for two runs', () => {
  const [line = ''] = lines('claims.csv').filter((one) => one.includes('perf.table.fstring'));
  expect(line).toMatch(/,time,wasm:3\.12,3\.12\.1,,,$/);
});

test('a text that a spreadsheet would compute is none', () => {
  const [experiment] = wholeStudy().experiments;
  const evil = '=HYPERLINK("http://x")';
  const study = wholeStudy({ experiments: experiment === undefined ? [] : [{ ...experiment, statement: evil }] });
  expect(studyTables(study, null)['experiments.csv']).toContain(`,"'=HYPERLINK(""http://x"")",`);
});
