/** CPython's C API as the engine uses it, through pointers only: no JavaScript object ever stands for a Python one. */
import { unwrap } from '../../core/assert.js';
import type { LinearMemory } from './memory.js';
import type { EmscriptenModule } from './pyodide.js';

/** A PyObject*. */
export type Pointer = number;

/** Include/compile.h. */
const PY_FILE_INPUT = 257;

/** Size of PyMemAllocatorEx on wasm32. */
const ALLOCATOR_SIZE = 20;

export class CPython {
  readonly module: EmscriptenModule;
  readonly memory: LinearMemory;
  readonly #globals: Pointer;

  constructor(module: EmscriptenModule, memory: LinearMemory) {
    this.module = module;
    this.memory = memory;
    this.#globals = this.call('PyDict_New');
    this.#withText('__builtins__', (name) =>
      this.call('PyDict_SetItemString', this.#globals, name, this.call('PyEval_GetBuiltins')),
    );
  }

  /** Calls a function of the C API; the result as an unsigned number. */
  call(name: string, ...args: number[]): number {
    const f = unwrap(this.module[`_${name}`], `this interpreter does not export ${name}`);
    return f(...args) >>> 0;
  }

  has(name: string): boolean {
    return this.module[`_${name}`] !== undefined;
  }

  /** The address of exported data, such as PyType_Type. */
  address(name: string): Pointer {
    return unwrap(this.module[`_${name}`] as unknown as number | undefined, `this interpreter does not export ${name}`);
  }

  /** A new place in the table of functions for one that was called before: up to 0.27 the first call replaces a lazy wrapper. */
  functionIndex(name: string): number {
    const found = unwrap(this.module[`_${name}`], `this interpreter does not export ${name}`);
    const { wasmTable } = this.module;
    const index = wasmTable.grow(1);
    wasmTable.set(index, found);
    return index;
  }

  /** Memory of the raw domain. */
  allocate(size: number): number {
    return unwrap(this.call('PyMem_RawMalloc', size) || null, 'no memory left in the interpreter');
  }

  release(address: number): void {
    this.call('PyMem_RawFree', address);
  }

  #withBytes<T>(bytes: Uint8Array, use: (address: number) => T): T {
    const address = this.allocate(bytes.length + 1);
    this.memory.bytes.set(bytes, address);
    this.memory.bytes[address + bytes.length] = 0;
    try {
      return use(address);
    } finally {
      this.release(address);
    }
  }

  #withText<T>(text: string, use: (address: number) => T): T {
    return this.#withBytes(new TextEncoder().encode(text), use);
  }

  /** Executes Python source in the engine's own namespace, which no statement sees. */
  execute(source: string, file: string): void {
    const code = this.#withText(source, (text) =>
      this.#withText(file, (name) => this.call('Py_CompileStringExFlags', text, name, PY_FILE_INPUT, 0, -1)),
    );
    const result = code && this.call('PyEval_EvalCode', code, this.#globals, this.#globals);
    if (!result) {
      this.call('PyErr_Print');
      throw new Error(`Python could not execute ${file}`);
    }
    this.call('Py_DecRef', code);
    this.call('Py_DecRef', result);
  }

  /** A name of the engine's namespace: a borrowed reference. */
  global(name: string): Pointer {
    const found = this.#withText(name, (text) => this.call('PyDict_GetItemString', this.#globals, text));
    return unwrap(found || null, `${name} is not defined`);
  }

  /** Calls a function of the engine's namespace with strings; it returns a string. */
  ask(name: string, ...args: string[]): string {
    const tuple = this.call('PyTuple_New', args.length);
    args.forEach((arg, i) => {
      const bytes = new TextEncoder().encode(arg);
      const text = this.#withBytes(bytes, (at) => this.call('PyUnicode_FromStringAndSize', at, bytes.length));
      this.call('PyTuple_SetItem', tuple, i, text);
    });
    return this.#text(this.#callTuple(name, tuple));
  }

  /** The same with the exception that is set, which is cleared. */
  askAboutException(name: string): string {
    return this.askAbout(name, this.takeException());
  }

  /** Clears the exception that is set: its type, value and traceback, each 0 where there is none. The caller owns them. */
  takeException(): readonly Pointer[] {
    const three = this.allocate(12);
    this.call('PyErr_Fetch', three, three + 4, three + 8);
    this.call('PyErr_NormalizeException', three, three + 4, three + 8);
    const objects = [0, 4, 8].map((offset) => this.memory.word(three + offset));
    this.release(three);
    return objects;
  }

  /** Calls a function of the engine's namespace with objects, which it takes; 0 stands for None. It returns a string. */
  askAbout(name: string, objects: readonly Pointer[]): string {
    const tuple = this.call('PyTuple_New', objects.length);
    objects.forEach((object, i) => {
      this.call('PyTuple_SetItem', tuple, i, object || this.#none());
    });
    return this.#text(this.#callTuple(name, tuple));
  }

  #none(): Pointer {
    const none = this.address('_Py_NoneStruct');
    this.call('Py_IncRef', none);
    return none;
  }

  /** Binds a name of the engine's namespace to a function in C; `pointer` is an index of the table of functions. */
  defineFunction(name: string, pointer: number, flags: number): void {
    const text = new TextEncoder().encode(`${name}\0`);
    const definition = this.allocate(16 + text.length); // PyMethodDef, never freed: name, function, flags, documentation
    this.memory.bytes.set(text, definition + 16);
    [definition + 16, pointer, flags, 0].forEach((word, i) => {
      this.memory.setWord(definition + 4 * i, word);
    });
    const made = unwrap(this.call('PyCFunction_NewEx', definition, 0, 0) || null, 'no memory for a function');
    this.#withText(name, (key) => this.call('PyDict_SetItemString', this.#globals, key, made));
    this.call('Py_DecRef', made);
  }

  #callTuple(name: string, tuple: Pointer): Pointer {
    const result = this.call('PyObject_Call', this.global(name), tuple, 0);
    this.call('Py_DecRef', tuple);
    if (!result) {
      this.call('PyErr_Print');
      throw new Error(`${name} of the harness raised an exception`);
    }
    return result;
  }

  #text(object: Pointer): string {
    const size = this.allocate(4);
    const text = this.call('PyUnicode_AsUTF8AndSize', object, size);
    const result = text ? this.memory.textOf(text, this.memory.word(size)) : '';
    if (!text) this.call('PyErr_Clear');
    this.release(size);
    this.call('Py_DecRef', object);
    return result;
  }

  /** Reads the allocator of a domain: its five words. */
  allocator(domain: number): readonly number[] {
    const at = this.allocate(ALLOCATOR_SIZE);
    this.call('PyMem_GetAllocator', domain, at);
    const words = Array.from(this.memory.words.subarray(at >>> 2, (at + ALLOCATOR_SIZE) >>> 2));
    this.release(at);
    return words;
  }

  /** Installs for a domain what `write` puts at an address. */
  setAllocator(domain: number, write: (address: number) => void): void {
    const at = this.allocate(ALLOCATOR_SIZE);
    write(at);
    this.call('PyMem_SetAllocator', domain, at);
    this.call('PyMem_RawFree', at);
  }
}
