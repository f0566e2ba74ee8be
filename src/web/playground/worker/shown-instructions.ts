/** The instructions of the reader's texts, with what each allocates: what a version compiles them to, joined with what was recorded. */
import { unwrap } from '../../../core/assert.js';
import { type Counts, divideCounts, type TypeCounts } from '../../../core/counts.js';
import { entryOf } from '../../../core/maps.js';
import type { Recording } from '../../../core/recording.js';
import { TypedTally } from '../../../core/tally.js';
import type { Bytecode } from '../../../engines/bytecode.js';
import type { Marked } from '../../../engines/marks.js';
import type { ShownInstruction } from '../answer.js';
import type { Text } from '../question.js';

/** Where something was allocated. */
interface Site {
  readonly text: Text | null;
  readonly function: string;
  readonly firstLine: number;
  readonly offset: number;
  /** null: of no line that is shown. */
  readonly line: number | null;
  readonly opcode: string;
  readonly argument: string;
  readonly counts: Counts;
  readonly byType: readonly TypeCounts[];
}

/** Instructions elsewhere that are shown, those that create most. */
const ELSEWHERE = 100;

/** Counts per execution. null: something was allocated at an instruction that is not among those of the texts. */
export function instructionsOfStatement(
  codes: readonly Bytecode[],
  { marks, executions }: Marked,
): readonly ShownInstruction[] | null {
  const each = (counts: Counts): Counts => divideCounts(counts, executions);
  const sites = marks.map(
    (mark): Site => ({
      ...mark,
      text: mark.text === 'statement' ? 'code' : mark.text,
      line: null,
      counts: each(mark.counts),
      byType: mark.byType.map((row) => ({ type: row.type, ...each(row) })),
    }),
  );
  // What setup itself does is not counted: its functions are, when the statement calls them.
  const counted = codes.filter(({ text, name }) => text === 'statement' || name !== '<module>');
  return joined(counted, sites);
}

/** Counts of the whole run. `file`: what the interpreter calls the program. */
export function instructionsOfProgram(
  codes: readonly Bytecode[],
  { codes: recorded, locations, samples }: Recording,
  file: string,
): readonly ShownInstruction[] | null {
  const tallies = new Map<number, TypedTally>();
  for (const sample of samples) {
    const [place] = sample.stack;
    if (place !== undefined) entryOf(tallies, place, () => new TypedTally()).add(sample);
  }
  const sites = [...tallies].map(([place, tally]): Site => {
    const { code, offset, line, opcode, argument } = unwrap(locations[place], 'the location of a sample exists');
    const { name, file: where, firstLine } = unwrap(recorded[code], 'the code of a location exists');
    const text = where === file ? 'code' : null;
    const counted = { counts: tally.counts(), byType: tally.byType() };
    return { text, function: name, firstLine, offset, line, opcode, argument, ...counted };
  });
  return joined(codes, sites);
}

function joined(codes: readonly Bytecode[], sites: readonly Site[]): readonly ShownInstruction[] | null {
  const keyOf = (text: Text | null, name: string, firstLine: number, offset: number): string =>
    JSON.stringify([text, name, name === '' ? 0 : firstLine, offset]);
  const left = new Map(sites.map((site) => [keyOf(site.text, site.function, site.firstLine, site.offset), site]));
  const shown = codes.flatMap(({ name, firstLine, text, instructions }) =>
    instructions.map(([line, offset, opcode, argument, specialized]): ShownInstruction => {
      const place: Text = text === 'statement' ? 'code' : 'setup';
      const key = keyOf(place, name, firstLine, offset);
      const site = left.get(key);
      left.delete(key);
      const { counts = null, byType = [] } = site ?? {};
      return { text: place, line, function: name, offset, opcode, argument, specialized, counts, byType };
    }),
  );
  const rest = [...left.values()];
  if (rest.some(({ text }) => text !== null)) return null;
  const most = rest.sort((a, b) => b.counts.creations.total - a.counts.creations.total).slice(0, ELSEWHERE);
  return [...shown, ...most.map(elsewhere)];
}

function elsewhere({ function: name, offset, opcode, argument, counts, byType }: Site): ShownInstruction {
  return { text: null, line: null, function: name, offset, opcode, argument, specialized: null, counts, byType };
}
