import { expect, test } from 'vitest';
import { commandLine, shortCommand } from './command.js';

test('a command has the quotes that a shell needs', () => {
  expect(commandLine(['-c', "print('a b')"])).toBe("python -c 'print('\\''a b'\\'')'");
});

test('a short command keeps the end of long paths and the beginning of long code', () => {
  expect(shortCommand(['app.py', '-v'])).toBe('python app.py -v');
  expect(shortCommand([`/home/${'x'.repeat(60)}/bm_chaos/run_benchmark.py`])).toBe(
    'python …/bm_chaos/run_benchmark.py',
  );
  expect(shortCommand(['-c', `print(${'1 + '.repeat(30)}1)`])).toBe(`python -c print(${'1 + '.repeat(8)}1 …`);
});
