/** What people say of strings. */
import { BELIEFS, type Claim, confirmed, misleading, refuted } from './claim.js';
import { amount, many, series } from './words.js';

const interning = { source: 'study', belief: BELIEFS.interning } as const;
const strings = { source: 'study', belief: BELIEFS.strings } as const;

const FORMATTINGS = ['str.fstring', 'str.format', 'str.percent'] as const;
/** Operations that make a string, one each. */
const OPERATIONS = ['str.concat', ...FORMATTINGS, 'str.slice'] as const;
/** Operations of another kind, one each, to compare with. */
const OTHERS = [
  'int.add-large',
  'float.add',
  'single.truth-values',
  'tuple.pair',
  'list.pair',
  'list.lookup',
  'dict.one-item',
  'set.pair',
  'obj.plain',
  'call.function',
  'call.star-args',
] as const;

export const STRING_CLAIMS: readonly Claim[] = [
  {
    ...interning,
    id: 'str.literal-interned',
    text: 'string literals are interned at compile time',
    experiments: ['str.literal'],
    judge: ({ answers }) => {
      const { nameInterned, textInterned } = answers.strings;
      const numbers = { literalLikeAName: nameInterned, literalWithSpaces: textInterned };
      if (nameInterned && textInterned) return confirmed('sys.intern() of an equal string gives the literal.', numbers);
      if (!nameInterned && !textInterned) return refuted('sys.intern() of an equal string gives another one.', numbers);
      if (textInterned) return misleading('Literals that look like names are not interned, others are.', numbers);
      return misleading(
        'Literals of letters, digits and underscores alone are interned; with a space in it one belongs to its function only.',
        numbers,
      );
    },
  },
  {
    ...interning,
    id: 'str.literal-shared',
    text: 'references to the same literal share memory',
    experiments: ['str.literal'],
    judge: ({ answers }) => {
      const { nameShared, textShared, textSharedAcross } = answers.strings;
      const numbers = {
        literalLikeAName: nameShared,
        literalWithSpaces: textShared,
        acrossCompilations: textSharedAcross,
      };
      if (nameShared && textShared) {
        const across = textSharedAcross ? ', and in code that is compiled apart' : '; not in code compiled apart';
        return confirmed(`The same literal twice in a function is one object${across}.`, numbers);
      }
      if (!nameShared && !textShared) return refuted('The same literal twice in a function is two objects.', numbers);
      return misleading('The same literal twice in a function is one object only if it looks like a name.', numbers);
    },
  },
  {
    ...interning,
    id: 'str.runtime-not-interned',
    text: 'strings built at run time are as a rule not interned',
    experiments: ['str.equal-not-same'],
    judge: ({ answers }) => {
      const { runtimeShared, characterShared } = answers.strings;
      const numbers = { same: runtimeShared, sameCharacter: characterShared };
      if (runtimeShared) return refuted('Two equal strings built at run time are one object.', numbers);
      const character = characterShared ? '; only those of one Latin-1 character are shared' : '';
      return confirmed(`Two equal strings built at run time are two objects${character}.`, numbers);
    },
  },
  {
    ...interning,
    id: 'str.intern',
    text: '`sys.intern()` makes equal strings one object',
    experiments: ['str.intern'],
    judge: ({ answers }) => {
      const same = answers.strings.internShared;
      const found = `sys.intern() of two equal strings built at run time gives ${same ? 'one object' : 'two objects'}.`;
      return same ? confirmed(found, { same }) : refuted(found, { same });
    },
  },
  {
    ...strings,
    id: 'str.every-op-new',
    text: 'every string operation (concatenation, formatting, slicing) makes a new object',
    experiments: ['str.concat', 'str.fstring', 'str.slice', 'str.unchanged', 'str.append-twice'],
    judge: (evidence) => {
      const made = (id: string): number => evidence.op(id).of('str').creations;
      const plain = ['str.concat', 'str.fstring', 'str.slice'].map(made);
      const [concatenation = 0, formatting = 0, slice = 0] = plain;
      const numbers = {
        concatenation,
        formatting,
        slice,
        fullSlice: made('str.unchanged'),
        appendingToALocal: made('str.append-twice'),
      };
      if (plain.some((count) => count < 1))
        return refuted(
          `${series(plain.map((count) => amount(count)))} strings are created by a concatenation, an f-string and a slice.`,
          numbers,
        );
      const nothing = [
        ...(numbers.fullSlice === 0 ? ['a full slice gives back the same string'] : []),
        ...(numbers.appendingToALocal === 0 ? ['+= on a local resizes the one there is'] : []),
      ];
      const each = 'A concatenation, an f-string and a slice create one string each';
      if (nothing.length === 0) return confirmed(`${each}, and so do a full slice and +=.`, numbers);
      return misleading(`${each}, but ${series(nothing)}.`, numbers);
    },
  },
  {
    ...strings,
    id: 'str.format-new',
    text: 'f-strings, `.format()` and `%` each make a new string',
    experiments: FORMATTINGS,
    judge: (evidence) => {
      const [fstring = 0, format = 0, percent = 0] = FORMATTINGS.map((id) => evidence.op(id).of('str').creations);
      const numbers = { fstring, format, percent };
      const each = [fstring, format, percent];
      if (each.every((count) => count >= 1))
        return confirmed('Each of the three creates a string every time.', numbers);
      return refuted(`They create ${series(each.map((count) => amount(count)))} strings each time.`, numbers);
    },
  },
  {
    ...strings,
    id: 'str.heaviest',
    text: 'string operations are among the most allocating ones',
    experiments: [...OPERATIONS, ...OTHERS],
    judge: (evidence) => {
      const requests = (id: string): number => evidence.op(id).requests;
      const own = OPERATIONS.map(requests);
      const least = Math.min(...own);
      const most = Math.max(...own);
      const others = OTHERS.map(requests);
      const more = others.filter((count) => count > most).length;
      const fewer = others.filter((count) => count < least).length;
      const numbers = {
        fewestRequests: least,
        mostRequests: most,
        compared: others.length,
        askMore: more,
        askLess: fewer,
      };
      const found = `${OPERATIONS.length} string operations make ${least === most ? '' : `${amount(least)} to `}${many(most, 'request')} each; of ${others.length} other basic operations ${amount(fewer)} make fewer and ${more === 0 ? 'none makes' : amount(more)} more.`;
      return more <= others.length / 4 && fewer >= others.length / 2
        ? confirmed(found, numbers)
        : refuted(found, numbers);
    },
  },
];
