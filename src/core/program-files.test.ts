import { describe, expect, test } from 'vitest';
import { ProgramFiles, packageOf } from './program-files.js';
import { recordingFromText } from './recording.testkit.js';

const { interpreter } = recordingFromText('');
const files = (command: readonly string[] = ['app.py'], folder = '/home/me/project'): ProgramFiles =>
  new ProgramFiles({ folder, command, interpreter });

describe('whose a file is, and its package', () => {
  test.each([
    ['/home/me/project/app.py', 'program', '(program)', 'app.py'],
    ['app.py', 'program', '(program)', 'app.py'],
    ['./app.py', 'program', '(program)', 'app.py'],
    ['/home/me/project/mylib/a/b.py', 'program', 'mylib', 'mylib/a/b.py'],
    ['/home/me/project/src/mylib/a.py', 'program', 'mylib', 'src/mylib/a.py'],
    ['/home/me/project2/a.py', 'elsewhere', '/home/me/project2', '/home/me/project2/a.py'],
    ['/home/me/project/.venv/lib/python3.12/site-packages/numpy/core/x.py', 'library', 'numpy', null],
    ['/home/me/project/.venv/lib/python3.12/site-packages/six.py', 'library', 'six', null],
    ['/usr/lib/python3/dist-packages/yaml/__init__.py', 'library', 'yaml', null],
    ['/usr/lib/python3.12/json/decoder.py', 'stdlib', '(stdlib) json', null],
    ['/usr/lib/python3.12/typing.py', 'stdlib', '(stdlib) typing', null],
    ['/home/me/project/.venv/lib/python3.12/typing.py', 'stdlib', '(stdlib) typing', null],
    ['/lib/python314.zip/json/decoder.py', 'stdlib', '(stdlib) json', null],
    ['/usr/bin/Lib/json/decoder.py', 'stdlib', '(stdlib) json', null],
    ['<frozen importlib._bootstrap>', 'stdlib', '(stdlib) importlib', null],
    ['<frozen os>', 'stdlib', '(stdlib) os', null],
    ['<string>', 'generated', '(generated)', null],
    ['<stdin>', 'generated', '(generated)', null],
    ['<ipython-input-3-abc>', 'generated', '(generated)', null],
  ])('%s: %s, %s', (file, owner, name, path) => {
    const found = files().ownerOf(file);
    expect([found.owner, packageOf(found)]).toEqual([owner, name]);
    expect(files().pathOf(file)).toBe(path ?? file);
  });

  test('a folder without a slash at its end, and the root', () => {
    expect(files(['app.py'], '/').ownerOf('/elsewhere/app.py').owner).toBe('program');
    expect(files(['app.py'], '/').ownerOf('/usr/lib/python3.12/json/decoder.py').owner).toBe('stdlib');
  });

  test('a Windows path', () => {
    const found = files(['app.py'], 'C:\\me').ownerOf('C:\\me\\lib\\a.py');
    expect(found).toEqual({ owner: 'program', path: 'lib/a.py' });
  });

  test('what lies beside the script is of the program, wherever it was started', () => {
    const beside = files(['-X', 'utf8', '/opt/tool/run.py', 'x.py']);
    expect(beside.ownerOf('/opt/tool/part.py').owner).toBe('program');
    expect(beside.ownerOf('/opt/other/part.py').owner).toBe('elsewhere');
    expect(files(['sub/run.py']).pathOf('/home/me/project/sub/part.py')).toBe('sub/part.py');
    expect(files(['-m', 'tool'], '/tmp').ownerOf('/opt/tool/part.py').owner).toBe('elsewhere');
  });

  test('<string> is the program where that was given with -c, and <stdin> where it was read from there', () => {
    for (const command of [
      ['-c', 'x = 1'],
      ['-OO', '-c', 'x'],
      ['-Ic', 'x'],
    ])
      expect(files(command).ownerOf('<string>').owner, command.join(' ')).toBe('program');
    for (const command of [['-'], [], ['--', '-']])
      expect(files(command).ownerOf('<stdin>').owner, command.join(' ')).toBe('program');
    expect(files(['-Wc', 'app.py']).ownerOf('<string>').owner).toBe('generated');
  });
});

test('a script that lies among installed packages is the program all the same', () => {
  const script = '/venv/lib/python3.12/site-packages/bm/chaos/run.py';
  const found = files([script]);
  expect(found.ownerOf(script)).toEqual({ owner: 'program', path: 'run.py' });
  expect(found.ownerOf('/venv/lib/python3.12/site-packages/six.py').owner).toBe('library');
  expect(files(['/home/me/project/app.py']).ownerOf(script).owner).toBe('library');
});
