/** What a real interpreter did, written down by agent/test/event_log.c behind the hooks of the embedded engine. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unwrap } from '../../src/core/assert.js';
import { CPython } from '../../src/engines/wasm/cpython.js';
import { EMBEDDED, packageOf } from '../../src/engines/wasm/embedded.js';
import { installHooks } from '../../src/engines/wasm/hooks.js';
import { tableIndex } from '../../src/engines/wasm/interpreter.js';
import { LinearMemory } from '../../src/engines/wasm/memory.js';
import { type LoadPyodide, loadWithMemory } from '../../src/engines/wasm/pyodide.js';
import { type CoreExports, instantiateSideModule } from '../../src/engines/wasm/side-module.js';
import { type Event, preHeader, type TypeObject } from './events.js';

interface LogExports extends CoreExports {
  record_into(memory: number, room: number): void;
  records_used(): number;
}

/** The struct `record` of event_log.c. */
const KINDS = ['request', 'resize', 'release', 'create', 'begin', 'end', 'mark'] as const;
const WORDS = 10;
const NAME_SIZE = 48;
const RECORD_SIZE = 4 * WORDS + 2 * NAME_SIZE;
const ROOM = 400_000;
const POINTER = 4;

export interface Recording {
  readonly events: readonly Event[];
  /** How many of them came from the interpreter. */
  readonly recorded: number;
  /** Flags of the recorder: 0 when nothing was lost. */
  readonly flags: number;
  /** No address in the events is above. */
  readonly space: number;
}

/** Records a program executed `times` times, each time an interval of its own. */
export async function record(minor: number, program: string, times: number): Promise<Recording> {
  const offer = unwrap(
    EMBEDDED.find((candidate) => candidate.minor === `3.${minor}`),
    'no such version',
  );
  const folder = dirname(createRequire(import.meta.url).resolve(`${packageOf(offer)}/package.json`));
  const distribution = (await import(pathToFileURL(join(folder, 'pyodide.mjs')).href)) as { loadPyodide: LoadPyodide };
  const quiet = (): void => {};
  const options = {
    indexURL: folder + sep,
    jsglobals: { Object, setTimeout, clearTimeout, setInterval, clearInterval },
    stdin: () => null,
    stdout: quiet,
    stderr: quiet,
  };
  Reflect.deleteProperty(globalThis, '_createPyodideModule'); // that of another version, should one have been loaded here
  const { pyodide, memory } = await loadWithMemory(distribution.loadPyodide, options, { PYTHONHASHSEED: '0' });
  const linear = new LinearMemory(memory);
  const python = new CPython(pyodide._module, linear);
  const code = readFileSync(new URL('../../build/event_log.wasm', import.meta.url));
  const log = await instantiateSideModule<LogExports>(code, memory, pyodide._module.wasmTable, (n) =>
    python.allocate(n),
  );
  const records = python.allocate(ROOM * RECORD_SIZE);
  linear.bytes.fill(0, records, records + ROOM * RECORD_SIZE);
  log.record_into(records, ROOM);
  let setup: Parameters<CoreExports['start']> | undefined;
  const start: CoreExports['start'] = (...args) => {
    setup = args;
    return log.start(...args);
  };
  const places = unwrap(
    installHooks(python, { ...log, start }, minor, (name) => tableIndex(python, name)),
    'no layout',
  );
  for (let i = 0; i < times; i++) {
    log.begin();
    python.execute(program, 'program');
    log.end();
  }
  const recorded = log.records_used();
  const [, types, frames, heapEnd] = unwrap(setup, 'the core was not started');
  const reader = new RecordReader(linear, minor, types, linear.bytes.length);
  const events: Event[] = [{ kind: 'start', minor, types, frames, heapEnd }];
  events.push({ kind: 'define', type: reader.type });
  for (let i = 0; i < recorded; i++) events.push(...reader.read(records + i * RECORD_SIZE));
  // pa_state begins with 16 64-bit words; the flags come next.
  return { events, recorded, flags: linear.word(places.state + 8 * 16), space: linear.bytes.length + 4096 };
}

class RecordReader {
  /** `type`. */
  readonly type: TypeObject;
  readonly #memory: LinearMemory;
  readonly #minor: number;
  readonly #names: number;

  /** `names`: an address behind all of the interpreter's, where the names of types will be written. */
  constructor(memory: LinearMemory, minor: number, types: number, names: number) {
    this.#memory = memory;
    this.#minor = minor;
    this.#names = names;
    // Py_TPFLAGS_HAVE_GC, Py_TPFLAGS_TYPE_SUBCLASS
    const flags = 2 ** 14 + 2 ** 31;
    this.type = { address: types, block: types, name: 'type', nameAt: names, flags, metatype: null };
  }

  read(at: number): Event[] {
    const [
      kind = 0,
      domain = 0,
      address = 0,
      from = 0,
      size = 0,
      references = 0,
      type = 0,
      flags = 0,
      meta = 0,
      metaFlags = 0,
    ] = this.#memory.words.subarray(at >>> 2, (at >>> 2) + WORDS);
    const name = unwrap(KINDS[kind], 'a record of no kind');
    switch (name) {
      case 'request':
        return [{ kind: name, domain, address, size, by: 'malloc', nested: false }];
      case 'resize':
        return [{ kind: name, domain, from, to: address, size, nested: false }];
      case 'release':
        return [{ kind: name, domain, address, nested: false }];
      case 'begin':
      case 'end':
        return [{ kind: name }];
      case 'mark':
        return [{ kind: name, object: address, block: address }];
      case 'create': {
        const texts = at + 4 * WORDS;
        const metatype =
          meta === this.type.address ? this.type : this.#typeObject(meta, metaFlags, texts + NAME_SIZE, 64, this.type);
        const created = type === meta ? metatype : this.#typeObject(type, flags, texts, 128, metatype);
        const block = address - preHeader(this.#minor, POINTER, flags);
        const define = [metatype, created].map((t): Event => ({ kind: 'define', type: t }));
        return [...define, { kind: name, type: created, block, object: address, references }];
      }
    }
  }

  #typeObject(address: number, flags: number, text: number, nameOffset: number, metatype: TypeObject): TypeObject {
    const block = address - preHeader(this.#minor, POINTER, metatype.flags);
    return { address, block, name: this.#memory.text(text), nameAt: this.#names + nameOffset, flags, metatype };
  }
}
