import { expect, test } from 'vitest';
import { OUTPUT_LIMIT, PrintedOutput } from './printed-output.js';

function printed(): { output: PrintedOutput; told: string[]; print: (text: string, stream?: 'out' | 'error') => void } {
  const told: string[] = [];
  const output = new PrintedOutput(({ stream, text }) => told.push(`${stream} ${text}`));
  const print = (text: string, stream: 'out' | 'error' = 'out'): void =>
    output.write(stream, new TextEncoder().encode(text));
  return { output, told, print };
}

test('nothing is kept or told before it is asked for, nor after it was taken', () => {
  const { output, told, print } = printed();
  print('a');
  output.keep();
  expect(output.take()).toEqual({ parts: [], cut: false });
  print('b');
  output.keep();
  output.discard();
  print('c');
  expect([told, output.take()]).toEqual([[], { parts: [], cut: false }]);
});

test('what comes in pieces is told as it comes and kept as one, the two streams in order', () => {
  const { output, told, print } = printed();
  output.keep();
  print('a');
  print('b\n');
  print('c', 'error');
  print('d');
  expect(told).toEqual(['out a', 'out b\n', 'error c', 'out d']);
  expect(output.take().parts).toEqual([
    { stream: 'out', text: 'ab\n' },
    { stream: 'error', text: 'c' },
    { stream: 'out', text: 'd' },
  ]);
});

test('a character may come in two pieces, and between them something else', () => {
  const { output, print } = printed();
  const [first, ...rest] = new TextEncoder().encode('é');
  output.keep();
  output.write('out', Uint8Array.of(first ?? 0));
  print('x', 'error');
  output.write('out', Uint8Array.from(rest));
  const text = (wanted: string): string =>
    output
      .take()
      .parts.filter(({ stream }) => stream === wanted)
      .map((part) => part.text)
      .join('');
  expect(text('out')).toBe('é');
});

test('at the limit all is there and nothing cut; one character more is left out, and that is said', () => {
  const { output, told, print } = printed();
  output.keep();
  print('a'.repeat(OUTPUT_LIMIT - 1));
  print('b', 'error');
  expect(told).toHaveLength(2);
  print('c');
  print('d', 'error');
  const { parts, cut } = output.take();
  expect([parts.map(({ text }) => text.length), cut]).toEqual([[OUTPUT_LIMIT - 1, 1], true]);
  expect(told.join('')).not.toMatch(/[cd]$/);
  output.keep();
  print('again');
  expect(output.take()).toEqual({ parts: [{ stream: 'out', text: 'again' }], cut: false });
});
