#!/usr/bin/env python3
"""Counts what a Python program allocates, without pyallocs. See README.md in this folder.

    oracle.py interpreters                    what can be measured here, as JSON; builds what has to be built
    oracle.py programs                        what there is to run, as JSON; fetches the benchmarks
    oracle.py count NAME PROGRAM [options]    what the program makes, as JSON
    oracle.py watch NAME PROGRAM OUT          a command that stands for NAME and writes to OUT what PROGRAM makes

NAME is a name that `interpreters` lists (pyenv:3.12.1, debian:3.11, pic:3.14, ...).
"""
import argparse
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
CACHE = os.environ.get('PYALLOCS_ORACLE_CACHE') or os.path.join(
    tempfile.gettempdir(), 'pyallocs-oracles-%d' % os.getuid())
# Where scripts/interpreters.sh unpacks Debian sid's Pythons.
SID = os.environ.get('PYALLOCS_SID') or os.path.join(
    os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'pyallocs', 'sid')


def mirror():
    """The Debian mirror of this machine's own apt, unless another one is named; None where there is none."""
    named = os.environ.get('PYALLOCS_DEBIAN_MIRROR')
    if named:
        return named
    found = subprocess.run(['apt-get', 'indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True).stdout
    return next((uri for uri in found.split() if uri.rstrip('/').endswith('/debian')), None)


MULTIARCH = 'x86_64-linux-gnu'
# No site: what a site-packages folder runs at start (.pth files, their atexit callbacks) is not the program's.
FLAGS = ['-S']
ENV = {'PYTHONHASHSEED': '0', 'PYTHONDONTWRITEBYTECODE': '1', 'LC_ALL': 'C.UTF-8'}


class Skip(Exception):
    """This cannot be had here; the message says why."""


def run(command, **options):
    options.setdefault('timeout', 300)
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          universal_newlines=True, **options)


def must(command, **options):
    ended = run(command, **options)
    if ended.returncode != 0:
        raise Skip('`%s` ended with %d: %s' % (' '.join(command), ended.returncode, ended.stderr.strip()[-600:]))
    return ended.stdout


# ---- interpreters --------------------------------------------------------------------------------------------------

ASK = '''import json, sys, sysconfig
print(json.dumps({"version": list(sys.version_info[:3]), 
 "include": [sysconfig.get_path("include"), sysconfig.get_path("platinclude")],
 "gil": not sysconfig.get_config_var("Py_GIL_DISABLED")}))'''


def pyenv_paths():
    root = os.environ.get('PYENV_ROOT') or os.path.expanduser('~/.pyenv')
    for path in sorted(glob.glob(os.path.join(root, 'versions', '3.*', 'bin', 'python3'))):
        name = path.split(os.sep)[-3]
        minor = re.match(r'3\.(\d+)\.', name)
        if minor and 8 <= int(minor.group(1)) <= 15:
            yield 'pyenv:' + name, path


def interpreter(name, path, command=None, env=None, include=None):
    command = command or [path]
    env = env or {}
    asked = json.loads(must(command + ['-S', '-c', ASK], env=dict(os.environ, **env)))
    if not asked['gil']:
        raise Skip('free-threaded builds have no oracle')
    include = include or asked['include']
    # Debian's static binary claims Py_ENABLE_SHARED: what it is linked with tells.
    shared = any(library.startswith('libpython') for library in needed_libraries(os.path.realpath(command[-1])))
    if shared and not os.path.exists(os.path.join(include[0], 'Python.h')):
        raise Skip('%s has no Python.h' % include[0])
    return {'name': name, 'path': path, 'command': command, 'env': env, 'version': asked['version'],
            'shared': shared, 'include': include}


def wrapper(name, lines):
    """One file that can be started by its path, for tools that take a path."""
    path = os.path.join(CACHE, 'wrappers', name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    text = '#!/bin/sh\n' + lines
    if not os.path.exists(path) or open(path).read() != text:
        with open(path + '.new', 'w') as out:
            out.write(text)
        os.chmod(path + '.new', 0o755)
        os.rename(path + '.new', path)
    return path


def debian_interpreter():
    """The machine's own Debian python3: static, LTO."""
    if not os.path.exists('/usr/bin/python3'):
        raise Skip('no /usr/bin/python3')
    one = interpreter('debian:', '/usr/bin/python3')
    if one['shared']:
        raise Skip('/usr/bin/python3 is a shared build')
    one['name'] += '%d.%d' % tuple(one['version'][:2])
    return one


def sid_interpreter(minor):
    """Debian sid's, started through sid's own dynamic linker."""
    binary = '%s/usr/bin/python3.%d' % (SID, minor)
    if not os.path.exists(binary):
        raise Skip('%s is not there' % binary)
    loader, libraries = SID + '/usr/lib64/ld-linux-x86-64.so.2', '%s/usr/lib/%s' % (SID, MULTIARCH)
    script = wrapper('python3.%d' % minor, 'PYTHONHOME=%s/usr exec %s --library-path %s --argv0 python3.%d %s "$@"\n' % (
        SID, loader, libraries, minor, binary))
    return interpreter('sid:3.%d' % minor, script,
                       command=[loader, '--library-path', libraries, '--argv0', 'python3.%d' % minor, binary],
                       env={'PYTHONHOME': SID + '/usr'})


def pic_interpreter(of, archive, include, root):
    """The objects Debian built for shared libraries (libpython3.X-pic.a), linked here without link-time optimisation and
    with every call through the PLT: the same source, configuration and compiler as the static binary `of`."""
    major_minor = '%d.%d' % tuple(of['version'][:2])
    home = os.path.join(CACHE, 'pic-' + major_minor)
    stamp = '%s %s %d %d' % (root, archive, os.path.getsize(archive), os.path.getmtime(archive))
    stamp_file = os.path.join(home, 'stamp')
    binary = os.path.join(home, 'bin', 'python' + major_minor)
    if not os.path.exists(stamp_file) or open(stamp_file).read() != stamp:
        new = home + '.%d' % os.getpid()
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new + '/bin')
        os.makedirs(new + '/lib')
        library = '%s/lib/libpython%s.so.1.0' % (new, major_minor)
        system = '%s/usr/lib/%s' % (root, MULTIARCH)
        needed = needed_libraries(of['command'][-1])
        libraries = ['-L' + system] + ['-l:' + name for name in needed if not name.startswith('ld-')]
        nonshared = must(['gcc', '-print-file-name=libc_nonshared.a']).strip()
        must(['gcc', '-shared', '-nodefaultlibs', '-fno-lto', '-o', library, '-Wl,-soname,' + os.path.basename(library),
              '-Wl,--whole-archive', archive, '-Wl,--no-whole-archive'] + libraries + [nonshared, '-lgcc'])
        start = ['-Wl,--dynamic-linker=%s/usr/lib64/ld-linux-x86-64.so.2' % root] if root else []
        must(['gcc', '-fno-lto', '-nodefaultlibs', '-o', '%s/bin/python%s' % (new, major_minor),
              os.path.join(HERE, 'main.c'), library] + libraries + start +
             ['-Wl,--allow-shlib-undefined', '-Wl,--disable-new-dtags', '-Wl,-rpath,%s/lib:%s' % (home, system)])
        os.symlink('%s/usr/lib/python%s' % (root, major_minor), '%s/lib/python%s' % (new, major_minor))
        with open(new + '/stamp', 'w') as out:
            out.write(stamp)
        shutil.rmtree(home, ignore_errors=True)
        os.rename(new, home)
    one = interpreter('pic:' + major_minor, binary, include=include)
    one['static'] = of['name']
    return one


def needed_libraries(binary):
    return re.findall(r'NEEDED\s+(\S+)', must(['objdump', '-p', binary]))


def debian_pic():
    of = debian_interpreter()
    version = of['name'].split(':')[1]
    name = 'libpython%s-dev' % version
    archive = '/usr/lib/python%s/config-%s-%s/libpython%s-pic.a' % (version, version, MULTIARCH, version)
    root = ''
    if not os.path.exists(archive):
        root = unpack(name, [], os.path.join(CACHE, 'debian'))
        archive = root + archive
    include = ['%s/usr/include/python%s' % (root, version), '%s/usr/include' % root]
    of = dict(of, command=[os.path.realpath(of['path'])])
    return pic_interpreter(of, archive, include, '')


def sid_pic(minor):
    of = sid_interpreter(minor)
    root = unpack('libpython3.%d-dev' % minor, apt_options(), os.path.join(CACHE, 'sid'))
    archive = '%s/usr/lib/python3.%d/config-3.%d-%s/libpython3.%d-pic.a' % (root, minor, minor, MULTIARCH, minor)
    include = ['%s/usr/include/python3.%d' % (root, minor), '%s/usr/include' % root]
    one = pic_interpreter(of, archive, include, SID)
    if one['version'] != of['version']:
        raise Skip('the mirror has libpython %s by now, and %s is %s: unpack it anew' % (one['version'], SID, of['version']))
    return one


def apt_options():
    """apt for sid, beside the machine's own: nothing of the system is touched."""
    base = os.path.join(CACHE, 'apt')
    for folder in ('state/lists/partial', 'cache/archives/partial'):
        os.makedirs(os.path.join(base, folder), exist_ok=True)
    sources, status = os.path.join(base, 'sources.list'), os.path.join(base, 'status')
    open(status, 'a').close()
    site = mirror()
    if site is None:
        raise Skip('this machine has no Debian mirror: PYALLOCS_DEBIAN_MIRROR names one')
    with open(sources, 'w') as out:
        out.write('deb [trusted=yes] %s sid main\n' % site)
    return ['-o', 'Dir::Etc::sourcelist=' + sources, '-o', 'Dir::Etc::sourceparts=-', '-o', 'Dir::State=' + base + '/state',
            '-o', 'Dir::Cache=' + base + '/cache', '-o', 'Dir::State::status=' + status]


def unpack(package, options, folder):
    """apt-get download and dpkg -x into a folder of the cache."""
    root = os.path.join(folder, package)
    if os.path.exists(os.path.join(root, 'done')):
        return root
    for tool in ('apt-get', 'dpkg'):
        if not shutil.which(tool):
            raise Skip('%s is needed for %s' % (tool, package))
    downloads = os.path.join(folder, 'downloads', package)
    shutil.rmtree(downloads, ignore_errors=True)
    os.makedirs(downloads)
    if options:
        must(['apt-get'] + options + ['update'])
    must(['apt-get'] + options + ['download', package], cwd=downloads)
    for file in glob.glob(downloads + '/*.deb'):
        must(['dpkg', '-x', file, root])
    open(os.path.join(root, 'done'), 'w').close()
    return root


def found():
    """All interpreters, and what was left out with the reason."""
    os.makedirs(CACHE, exist_ok=True)
    interpreters, skipped = [], []
    makers = [(name, lambda name=name, path=path: interpreter(name, path)) for name, path in pyenv_paths()]
    makers += [('debian', debian_interpreter), ('pic of debian', debian_pic)]
    for minor in (13, 14, 15):
        makers.append(('sid:3.%d' % minor, lambda minor=minor: sid_interpreter(minor)))
        makers.append(('pic:3.%d' % minor, lambda minor=minor: sid_pic(minor)))
    for name, make in makers:
        try:
            interpreters.append(make())
        except (Skip, OSError, subprocess.SubprocessError) as reason:
            skipped.append({'name': name, 'reason': str(reason)})
    return {'interpreters': interpreters, 'skipped': skipped}


def known():
    """found(), remembered for an hour: asking every interpreter takes seconds."""
    of = hashlib.sha256(repr((SID, os.environ.get('PYENV_ROOT'))).encode()).hexdigest()[:8]
    file = os.path.join(CACHE, 'interpreters-%s.json' % of)
    mine = os.path.getmtime(__file__)
    if os.path.exists(file) and os.path.getmtime(file) > max(mine, time.time() - 3600):
        with open(file) as saved:
            return json.load(saved)
    answer = found()
    with open(file + '.%d' % os.getpid(), 'w') as out:
        json.dump(answer, out, indent=1)
    os.rename(out.name, file)
    return answer


def named(name):
    for one in known()['interpreters']:
        if one['name'] == name:
            return one
    raise Skip('no interpreter %r here; there are: %s' % (name, ', '.join(i['name'] for i in known()['interpreters'])))


# ---- shims ---------------------------------------------------------------------------------------------------------

def shim(source, one):
    """The shim, compiled with the headers of this interpreter. Rebuilt when its source or interval.h changed."""
    text = b''.join(open(os.path.join(HERE, f), 'rb').read() for f in (source, 'interval.h'))
    key = hashlib.sha256(text + repr((one['include'], one['version'])).encode()).hexdigest()[:16]
    path = os.path.join(CACHE, 'shims', '%s-%s.so' % (source[:-2], key))
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        new = '%s.%d' % (path, os.getpid())
        must(['cc', '-O2', '-g', '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-fvisibility=hidden'] +
             ['-I' + folder for folder in one['include']] + [os.path.join(HERE, source), '-o', new, '-ldl'])
        os.rename(new, path)
    return path


def place(program, interval, still=False):
    """A copy of the program, in a folder of its own, always the same one and written once: how many files lie beside a
    program, and what os.stat() says of it, are part of what it counts. For `bracket`, getppid() is called before its first
    and after its last line (of posix: a built-in module that is always there already)."""
    program = os.path.abspath(program)
    with open(program) as file:
        text = file.read()
    before = 'import gc; gc.disable()\n' if still else ''
    if interval == 'bracket':
        before, text = before + 'import posix\nposix.getppid()\n', text + '\nposix.getppid()\n'
    first = max([match.end() for match in re.finditer(r'^from __future__ .*\n', text, re.M)] or [0])
    text = text[:first] + before + text[first:]
    key = hashlib.sha256((program + text).encode()).hexdigest()[:16]
    folder = os.path.join(CACHE, 'programs', key)
    path = os.path.join(folder, os.path.basename(program))
    if not os.path.exists(path):
        new = '%s.%d' % (folder, os.getpid())
        if is_benchmark(program):
            shutil.copytree(os.path.dirname(program), new)
        else:
            os.makedirs(new)
        with open(os.path.join(new, os.path.basename(program)), 'w') as out:
            out.write(text)
        try:
            os.rename(new, folder)
        except OSError:  # another process was quicker
            shutil.rmtree(new)
    return path


def is_benchmark(program):
    return os.path.basename(program) == 'run_benchmark.py'


def environment_of(program):
    return dict(ENV, PYTHONPATH=os.path.join(HERE, 'pyperf_once')) if is_benchmark(program) else dict(ENV)


def touch(one, program, target):
    """Runs it once before it is counted for the first time: reading a file changes its access time (relatime), os.stat()
    says so, and a time of whole seconds has one int less (the nanoseconds 0 are a cached int)."""
    mark = os.path.join(CACHE, 'touched', hashlib.sha256((one['path'] + target).encode()).hexdigest()[:16])
    if not os.path.exists(mark):
        run(one['command'] + FLAGS + [target], env=dict(os.environ, **dict(environment_of(program), **one['env'])))
        os.makedirs(os.path.dirname(mark), exist_ok=True)
        open(mark, 'w').close()


PYPERFORMANCE = 'pyperformance==1.14.0'
# Deterministic, without a clock, without files, the same source for 3.8 to 3.15, under a second.
BENCHMARKS = ['chaos', 'deepcopy', 'deltablue', 'generators', 'go', 'raytrace', 'regex_compile', 'telco']


def programs():
    """The programs of this folder, and benchmarks of pyperformance, fetched from PyPI once."""
    answer = [{'name': os.path.basename(path)[:-3], 'path': path} for path in sorted(glob.glob(HERE + '/programs/*.py'))]
    skipped = []
    try:
        folder = os.path.join(CACHE, PYPERFORMANCE)
        if not os.path.exists(folder):
            os.makedirs(CACHE, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=CACHE) as new:
                must([sys.executable, '-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', '-d', new,
                      PYPERFORMANCE])
                for wheel in glob.glob(new + '/*.whl'):
                    shutil.unpack_archive(wheel, new + '/unpacked', 'zip')
                shutil.rmtree(folder, ignore_errors=True)
                os.rename(new + '/unpacked', folder)
        for name in BENCHMARKS:
            path = '%s/pyperformance/data-files/benchmarks/bm_%s/run_benchmark.py' % (folder, name)
            answer.append({'name': 'pyperformance:' + name, 'path': path})
    except (Skip, OSError, subprocess.SubprocessError) as reason:
        skipped.append({'name': PYPERFORMANCE, 'reason': str(reason)})
    for one in answer:
        one['env'] = environment_of(one['path'])
        for interval in ('main', 'bracket'):
            one[interval] = place(one['path'], interval)
            one['still' + interval.capitalize()] = place(one['path'], interval, True)
    return {'programs': answer, 'skipped': skipped, 'flags': FLAGS}


def direct_calls(one):
    """Where libpython, apart from CPython's own allocators, calls the C library's malloc and its like itself: the return
    addresses, relative to the library, read from its disassembly. (What is linked into a binary cannot be read there.)"""
    libraries = [name for name in needed_libraries(os.path.realpath(one['command'][-1])) if name.startswith('libpython')]
    if not libraries:
        return ''
    library = os.path.join(os.path.dirname(os.path.dirname(one['command'][-1])), 'lib', libraries[0])
    file = os.path.join(CACHE, 'direct', hashlib.sha256(
        ('%s %d' % (library, os.path.getmtime(library))).encode()).hexdigest()[:16])
    if not os.path.exists(file):
        os.makedirs(os.path.dirname(file), exist_ok=True)
        calls, function, called = [], '', False
        for line in must(['objdump', '-d', '--no-show-raw-insn', library]).split('\n'):
            head = re.match(r'[0-9a-f]+ <(.*)>:$', line)
            if head:
                function = head.group(1)
                continue
            address = re.match(r'\s*([0-9a-f]+):', line)
            if address and called:
                calls.append(address.group(1))
            if address:
                called = bool(re.search(r'call\s.*<(malloc|calloc|realloc|free)@plt>$', line)) and \
                    not re.match(r'_PyMem_(Default)?Raw', function)
        with open('%s.%d' % (file, os.getpid()), 'w') as out:
            out.write(','.join(calls))
        os.rename(out.name, file)
    with open(file) as saved:
        return saved.read()


ORACLES = {'new-reference': 'new_reference_shim.c', 'malloc': 'malloc_shim.c', 'ref-tracer': 'ref_tracer_shim.c'}


def count(one, program, oracle='new-reference', interval='main', fixed=False, still=False):
    """Runs the program once under an oracle and returns what it saw."""
    if interval == 'main' and not one['shared']:
        raise Skip('%s is a static build: only the interval `bracket` can be seen there' % one['name'])
    if oracle == 'new-reference' and not one['shared']:
        raise Skip('%s is a static build: its calls cannot be interposed' % one['name'])
    if oracle == 'ref-tracer' and tuple(one['version']) < (3, 13):
        raise Skip('%s has no PyRefTracer' % one['name'])
    if oracle == 'gdb':
        return gdb_hits(one, program)
    if oracle == 'heap':
        return heap_changes(one, program)
    library, target = shim(ORACLES[oracle], one), place(program, interval, still)
    touch(one, program, target)
    with tempfile.TemporaryDirectory(prefix='oracle-') as folder:
        out = os.path.join(folder, 'answer.json')
        environment = dict(os.environ, **environment_of(program))
        environment.update(one['env'])
        environment.update({'LD_PRELOAD': library, 'ORACLE_OUT': out,
                            'ORACLE_INTERVAL': interval})
        if oracle == 'malloc':
            environment['PYTHONMALLOC'] = 'malloc'
            environment['ORACLE_DIRECT'] = direct_calls(one)
        command = (['setarch', '-R'] if fixed else []) + one['command'] + FLAGS + [target]
        ended = run(command, env=environment)
        if ended.returncode != 0:
            raise Skip('the program ended with %d: %s' % (ended.returncode, ended.stderr.strip()[-2000:]))
        with open(out) as file:
            answer = json.load(file)
        if answer['open']:
            raise Skip('the program left the interval without ending it')
        return answer


def watched(one, program, out, still=False):
    """A command like this interpreter that is counted by the shim while it runs this program, whoever starts it: to see
    whether a tool changes what it measures. What else LD_PRELOAD names comes first."""
    if not one['shared']:
        raise Skip('%s is a static build: its calls cannot be interposed' % one['name'])
    library, target = shim(ORACLES['new-reference'], one), place(program, 'main', still)
    touch(one, program, target)
    name = 'watched-%s' % hashlib.sha256(repr((library, target, out, one['path'])).encode()).hexdigest()[:16]
    return wrapper(name, """case " $* " in
*" %s "*) LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}%s" ORACLE_OUT=%s ORACLE_INTERVAL=main ORACLE_WATCHES="tool:$LD_PRELOAD" exec %s "$@" ;;
*) exec %s "$@" ;;
esac
""" % (target, library, out, one['path'], one['path']))


# ---- sys._debugmallocstats() ---------------------------------------------------------------------------------------

def heap_changes(one, program):
    """What CPython itself says of arenas and pools before the first line and after the last, beside what the shim saw
    between: arenas ever taken, arenas now, pools in use."""
    library = shim(ORACLES['new-reference'], one)
    with open(place(program, 'bracket')) as file:
        text = file.read()
    with tempfile.TemporaryDirectory(prefix='oracle-') as folder:
        target, out = os.path.join(folder, 'program.py'), os.path.join(folder, 'answer.json')
        first = max([match.end() for match in re.finditer(r'^from __future__ .*\n', text, re.M)] or [0])
        with open(target, 'w') as file:
            file.write('%simport sys; sys._debugmallocstats()\n%s\nsys._debugmallocstats()\n' % (text[:first], text[first:]))
        environment = dict(os.environ, **environment_of(program))
        environment.update(one['env'], LD_PRELOAD=library, ORACLE_OUT=out, ORACLE_INTERVAL='bracket')
        ended = run(one['command'] + FLAGS + [target], env=environment)
        if ended.returncode != 0:
            raise Skip('the program ended with %d: %s' % (ended.returncode, ended.stderr.strip()[-2000:]))
        with open(out) as file:
            seen = json.load(file)
    says = []
    for text in ended.stderr.split('Small block threshold')[1:]:
        number = lambda name: int(re.search(r'# arenas %s\s+=\s+([\d,]+)' % name, text).group(1).replace(',', ''))
        rows = re.findall(r'^ +\d+ +\d+ +(\d+) +\d+ +\d+$', text, re.M)
        says.append({'arenas': number('allocated total'), 'arenasNow': number('allocated current'),
                     'pools': sum(map(int, rows))})
    if len(says) != 2:
        raise Skip('sys._debugmallocstats() said: %s' % ended.stderr[-500:])
    return {'cpython': {key: says[1][key] - says[0][key] for key in says[0]},
            'shim': {'arenas': seen['arenas'], 'arenasNow': seen['arenas'] - seen['arenasReturned'],
                     'pools': seen['pools'] - seen['poolsEmptied']}, 'poolsTaken': seen['pools']}


# ---- gdb -----------------------------------------------------------------------------------------------------------

GDB = '''set pagination off
set confirm off
set breakpoint pending on
set debuginfod enabled off
set disable-randomization on
handle SIGUSR1 nostop noprint
tbreak %(before)s
run
tbreak PyEval_EvalCode
continue
tbreak _PyEval_EvalFrameDefault
continue
%(breaks)s
finish
info breakpoints
kill
quit
'''


def gdb_hits(one, program):
    """How often functions were entered between the first instruction of __main__ and its return: ignore counts on
    breakpoints, nothing loaded into the process. Hits of allocator functions include nested ones."""
    if not one['shared'] or one['name'].startswith('pic'):
        raise Skip('gdb counts by symbols: pyenv builds have them')
    if not shutil.which('gdb'):
        raise Skip('no gdb')
    minor = one['version'][1]
    new = ['_PyTraceMalloc_NewReference'] if minor == 8 else ['_Py_NewReference']
    if minor >= 12:
        new.append('_Py_NewReferenceNoTotal')
    functions = new + ['PyObject_Malloc', 'PyObject_Calloc', 'PyObject_Realloc', 'PyMem_Malloc', 'PyMem_Calloc', 'PyMem_Realloc']
    # The code of a script is the first that is evaluated after the file was opened by one of these.
    before = 'PyRun_SimpleFileExFlags' if minor < 10 else '_PyRun_SimpleFileObject'
    first = 4  # breakpoint numbers: three temporary ones come before
    # 3.8 announces objects to tracemalloc only, and only while it traces.
    flags = FLAGS + (['-X', 'tracemalloc'] if minor == 8 else [])
    breaks = []
    for i, function in enumerate(functions):
        breaks += ['break *%s' % function, 'ignore %d 1000000000' % (first + i)]
    with tempfile.TemporaryDirectory(prefix='oracle-') as folder:
        script = os.path.join(folder, 'hits.gdb')
        with open(script, 'w') as out:
            out.write(GDB % {'before': before, 'breaks': '\n'.join(breaks)})
        ended = run(['gdb', '-nx', '-batch', '-x', script, '--args'] + one['command'] + flags + [place(program, 'main')],
                    env=dict(os.environ, **ENV))
    hits = {}
    lines = ended.stdout.split('\n')
    for i, line in enumerate(lines):
        what = re.match(r'(\d+)\s+breakpoint\s+keep', line)
        if not what:
            continue
        times = re.search(r'already hit (\d+) time', '\n'.join(lines[i + 1:i + 2]))
        hits[functions[int(what.group(1)) - first]] = int(times.group(1)) if times else 0
    if len(hits) != len(functions):
        raise Skip('gdb said: %s' % (ended.stdout + ended.stderr)[-1500:])
    return {'hits': hits, 'newReferences': sum(hits[name] for name in new)}


# ---- command line --------------------------------------------------------------------------------------------------

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest='verb')
    verbs.add_parser('interpreters')
    verbs.add_parser('programs')
    watching = verbs.add_parser('watch')
    for name in ('name', 'program', 'out'):
        watching.add_argument(name)
    watching.add_argument('--still', action='store_true', help='without the cyclic collector')
    counting = verbs.add_parser('count')
    counting.add_argument('name')
    counting.add_argument('program')
    counting.add_argument('--oracle', choices=sorted(ORACLES) + ['gdb', 'heap'], default='new-reference')
    counting.add_argument('--interval', choices=['main', 'bracket'], default='main')
    counting.add_argument('--fixed', action='store_true', help='without address space randomisation')
    counting.add_argument('--brief', action='store_true', help='without types')
    counting.add_argument('--still', action='store_true', help='without the cyclic collector')
    options = parser.parse_args()
    try:
        if options.verb == 'interpreters':
            answer = known()
        elif options.verb == 'programs':
            answer = programs()
        elif options.verb == 'watch':
            answer = watched(named(options.name), options.program, options.out, options.still)
        elif options.verb == 'count':
            answer = count(named(options.name), options.program, options.oracle, options.interval, options.fixed, options.still)
            if options.brief:
                answer.pop('byType', None)
        else:
            parser.error('say interpreters, programs, count or watch')
    except Skip as reason:
        sys.exit('oracle: %s' % reason)
    json.dump(answer, sys.stdout, indent=1)
    print()


if __name__ == '__main__':
    main()
