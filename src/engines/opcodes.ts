/**
 * What a code object in memory has to be freed of to be what the compiler made: specialised opcodes, and the contents of
 * inline caches. Each interpreter is asked for its own tables.
 */

export interface OpcodeTables {
  /**
   * 256 bytes in hexadecimal: the opcode that the compiler wrote, for each that may stand in memory (PEP 659, and
   * sys.monitoring's since 3.12). One that may stand for several is its own: INSTRUMENTED_LINE, ENTER_EXECUTOR.
   */
  readonly base: string;
  /** 256 bytes in hexadecimal: how many code units of two bytes, its inline cache, follow an instruction. 0 for all up to 3.10. */
  readonly caches: string;
}

/**
 * Defines opcode_tables() in an interpreter: the tables as JSON, "null" before 3.8. It can be parsed since 2.7.
 *
 * 3.13+ have the numbers of specialised opcodes in _opcode_metadata. 3.11 and 3.12 give them to the numbers that are left,
 * in the order of their list (Tools/scripts/generate_opcode_h.py, Tools/build/generate_opcode_h.py; Lib/dis.py does the same).
 */
export const OPCODE_TABLES = `
def opcode_tables():
    import json, sys
    if sys.version_info < (3, 8):
        return "null"
    import opcode
    numbers = dict(opcode.opmap)
    if hasattr(opcode, "_specialized_opmap"):
        numbers.update(opcode._specialized_opmap)
    else:
        free = [number for number, name in enumerate(opcode.opname[:256]) if name.startswith("<")]
        numbers.update(zip(getattr(opcode, "_specialized_instructions", ()), free))
    base = list(range(256))
    for name, family in getattr(opcode, "_specializations", {}).items():
        for member in family:
            base[numbers[member]] = numbers[name]
    for name, number in numbers.items():
        if name.startswith("INSTRUMENTED_") and name[13:] in numbers:
            base[number] = numbers[name[13:]]
    caches = getattr(opcode, "_inline_cache_entries", {})
    if isinstance(caches, list):
        sizes = [caches[number] for number in base]
    else:
        names = dict((number, name) for name, number in opcode.opmap.items())
        sizes = [caches.get(names.get(number), 0) for number in base]
    return json.dumps({"base": "".join("%02x" % n for n in base), "caches": "".join("%02x" % n for n in sizes)})
`;

const TABLE = /^[0-9a-f]{512}$/;

export function isOpcodeTables(value: unknown): value is OpcodeTables {
  const { base, caches } = (value ?? {}) as Partial<Record<keyof OpcodeTables, unknown>>;
  return typeof base === 'string' && TABLE.test(base) && typeof caches === 'string' && TABLE.test(caches);
}
