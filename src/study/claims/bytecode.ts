/** What people read in the bytecode: as compiled, before specialisation. */
import type { Listing } from './answers.js';
import { BELIEFS, type Claim, confirmed, Missing, refuted } from './claim.js';
import { ifMeasured } from './evidence.js';
import { many, series } from './words.js';

const bytecode = { source: 'study', belief: BELIEFS.bytecode } as const;

const CLAIMED = ['LOAD_FAST', 'LOAD_CONST', 'BINARY_OP (+)', 'STORE_FAST'];

function names(listing: Listing): string[] {
  return listing.map(([name, argument]) => (argument === null ? name : `${name} (${argument})`));
}

export const BYTECODE_CLAIMS: readonly Claim[] = [
  {
    ...bytecode,
    id: 'byte.binary-op',
    text: '`x + 1` compiles to LOAD_FAST, LOAD_CONST, BINARY_OP (+), STORE_FAST',
    experiments: ['int.add-large'],
    judge: ({ answers }) => {
      const found = names(answers.instructions.addOne);
      const numbers = { instructions: found.join(', ') };
      const told = `y = x + 1 compiles to ${series(found)}.`;
      return found.join() === CLAIMED.join() ? confirmed(told, numbers) : refuted(told, numbers);
    },
  },
  {
    ...bytecode,
    id: 'byte.same-for-str',
    text: 'string concatenation has the same bytecode as integer addition',
    experiments: ['str.concat', 'int.add-large'],
    judge: ({ answers }) => {
      const ints = names(answers.instructions.addInts);
      const strings = names(answers.instructions.addStrings);
      const numbers = { ints: ints.join(', '), strings: strings.join(', ') };
      if (ints.join() === strings.join())
        return confirmed(
          'c = a + b compiles to the same instructions for ints and for strings; what they create differs.',
          numbers,
        );
      return refuted('c = a + b compiles to other instructions for ints than for strings.', numbers);
    },
  },
  {
    ...bytecode,
    id: 'byte.list-comp-hint',
    text: 'comprehensions use `BUILD_LIST` with a size hint',
    experiments: ['list.comprehension'],
    judge: (evidence) => {
      const build = evidence.answers.instructions.comprehension.find(([name]) => name === 'BUILD_LIST');
      if (build === undefined) throw new Missing('the comprehension has no BUILD_LIST here');
      const hint = Number(build[1]);
      const resizes = ifMeasured(() => evidence.op('list.comprehension').resizes);
      const numbers = { buildListArgument: hint, ...(resizes === null ? {} : { resizesForTenItems: resizes }) };
      const grown = resizes === null ? '' : `, and a comprehension of ten items makes ${many(resizes, 'resize')}`;
      const found = `BUILD_LIST has the argument ${hint}${grown}`;
      return hint > 0
        ? confirmed(`${found}.`, numbers)
        : refuted(`${found}: the list begins empty and grows as with append.`, numbers);
    },
  },
];
