/** The examples as they are made for the page, and how links and the gallery open them. */
import { expect, test } from 'vitest';
import { loadExperiments } from '../../../study/experiments.js';
import { fromHash } from '../share/link.js';
import { VERSIONS } from '../state.js';
import { type Example, exampleMatches, exampleShared, type GalleryData } from './gallery-data.js';

// A script, not checked by TypeScript.
const SCRIPT = '../../../../scripts/gallery-data.mjs';
const { galleryData } = (await import(SCRIPT)) as { readonly galleryData: () => GalleryData };
const gallery = galleryData();
const { experiments } = loadExperiments();

const chosen = gallery.examples.filter(({ question }) => question !== null);
const example = (id: string): Example => gallery.examples.find((one) => one.id === id) as Example;

test('what is chosen for its surprise is there, asks a question, and answers none', () => {
  expect(chosen.filter(({ mode }) => mode === 'statement').length).toBeGreaterThanOrEqual(24);
  expect(chosen.filter(({ mode }) => mode === 'program').length).toBeGreaterThanOrEqual(3);
  for (const { id, question, mode } of chosen) {
    expect(question, id).toMatch(/^[A-Z].*\?$/);
    if (mode === 'statement') expect(experiments.map((one) => one.id)).toContain(id);
  }
  expect(gallery.examples.slice(0, chosen.length)).toEqual(chosen);
});

test('every experiment is there once, with all that the page tells of it', () => {
  const ids = gallery.examples.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, statement, setup, since, shows } of experiments)
    expect(example(id)).toMatchObject({
      code: statement.trimEnd(),
      setup: setup.trimEnd(),
      since,
      shows,
      mode: 'statement',
    });
  expect(ids).toHaveLength(experiments.length + chosen.filter(({ mode }) => mode === 'program').length);
});

test('no two of the chosen have the same code: the page knows them by it', () => {
  const codes = chosen.map(({ mode, setup, code }) => JSON.stringify([mode, setup, code]));
  expect(new Set(codes).size).toBe(codes.length);
});

test('it has claims about it, with the words of the study', () => {
  expect(example('call.star-args').claims).toContainEqual({ id: 'call.args', text: '`*args` makes a tuple per call' });
});

test('versions: those that say most, else those that are chosen, as far as they can have it', () => {
  const plain = { ...example('call.star-args'), versions: [] };
  expect(exampleShared(plain, ['3.10', '3.13'])).toMatchObject({ versions: ['3.10', '3.13'], shown: '3.13' });
  expect(exampleShared(example('int.add-mid'), ['3.10'])).toMatchObject({
    versions: ['3.13', '3.14', '3.15'],
    shown: '3.14',
  });
  expect(exampleShared(example('str.tstring'), ['3.10', '3.15'])).toMatchObject({ versions: ['3.15'], shown: '3.15' });
  expect(exampleShared(example('str.tstring'), ['3.10'])).toMatchObject({ versions: ['3.14'], shown: '3.14' });
  expect(exampleShared({ ...plain, since: '3.15' }, ['3.14']).versions).toEqual(['3.15']);
  expect(exampleShared({ ...plain, since: '3.8' }, VERSIONS).versions).toEqual(VERSIONS);
});

test('a link names an example', () => {
  expect(fromHash('#example=call.star-args', ['3.13'], gallery)).toEqual({
    shared: exampleShared(example('call.star-args'), ['3.13']),
  });
  for (const hash of ['#example=', '#example=no.such', '#example=%E0%A4%A', '#example=constructor'])
    expect(fromHash(hash, ['3.13'], gallery)).toEqual({ problem: expect.stringMatching(/not here/) });
  for (const hash of ['', '#', '#examples', '#examples-integers', '#limits'])
    expect(fromHash(hash, ['3.13'], gallery)).toBeNull();
});

test('the filter looks for every word, anywhere', () => {
  const one = example('call.star-args');
  for (const wanted of ['*args', 'TUPLE call', 'call.star', 'f(x, y)', 'def'])
    expect(exampleMatches(one, wanted), wanted).toBe(true);
  expect(exampleMatches(one, 'tuple generator')).toBe(false);
});
