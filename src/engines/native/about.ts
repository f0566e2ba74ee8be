/** What a Python of this machine says of itself, asked once and remembered for its file. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { assertUnreachable } from '../../core/assert.js';
import type { Refusal } from '../../core/outcome.js';
import { isOpcodeTables, OPCODE_TABLES, type OpcodeTables } from '../opcodes.js';
import { recall, remember, rememberedFile } from './remembered.js';

export interface About {
  readonly implementation: string;
  /** "3.14.2", "3.15.0rc1" */
  readonly version: string;
  readonly bits: 32 | 64;
  readonly free_threaded: boolean;
  /** What sets the build apart: "debug", "pystats", "jit". */
  readonly build: readonly string[];
  readonly machine: string;
  readonly platform: string;
  readonly glibc: boolean;
  readonly executable: string;
  readonly prefix: string;
  /** null: not a CPython since 3.8. */
  readonly opcodes: OpcodeTables | null;
}

const FIELDS: Readonly<Record<keyof About, 'string' | 'number' | 'boolean' | 'strings' | 'opcodes'>> = {
  implementation: 'string',
  version: 'string',
  bits: 'number',
  free_threaded: 'boolean',
  build: 'strings',
  machine: 'string',
  platform: 'string',
  glibc: 'boolean',
  executable: 'string',
  prefix: 'string',
  opcodes: 'opcodes',
};

/** Throws for anything else. Checked by hand: a schema library would take longer to load than the whole count of a short program. */
function parseAbout(text: string): About {
  const about = JSON.parse(text) as Record<string, unknown>;
  for (const [name, type] of Object.entries(FIELDS)) {
    const value = about[name];
    if (!fits(value, type)) throw new Error(`${name} is no ${type}`);
  }
  return about as unknown as About;
}

function fits(value: unknown, type: (typeof FIELDS)[keyof About]): boolean {
  switch (type) {
    case 'strings':
      return Array.isArray(value) && value.every((word) => typeof word === 'string');
    case 'opcodes':
      return value === null || isOpcodeTables(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return assertUnreachable(type);
  }
}

/** Runs on any Python since 2.7, and imports only what each of them has. */
const QUESTION = `${OPCODE_TABLES}
import sys, os, json
implementation = getattr(getattr(sys, "implementation", None), "name", "cpython")
build = [word for word, name in (("debug", "gettotalrefcount"), ("pystats", "_stats_on")) if hasattr(sys, name)]
jit = getattr(sys, "_jit", None)
if jit is not None and jit.is_enabled():
    build.append("jit")
try:
    glibc = bool(os.confstr("CS_GNU_LIBC_VERSION"))
except (ValueError, OSError, AttributeError):
    glibc = False
try:
    opcodes = json.loads(opcode_tables()) if implementation == "cpython" else None
except Exception:
    opcodes = None
print(json.dumps({
    "implementation": implementation,
    "version": sys.version.split()[0].rstrip("+"),
    "bits": 64 if sys.maxsize > 2 ** 32 else 32,
    "free_threaded": "free-threading" in sys.version,
    "build": build,
    "machine": os.uname()[4],
    "platform": sys.platform,
    "glibc": glibc,
    "executable": sys.executable or "",
    "prefix": sys.prefix,
    "opcodes": opcodes,
}))
`;

/** Why nothing is known of a file or command. */
export interface Unknown {
  readonly why: 'not-found' | 'not-executable' | 'not-python';
  readonly message: string;
}

const SECONDS = 20;

/** Asks, or remembers what was said. `command`: a path or the name of a command. */
export function aboutPython(command: string): About | Unknown {
  const file = rememberedIn(command);
  const before = file === null ? null : known(file);
  if (before !== null) return before;
  const result = spawnSync(command, ['-S', '-c', QUESTION], {
    encoding: 'utf8',
    timeout: SECONDS * 1000,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONWARNINGS: 'ignore' },
  });
  if (result.error !== undefined) {
    const code = 'code' in result.error ? result.error.code : '';
    if (code === 'ENOENT') return { why: 'not-found', message: `there is no ${command}` };
    if (code === 'ETIMEDOUT') return { why: 'not-python', message: `${command} did not answer within ${SECONDS} s` };
    return { why: 'not-executable', message: `${command} cannot be executed (${code})` };
  }
  try {
    const about = parseAbout(result.stdout.trim().split('\n').at(-1) ?? '');
    if (file !== null) remember(file, JSON.stringify(about));
    return about;
  } catch {
    const said = result.stderr.trim().split('\n')[0] ?? '';
    return {
      why: 'not-python',
      message: `${command} is not a Python that works${said === '' ? '' : `: ${said.slice(0, 200)}`}`,
    };
  }
}

/** Why an interpreter cannot be counted, although it is a Python; null when it can. */
export function refusalOf(about: About): Refusal | null {
  const refused = (message: string): Refusal => ({ code: 'unsupported', message });
  const [major = 0, minor = 0] = about.version.split('.').map((part) => Number.parseInt(part, 10));
  if (about.implementation !== 'cpython') {
    return refused(`it is ${about.implementation} ${about.version}: only CPython can be counted`);
  }
  if (major !== 3 || minor < 8) return refused(`it is Python ${about.version}: CPython 3.8 and newer can be counted`);
  if (about.free_threaded) return refused('it is a free-threaded build: these cannot be counted yet');
  if (about.platform !== 'linux' || about.machine !== 'x86_64' || about.bits !== 64) {
    return refused(
      `it is a ${about.bits}-bit build for ${about.platform} on ${about.machine}: Linux on x86-64 can be counted`,
    );
  }
  if (!about.glibc) return refused('its C library is not glibc: these builds cannot be counted yet');
  return null;
}

/** Where what is known of an executable file is kept; null for scripts, whose answer depends on more than the file. */
function rememberedIn(command: string): string | null {
  if (!command.includes('/')) return null;
  try {
    const real = realpathSync(command);
    const head = Buffer.alloc(4);
    const file = openSync(real, 'r');
    readSync(file, head, 0, 4, 0);
    closeSync(file);
    if (head.toString('latin1') !== '\x7fELF') return null;
    const { size, mtimeMs } = statSync(real);
    const { PYTHONHOME, PYTHON_JIT } = process.env;
    return rememberedFile([command, real, size, mtimeMs, QUESTION, PYTHONHOME, PYTHON_JIT], '.json');
  } catch {
    return null;
  }
}

function known(file: string): About | null {
  try {
    return parseAbout(recall(file) ?? '');
  } catch {
    return null;
  }
}
