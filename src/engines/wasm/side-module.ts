/** Puts the counting core into the memory and the function table of an interpreter. Nothing here needs Node. */
import { unwrap } from '../../core/assert.js';

/** What the files of agent/wasm/ export. Pointers are numbers. */
export interface CoreExports {
  start(minor: number, typeOfTypes: number, typeOfFrames: number, heapEnd: number): number;
  inner_allocator(domain: number): number;
  wrap_allocator(domain: number, allocator: number): void;
  has_tracer(): number;
  tracer(): number;
  diverted_lookup(): number;
  begin(): void;
  end(): void;
  names(): number;
  rows(): number;
  mark_death(object: number): number;
  mark_state(mark: number): number;
  mark_rows(mark: number): number;
  use_interpreter(evaluate: number, runnerType: number, none: number): void;
  run_main(codeAndGlobals: number): number;
  counts_before_main(): number;
  program_stage(): number;
  run_main_pointer(): number;
  begin_callbacks_pointer(): number;
  use_reserve(address: number, size: number): void;
  opcode_base(): number;
  opcode_caches(): number;
  record_sites(threadState: number, callers: number, wholeRecursion: number, live: number): number;
  begin_recorded(): void;
  book(): number;
}

/** What a position-independent module asks for: the section "dylink.0" of the WebAssembly tool conventions. */
interface Needs {
  readonly memorySize: number;
  readonly memoryAlignment: number;
  readonly tableSize: number;
}

function needs(module: WebAssembly.Module): Needs {
  const section = unwrap(WebAssembly.Module.customSections(module, 'dylink.0')[0], 'not a side module: no dylink.0');
  const data = new Uint8Array(section);
  let at = 1; // the kind of the first subsection, WASM_DYLINK_MEM_INFO
  const leb128 = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = unwrap(data[at++], 'dylink.0 ends early');
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  leb128(); // length of the subsection
  return { memorySize: leb128(), memoryAlignment: 1 << leb128(), tableSize: leb128() };
}

/** Instantiates a side module. `allocate` gives memory of the interpreter that is never freed. */
export async function instantiateSideModule<Exports>(
  bytes: BufferSource,
  memory: WebAssembly.Memory,
  table: WebAssembly.Table,
  allocate: (size: number) => number,
): Promise<Exports> {
  const module = await WebAssembly.compile(bytes);
  const { memorySize, memoryAlignment, tableSize } = needs(module);
  const raw = allocate(memorySize + memoryAlignment);
  const base = (raw + memoryAlignment - 1) & -memoryAlignment;
  new Uint8Array(memory.buffer).fill(0, base, base + memorySize);
  const constant = (value: number): WebAssembly.Global => new WebAssembly.Global({ value: 'i32' }, value);
  const instance = await WebAssembly.instantiate(module, {
    env: {
      memory,
      __indirect_function_table: table,
      __memory_base: constant(base),
      __table_base: constant(table.grow(tableSize)),
      __stack_pointer: new WebAssembly.Global({ value: 'i32', mutable: true }, stackTop(allocate)),
    },
  });
  const exports = instance.exports as Record<string, () => void>;
  exports['__wasm_apply_data_relocs']?.();
  exports['__wasm_call_ctors']?.();
  return exports as Exports;
}

/** Bytes of the stack that the core has for itself, apart from the interpreter's: its deepest call chain needs some hundred. */
const STACK_SIZE = 8192;

/** The stack grows downwards from its top, which is divisible by 16. */
function stackTop(allocate: (size: number) => number): number {
  return (allocate(STACK_SIZE + 16) + STACK_SIZE) & -16;
}
