// What `stat` costs on installed Pythons, and what its peers cost on the same programs. Each round runs every column once, so
// that a ratio is between neighbours in time; what is printed is the median of the ratios of the rounds.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAMS, REQUIREMENTS } from './programs.mjs';
import { geometricMean, median } from './statistics.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const cli = join(here, '../../bin/pyallocs.js');
const LIMIT = 120; // seconds for one run

/** How each column runs a script. `folder` is where pip put memray. The first is what all are compared with. */
const COLUMNS = [
  { name: 'plain', shown: 'PYTHON script.py', command: ({ python, script }) => [python, ...script] },
  {
    name: 'again', // how far the method itself is off
    shown: 'PYTHON script.py',
    command: ({ python, script }) => [python, ...script],
  },
  {
    name: 'stat',
    shown: 'pyallocs stat -p PYTHON script.py',
    command: ({ python, script }) => [process.execPath, cli, 'stat', '-p', python, ...script],
  },
  recording('record-no-stacks', ['--no-stacks']),
  recording('record', []),
  {
    name: 'tracemalloc',
    shown: 'PYTHON -X tracemalloc script.py',
    command: ({ python, script }) => [python, '-X', 'tracemalloc', ...script],
  },
  memray('memray', []),
  memray('memray-python', ['--trace-python-allocators']),
];

function recording(name, options) {
  return {
    name,
    shown: ['pyallocs record', ...options, '-o FILE -p PYTHON script.py'].join(' '),
    command: ({ python, script, file }) => [
      process.execPath,
      cli,
      'record',
      ...options,
      '-o',
      file,
      '-p',
      python,
      ...script,
    ],
  };
}

function memray(name, options) {
  return {
    name,
    package: 'memray',
    shown: ['PYTHON -m memray run -f -o FILE', ...options, 'script.py'].join(' '),
    command: ({ python, script, file }) => [
      python,
      '-m',
      'memray',
      'run',
      '-q',
      '-f',
      '-o',
      file,
      ...options,
      ...script,
    ],
  };
}

const METRICS = [
  {
    name: 'loops',
    title: 'processor time of the loops alone, measured inside the program',
    of: (run) => run.inside?.cpu,
  },
  {
    name: 'cpu',
    title: 'processor time of the whole command, user and system, with all its processes',
    of: (run) => run.cpu,
  },
  { name: 'wall', title: 'wall-clock time of the whole command', of: (run) => run.wall },
  { name: 'memory', title: 'peak resident memory of the Python process', of: (run) => run.inside?.peakKiB },
];

export function measureNative({ pythons, programs, columns, without, rounds, keep, json }) {
  const suite = chosen(PROGRAMS, programs, 'program');
  const wanted = chosen(COLUMNS, columns && ['plain', ...columns], 'column').filter(
    ({ name }) => !without.includes(name),
  );
  const found = (pythons ?? ['3.13', '3.14']).map(findPython);

  const scratch = mkdtempSync(join(tmpdir(), 'pyallocs-overhead-'));
  process.on('SIGINT', () => {}); // measure.py ends with it, and then we do
  try {
    const packages = resolve(keep ?? join(scratch, 'packages'));
    install(join(packages, 'programs'), REQUIREMENTS, ['--no-deps']);
    const results = found.map((python) => measurePython({ python, suite, wanted, rounds, packages, scratch }));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function measurePython({ python, suite, wanted, rounds, packages, scratch }) {
  const site = { memray: join(packages, `memray-${python.minor}`) };
  const notes = [];
  const runner = makeRunner({ python, packages, scratch, site });
  const empty = join(scratch, 'empty.py');
  writeFileSync(empty, 'pass\n');

  // A column that cannot even run `pass` is left out, with the reason.
  const columns = wanted.filter((column) => {
    const problem = prepare(column, site, python) ?? runner(column, { script: [empty], loops: 0 }).problem;
    if (problem !== undefined) notes.push(`${column.name} left out: ${problem}`);
    return problem === undefined;
  });
  const fixed = interleave(columns, Math.max(rounds, 9), (column) => runner(column, { script: [empty], loops: 0 }));

  const rows = suite.map((program) => {
    progress(`${python.version} ${program.name}`);
    const script = [
      join(packages, 'programs/pyperformance/data-files/benchmarks', `bm_${program.folder}`, 'run_benchmark.py'),
      ...program.args,
    ];
    const one = (column) => runner(column, { script, loops: program.loops });
    const warm = one(columns[0]);
    if (warm.problem !== undefined) {
      notes.push(`${program.name} left out: ${warm.problem}`);
      return { program, samples: {} };
    }
    const samples = interleave(columns, rounds, one);
    for (const column of columns) {
      const { problem } = samples[column.name].find((run) => run.problem !== undefined) ?? {};
      if (problem !== undefined) notes.push(`${program.name} under ${column.name}: ${problem}`);
    }
    return { program, samples };
  });
  progress('');
  const result = { python, rounds, columns, fixed, rows, notes };
  print(result);
  return result;
}

/** Runs a column once: {wall, cpu, inside: {cpu, wall, peakKiB}} or {problem}. */
function makeRunner({ python, packages, scratch, site }) {
  const inside = join(scratch, 'inside.json');
  const file = join(scratch, 'recording');
  return (column, { script, loops }) => {
    rmSync(inside, { force: true });
    const paths = [join(here, 'stand-in'), join(packages, 'programs')];
    if (column.package) paths.push(site[column.package]);
    const { error, status, stdout, stderr } = spawnSync(
      python.path,
      ['-I', '-S', join(here, 'measure.py'), String(LIMIT), ...column.command({ python: python.path, script, file })],
      {
        cwd: scratch,
        encoding: 'utf8',
        env: {
          ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PYTHON'))),
          PYTHONPATH: paths.join(delimiter),
          PYTHONHASHSEED: '0',
          PYTHONPYCACHEPREFIX: join(scratch, 'pycache'),
          PYALLOCS_BENCH_LOOPS: String(loops),
          PYALLOCS_BENCH_RESULT: inside,
        },
      },
    );
    rmSync(file, { force: true });
    if (status !== 0) throw error ?? new Error(`measure.py ended with ${status}: ${stderr}`);
    const run = JSON.parse(stdout);
    if (run.code === 0) {
      return {
        wall: run.wall,
        cpu: run.cpu,
        inside: existsSync(inside) ? JSON.parse(readFileSync(inside, 'utf8')) : null,
      };
    }
    if (run.wall >= LIMIT) return { problem: `no end after ${LIMIT} s` };
    return { problem: `exit code ${run.code}, ${run.stderr.trim().split('\n').at(-1)}` };
  };
}

/** Every column once per round, each round beginning with another one; a column that fails is not tried again. */
function interleave(columns, rounds, run) {
  const samples = Object.fromEntries(columns.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[(i + round) % columns.length];
      if (samples[column.name].at(-1)?.problem === undefined) samples[column.name].push(run(column));
    }
  }
  return samples;
}

function prepare(column, site, python) {
  if (column.package === undefined) return undefined;
  try {
    install(site[column.package], [column.package], ['--only-binary=:all:', '--python-version', python.minor]);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

function install(folder, requirements, options) {
  if (existsSync(folder)) return;
  progress(`installing ${requirements.join(' ')}`);
  mkdirSync(dirname(folder), { recursive: true });
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder];
  const { error, status, stderr } = spawnSync('python3', [...args, ...options, ...requirements], { encoding: 'utf8' });
  if (error) throw error;
  if (status === 0) return;
  rmSync(folder, { recursive: true, force: true });
  const reason = stderr.split('\n').findLast((line) => line.startsWith('ERROR')) ?? `pip ended with ${status}`;
  throw new Error(`python3 -m pip install ${requirements.join(' ')} for this Python: ${reason}`);
}

/** `3.14` is the first python3.14 that starts: on PATH, among pyenv's, or from scripts/interpreters.sh. */
function findPython(wanted) {
  if (!/^3\.\d+$/.test(wanted)) return identify(wanted) ?? complain(`${wanted} is not a Python that starts.`);
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...(existsSync(pyenv) ? readdirSync(pyenv).map((name) => join(pyenv, name, 'bin')) : []),
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pyallocs/sid/bin'),
  ];
  // Not every file is one that starts: pyenv has shims for versions that are not active.
  for (const path of folders.map((folder) => join(folder, `python${wanted}`)).filter((path) => existsSync(path))) {
    const python = identify(path);
    if (python) return python;
  }
  return complain(`There is no python${wanted}: scripts/interpreters.sh provides some, -p PYTHON names another.`);
}

function identify(path) {
  const code = 'import platform, sys; print(platform.python_version(), "%d.%d" % sys.version_info[:2])';
  const { status, stdout } = spawnSync(path, ['-I', '-c', code], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [version, minor] = stdout.trim().split(' ');
  return { path, version, minor };
}

/** Ends with a sentence, for what the command line got wrong. */
function complain(sentence) {
  console.error(sentence);
  process.exit(2);
}

function chosen(all, names, what) {
  const unknown = names?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined)
    complain(`There is no ${what} ${unknown}: there is ${all.map(({ name }) => name).join(', ')}.`);
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

function print({ python, rounds, columns, fixed, rows, notes }) {
  const others = columns.slice(1);
  console.log(`\n## CPython ${python.version}, ${rows.length} programs, medians of ${rounds} rounds\n`);
  console.log('Ratios to the plain run: the geometric mean over the programs, and the worst program.\n');
  table(
    ['', ...METRICS.map(({ name }) => name), 'most memory added', 'fixed cost: cpu', 'wall'],
    others.map((column) => [
      column.name,
      ...METRICS.map((metric) => {
        const all = ratios(rows, column, metric);
        if (all.length === 0) return '–';
        const worst = all.reduce((a, b) => (b.ratio > a.ratio ? b : a));
        const some = all.length < rows.length ? ` (of ${all.length})` : '';
        return `${geometricMean(all.map(({ ratio }) => ratio)).toFixed(2)}${some}, ${worst.ratio.toFixed(2)} ${worst.name}`;
      }),
      mostAdded(rows, column),
      ...['cpu', 'wall'].map((field) => `${Math.round(1000 * difference(fixed, column, field))} ms`),
    ]),
  );
  console.log(`
loops: processor time of the program's loops, measured inside it; cpu: of the whole command with all its processes; wall: the
command's wall-clock time; memory: peak resident memory of the Python process; fixed cost: that of the program \`pass\`, less
the plain run of it. The columns, with PYTHON = ${python.path.replace(homedir(), '~')}:
`);
  for (const { name, shown } of columns) console.log(`- ${name}: \`${shown}\``);
  for (const metric of METRICS) {
    console.log(`\n### ${metric.name}: ${metric.title}\n`);
    table(
      ['', metric.name === 'memory' ? 'plain, MiB' : 'plain, s', ...others.map(({ name }) => name)],
      rows.map(({ program, samples }) => {
        const plain = median((samples.plain ?? []).map(metric.of));
        return [
          program.name,
          metric.name === 'memory' ? (plain / 1024).toFixed(0) : plain.toFixed(2),
          ...others.map((column) => ratioOf(samples, column, metric)?.toFixed(2) ?? '–'),
        ];
      }),
    );
  }
  if (notes.length > 0) console.log(`\n${notes.map((note) => `- ${note}`).join('\n')}`);
}

/** The median of the ratios of the rounds, or undefined where the column failed. */
function ratioOf(samples, column, metric) {
  const runs = samples[column.name] ?? [];
  const ratios = runs.map((run, round) => metric.of(run) / metric.of(samples.plain[round]));
  return ratios.length > 0 && ratios.every(Number.isFinite) ? median(ratios) : undefined;
}

function ratios(rows, column, metric) {
  return rows.flatMap(({ program, samples }) => {
    const ratio = ratioOf(samples, column, metric);
    return ratio === undefined ? [] : [{ name: program.name, ratio }];
  });
}

function mostAdded(rows, column) {
  const added = rows.flatMap(({ program, samples }) => {
    const kib = (samples[column.name] ?? []).map(
      (run, round) => run.inside?.peakKiB - samples.plain[round].inside?.peakKiB,
    );
    return kib.length > 0 && kib.every(Number.isFinite) ? [{ name: program.name, mib: median(kib) / 1024 }] : [];
  });
  if (added.length === 0) return '–';
  const most = added.reduce((a, b) => (b.mib > a.mib ? b : a));
  return `${most.mib.toFixed(0)} MiB ${most.name}`;
}

function difference(samples, column, field) {
  return median(samples[column.name].map((run, round) => run[field] - samples.plain[round][field]));
}

function table(head, rows) {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  console.log(line(head));
  console.log(
    `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`,
  );
  for (const row of rows) console.log(line(row));
}

/** What is being done: one line on a terminal, replaced by the next; elsewhere a line each. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== '') console.error(text);
}
