/** Copies that src/engines/copies.testkit.py made, and what dis says of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeCopy, CodeText, InstructionText } from './instructions.js';
import type { OpcodeTables } from './opcodes.js';

export const COPIES_SCRIPT: string = join(import.meta.dirname, 'copies.testkit.py');

export interface ExpectedCopy extends CodeCopy {
  /** co_code */
  readonly plain: Uint8Array;
  /** For each offset. An argument that dis does not tell is null. */
  readonly expected: readonly (Omit<InstructionText, 'argument'> & { readonly argument: string | null })[];
}

export function readCopies(file: string): ExpectedCopy[] {
  const copies = JSON.parse(readFileSync(file, 'utf8')) as (ExpectedCopy &
    Record<'code' | 'lineTable' | 'plain', string>)[];
  return copies.map((copy) => ({
    ...copy,
    code: bytes(copy.code),
    lineTable: bytes(copy.lineTable),
    plain: bytes(copy.plain),
  }));
}

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

/** Where the answer differs from dis, in words; up to ten. Of what is not matched, an argument may be missing. */
export function differences(copies: readonly ExpectedCopy[], texts: readonly CodeText[]): string[] {
  const found: string[] = [];
  copies.forEach(({ file, name, offsets, expected }, i) => {
    const text = texts[i];
    offsets.forEach((offset, k) => {
      const told = text?.instructions[k];
      const right = expected[k];
      for (const field of ['start', 'line', 'column', 'opcode', 'argument'] as const) {
        if (told?.[field] === right?.[field] || right?.[field] === undefined) continue;
        if (field === 'argument' && (right.argument === null || (text?.matched === false && told?.argument === '')))
          continue;
        found.push(`${file}:${name}+${offset} ${field}: ${told?.[field]}, dis: ${right?.[field]}`);
      }
    });
  });
  return found.slice(0, 10);
}

/** The code as the compiler made it: what the agent does with the tables. */
export function despecialised({ base, caches }: OpcodeTables, code: Uint8Array): Uint8Array {
  const [bases, sizes] = [Buffer.from(base, 'hex'), Buffer.from(caches, 'hex')];
  const plain = Uint8Array.from(code);
  for (let i = 0; i < plain.length; ) {
    const opcode = bases[plain[i] ?? 0] ?? 0;
    const end = i + 2 + 2 * (sizes[opcode] ?? 0);
    plain[i] = opcode;
    plain.fill(0, i + 2, end);
    i = end;
  }
  return plain;
}
