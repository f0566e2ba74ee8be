/** What an embedded interpreter says of its opcodes. Nothing here needs Node. */
import { isOpcodeTables, OPCODE_TABLES, type OpcodeTables } from '../opcodes.js';
import type { CPython } from './cpython.js';

/** Makes objects in the interpreter: to be asked before anything is counted in it. */
export function embeddedOpcodes(python: CPython): OpcodeTables {
  python.execute(OPCODE_TABLES, 'opcodes.py');
  const tables: unknown = JSON.parse(python.ask('opcode_tables'));
  if (!isOpcodeTables(tables)) throw new Error('the interpreter says nothing of its opcodes');
  return tables;
}
