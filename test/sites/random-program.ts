/**
 * Small random programs that make instances of the classes A to E, each on a line of its own, and what each line and each
 * function makes: reckoned by running the same program here, with JavaScript's own loops, generators and exceptions.
 */
import * as fc from 'fast-check';
import { assertUnreachable } from '../../src/core/assert.js';

export const MARKERS = ['A', 'B', 'C', 'D', 'E'] as const;
export type Marker = (typeof MARKERS)[number];

/** Functions call only those after them, themselves, and generators; so every program ends. */
export const FUNCTIONS = 4;

export type Statement =
  | { readonly kind: 'make'; readonly marker: Marker }
  /** Several on one line. */
  | { readonly kind: 'list'; readonly markers: readonly Marker[] }
  | { readonly kind: 'comprehension'; readonly marker: Marker; readonly times: number }
  | { readonly kind: 'for'; readonly times: number; readonly body: readonly Statement[] }
  | {
      readonly kind: 'if';
      readonly odd: boolean;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'call'; readonly callee: number }
  /** The function calls itself, one level less deep. */
  | { readonly kind: 'recurse' }
  | { readonly kind: 'raise' }
  | {
      readonly kind: 'try';
      readonly body: readonly Statement[];
      readonly except: readonly Statement[];
      readonly final: readonly Statement[];
    }
  /** Goes through a generator, and leaves it after so many values. */
  | {
      readonly kind: 'generate';
      readonly generator: number;
      readonly times: number;
      readonly body: readonly Statement[];
    }
  /** A C function that calls back. */
  | { readonly kind: 'callback'; readonly marker: Marker; readonly times: number }
  | { readonly kind: 'return' };

/** Yields between its parts. */
export interface Generator {
  readonly parts: readonly (readonly Statement[])[];
  /** The generator that it delegates to at its end, if there is one after it. */
  readonly delegates: boolean;
}

export interface RandomProgram {
  readonly functions: readonly (readonly Statement[])[];
  readonly generators: readonly Generator[];
  readonly main: readonly Statement[];
}

export const GENERATORS = 2;
/** How deep `recurse` goes. */
const DEPTH = 3;

const marker = fc.constantFrom(...MARKERS);
/** So many times a generator is gone through to its end. */
const ALL_VALUES = 4;
const times = fc.integer({ min: 0, max: ALL_VALUES });

interface Tied {
  readonly statement: Statement;
  readonly body: readonly Statement[];
}

const { body } = fc.letrec<Tied>((tie: fc.LetrecTypedTie<Tied>) => ({
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('make' as const), marker }),
    fc.record({ kind: fc.constant('list' as const), markers: fc.array(marker, { maxLength: 4 }) }),
    fc.record({ kind: fc.constant('comprehension' as const), marker, times }),
    fc.record({ kind: fc.constant('callback' as const), marker, times }),
    fc.record({ kind: fc.constant('call' as const), callee: fc.nat({ max: FUNCTIONS - 1 }) }),
    fc.record({ kind: fc.constant('recurse' as const) }),
    fc.record({ kind: fc.constant('raise' as const) }),
    fc.record({ kind: fc.constant('return' as const) }),
    fc.record({ kind: fc.constant('for' as const), times, body: tie('body') }),
    fc.record({ kind: fc.constant('if' as const), odd: fc.boolean(), body: tie('body'), otherwise: tie('body') }),
    fc.record({ kind: fc.constant('try' as const), body: tie('body'), except: tie('body'), final: tie('body') }),
    fc.record({
      kind: fc.constant('generate' as const),
      generator: fc.nat({ max: GENERATORS - 1 }),
      times,
      body: tie('body'),
    }),
  ) as fc.Arbitrary<Statement>,
  body: fc.array(tie('statement'), { minLength: 1, maxLength: 5 }),
}));

export const randomProgram: fc.Arbitrary<RandomProgram> = fc.record({
  functions: fc.array(body, { minLength: FUNCTIONS, maxLength: FUNCTIONS }),
  generators: fc.array(fc.record({ parts: fc.array(body, { minLength: 2, maxLength: 4 }), delegates: fc.boolean() }), {
    minLength: GENERATORS,
    maxLength: GENERATORS,
  }),
  main: body,
});

/** Creations by class. */
export type Made = Partial<Record<Marker, number>>;

export interface Reckoned {
  readonly source: string;
  readonly total: Made;
  /** What each line makes, in its own frame. */
  readonly byLine: Readonly<Record<string, Made>>;
  /** What each function makes, and what it calls makes: once, however often it stands on the stack. */
  readonly cumulative: Readonly<Record<string, Made>>;
}

/** Fails with TooLong where it would run for more steps than a test should. */
export function reckon(program: RandomProgram): Reckoned {
  const text = new Text();
  for (const name of MARKERS) text.line(0, `class ${name}: pass`);
  text.line(0, 'class Stop(Exception): pass');
  const { generators, functions, main } = program;
  const compiled: Compiled = {
    generators: generators.map((generator, at) => compileGenerator(text, generator, at)),
    functions: functions.map((body, at) => compileFunction(text, `f${at}`, body, at)),
    main: compileFunction(text, 'main', main, -1),
  };
  text.line(0, 'try:');
  text.line(1, `main(${DEPTH})`);
  text.line(0, 'except Stop: pass');
  const run = new Run(compiled);
  run.inside('<module>', () => {
    try {
      compiled.main(run, DEPTH);
    } catch (thrown) {
      if (!(thrown instanceof Stop)) throw thrown;
    }
  });
  return { source: text.toString(), total: run.total, byLine: run.byLine, cumulative: run.cumulative };
}

export class TooLong extends Error {}
class Stop extends Error {}
class Return extends Error {}
const STEPS = 20_000;

type Step = (run: Run, n: number) => void;
type Resumable = (run: Run, n: number) => Iterator<undefined>;

interface Compiled {
  readonly functions: readonly Step[];
  readonly generators: readonly Resumable[];
  readonly main: Step;
}

/** What the program does, as it does it. */
class Run {
  readonly total: Made = {};
  readonly byLine: Record<string, Made> = {};
  readonly cumulative: Record<string, Made> = {};
  private readonly stack: string[] = [];
  private steps = 0;

  readonly compiled: Compiled;

  constructor(compiled: Compiled) {
    this.compiled = compiled;
  }

  step(): void {
    if (++this.steps > STEPS) throw new TooLong();
  }

  make(line: number, marker: Marker): void {
    this.step();
    const at = String(line);
    this.byLine[at] ??= {};
    const names = new Set(this.stack);
    for (const name of names) this.cumulative[name] ??= {};
    for (const made of [this.total, this.byLine[at], ...[...names].map((name) => this.cumulative[name] ?? {})]) {
      made[marker] = (made[marker] ?? 0) + 1;
    }
  }

  inside<T>(name: string, body: () => T): T {
    this.step();
    this.stack.push(name);
    try {
      return body();
    } finally {
      this.stack.pop();
    }
  }
}

class Text {
  private readonly lines: string[] = [];

  /** Its number, from 1. */
  line(depth: number, text: string): number {
    return this.lines.push(`${'    '.repeat(depth)}${text}`);
  }

  toString(): string {
    return `${this.lines.join('\n')}\n`;
  }
}

/** Where a statement stands. */
interface Context {
  readonly text: Text;
  readonly depth: number;
  readonly within: 'function' | 'generator';
  /** Which function or generator; main is -1. */
  readonly at: number;
  /** Not in `finally`, where newer versions warn. */
  readonly returns: boolean;
}

function compileFunction(text: Text, name: string, statements: readonly Statement[], at: number): Step {
  text.line(0, `def ${name}(n):`);
  const body = compile({ text, depth: 1, within: 'function', at, returns: true }, statements);
  return (run, n) => run.inside(name, () => returning(() => body(run, n)));
}

function compileGenerator(text: Text, { parts, delegates }: Generator, at: number): Resumable {
  const name = `g${at}`;
  text.line(0, `def ${name}(n):`);
  const bodies = parts.map((part, i) => {
    const body = compile({ text, depth: 1, within: 'generator', at, returns: true }, part);
    if (i < parts.length - 1) text.line(1, 'yield');
    return body;
  });
  const next = delegates && at + 1 < GENERATORS ? at + 1 : null;
  if (next !== null) text.line(1, `yield from g${next}(n)`);
  return function* (run, n) {
    for (const [i, body] of bodies.entries()) {
      if (run.inside(name, () => returning(() => body(run, n)))) return;
      if (i < bodies.length - 1) yield;
    }
    if (next === null) return;
    const inner = run.compiled.generators[next]?.(run, n);
    while (inner && run.inside(name, () => inner.next()).done !== true) yield;
  };
}

/** Whether the body returned by `return`. */
function returning(body: () => void): boolean {
  try {
    body();
    return false;
  } catch (thrown) {
    if (thrown instanceof Return) return true;
    throw thrown;
  }
}

function compile(context: Context, statements: readonly Statement[]): Step {
  if (statements.length === 0) context.text.line(context.depth, 'pass');
  const steps = statements.map((statement) => compileStatement(context, statement));
  return (run, n) => {
    for (const step of steps) step(run, n);
  };
}

function compileStatement(context: Context, statement: Statement): Step {
  const { text, depth, within, at, returns } = context;
  const inner = { ...context, depth: depth + 1 };
  const pass = (): Step => {
    text.line(depth, 'pass');
    return () => {};
  };
  const repeat = (count: number, step: () => void): void => {
    for (let i = 0; i < count; i++) step();
  };
  switch (statement.kind) {
    case 'make': {
      const line = text.line(depth, `${statement.marker}()`);
      return (run) => run.make(line, statement.marker);
    }
    case 'list': {
      const line = text.line(depth, `x = [${statement.markers.map((name) => `${name}()`).join(', ')}]`);
      return (run) => {
        for (const name of statement.markers) run.make(line, name);
      };
    }
    case 'comprehension': {
      const line = text.line(depth, `x = [${statement.marker}() for _ in range(${statement.times})]`);
      return (run) => repeat(statement.times, () => run.make(line, statement.marker));
    }
    case 'callback': {
      const line = text.line(depth, `sorted(range(${statement.times}), key=lambda _: ${statement.marker}() and 0)`);
      return (run) => repeat(statement.times, () => run.make(line, statement.marker));
    }
    case 'call': {
      if (within === 'generator' || at === FUNCTIONS - 1) return pass();
      const callee = at + 1 + (statement.callee % (FUNCTIONS - 1 - at));
      text.line(depth, `f${callee}(n)`);
      return (run, n) => run.compiled.functions[callee]?.(run, n);
    }
    case 'recurse': {
      if (within === 'generator') return pass();
      text.line(depth, `if n > 0: ${at === -1 ? 'main' : `f${at}`}(n - 1)`);
      return (run, n) => {
        if (n > 0) (at === -1 ? run.compiled.main : run.compiled.functions[at])?.(run, n - 1);
      };
    }
    case 'raise':
      text.line(depth, 'raise Stop');
      return () => {
        throw new Stop();
      };
    case 'return':
      if (!returns) return pass();
      text.line(depth, 'return');
      return () => {
        throw new Return();
      };
    case 'for': {
      text.line(depth, `for _ in range(${statement.times}):`);
      const body = compile(inner, statement.body);
      return (run, n) =>
        repeat(statement.times, () => {
          run.step();
          body(run, n);
        });
    }
    case 'if': {
      text.line(depth, `if n % 2 == ${statement.odd ? 1 : 0}:`);
      const body = compile(inner, statement.body);
      text.line(depth, 'else:');
      const otherwise = compile(inner, statement.otherwise);
      return (run, n) => (n % 2 === (statement.odd ? 1 : 0) ? body : otherwise)(run, n);
    }
    case 'try': {
      text.line(depth, 'try:');
      const body = compile(inner, statement.body);
      text.line(depth, 'except Stop:');
      const except = compile(inner, statement.except);
      text.line(depth, 'finally:');
      const final = compile({ ...inner, returns: false }, statement.final);
      return (run, n) => {
        try {
          body(run, n);
        } catch (thrown) {
          if (!(thrown instanceof Stop)) throw thrown;
          except(run, n);
        } finally {
          final(run, n);
        }
      };
    }
    case 'generate': {
      const left = within === 'generator' ? GENERATORS - 1 - at : GENERATORS;
      if (left === 0) return pass();
      const generator = GENERATORS - left + (statement.generator % left);
      const whole = statement.times === ALL_VALUES;
      // zip resumes the generator from C, and not once more than it must.
      text.line(
        depth,
        whole ? `for _ in g${generator}(n):` : `for _ in zip(range(${statement.times}), g${generator}(n)):`,
      );
      const body = compile(inner, statement.body);
      return (run, n) => {
        const values = run.compiled.generators[generator]?.(run, n);
        for (let i = 0; whole || i < statement.times; i++) {
          if (values?.next().done !== false) return;
          body(run, n);
        }
      };
    }
    default:
      return assertUnreachable(statement);
  }
}
