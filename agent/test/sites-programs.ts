/** Random programs of calls, generators, threads, regions and code objects that come and go, as scripts for site_script.c. */
import {
  C_OWNED,
  type Definition,
  type Frame,
  GENERATOR_OWNED,
  identityOf,
  SitesModel,
  THREAD_OWNED,
} from './sites-model.js';

const THREADS = 3;
/** Frames of a thread follow one another, as on the stack of Python frames; those of generators lie elsewhere. */
const FRAMES_OF_THREAD = 700;
/** How deep a thread usually is. */
const USUAL_DEPTH = 25;
const GENERATORS = THREADS * FRAMES_OF_THREAD;
const KINDS = { requested: [6, 7], claimed: [1, 2, 4, 5], others: [0, 3, 8, 9, 10, 11, 12, 13] };

/** Texts of every kind that CPython stores: ASCII, latin-1, two and four bytes; a lone surrogate; controls. */
const TEXTS = ['f', 'main.py', 'größe', 'näme-ż', '名前', '\u{1f40d}.py', 'x\udc80y', 'a\nb\u001b[31m', '<b>&"'];

export interface SiteProgram {
  readonly minor: number;
  readonly callers: boolean;
  readonly whole: boolean;
  readonly seed: number;
  readonly steps: number;
}

interface Code {
  readonly place: number;
  readonly definition: Definition;
}

interface Thread {
  readonly index: number;
  top: Frame | null;
  depth: number;
  regions: number[];
}

/** A generator that waits to be resumed. */
type Suspended = Frame & { readonly code: Code };

export function textOperand(text: string): string {
  const runs = text.match(/(.)\1*/gsu) ?? [];
  return (
    runs
      .map((run) => {
        const [first = ''] = run;
        const times = run.length / first.length;
        return times === 1 ? `${first.codePointAt(0)}` : `${first.codePointAt(0)}x${times}`;
      })
      .join(',') || '-'
  );
}

export class ScriptWriter {
  readonly lines: string[] = [];
  readonly model: SitesModel;
  readonly minor: number;
  readonly #threads: Thread[] = Array.from({ length: THREADS }, (_, index) => ({
    index,
    top: null,
    depth: 0,
    regions: [],
  }));
  #current = 0;

  constructor({ minor, callers, whole }: Pick<SiteProgram, 'minor' | 'callers' | 'whole'>) {
    this.minor = minor;
    this.model = new SitesModel(minor, callers, whole);
    this.#say('start', minor, Number(callers), Number(whole));
  }

  #say(...words: (string | number)[]): void {
    this.lines.push(words.join(' '));
  }

  get thread(): Thread {
    const thread = this.#threads[this.#current];
    if (thread === undefined) throw new Error('no such thread');
    return thread;
  }

  get threads(): readonly Thread[] {
    return this.#threads;
  }

  newCode(place: number, definition: Definition): Code {
    const { file, name, line, traceable, units, seed } = definition;
    this.#say('code', place, textOperand(file), textOperand(name), line, traceable, units, seed);
    return { place, definition };
  }

  trace({ place }: Code): void {
    this.#say('trace', place);
  }

  dying({ place }: Code): void {
    this.#say('dying', place);
  }

  stint(tables: number): void {
    this.#say('stint', tables);
  }

  freeCode({ place }: Code): void {
    this.#say('free', place);
  }

  #push(frame: Frame): void {
    const { thread } = this;
    thread.top = frame;
    thread.depth++;
    this.#say('current', thread.index, frame.place);
  }

  call(code: Code | null, unit: number, owner: number): void {
    const { thread } = this;
    const place = thread.index * FRAMES_OF_THREAD + thread.depth;
    this.#say('frame', place, thread.top?.place ?? -1, code?.place ?? -1, owner, unit);
    this.#push({ place, code, owner, unit, previous: thread.top });
  }

  generator(place: number, code: Code, unit: number): void {
    const { thread } = this;
    this.#say('frame', GENERATORS + place, thread.top?.place ?? -1, code.place, GENERATOR_OWNED, unit);
    this.#push({ place: GENERATORS + place, code, owner: GENERATOR_OWNED, unit, previous: thread.top });
  }

  resume(frame: Frame): void {
    frame.previous = this.thread.top;
    this.#say('link', frame.place, frame.previous?.place ?? -1);
    this.#push(frame);
  }

  /** Leaves the innermost frame; `suspend`: it stays where it is. */
  leave(suspend: boolean): Frame | null {
    const { thread } = this;
    const { top } = thread;
    if (top === null) return null;
    thread.top = top.previous;
    thread.depth--;
    this.#say('current', thread.index, thread.top?.place ?? -1);
    if (!suspend) this.#say('drop', top.place);
    return top;
  }

  moveTo(unit: number): void {
    const { top } = this.thread;
    if (top === null || top.code === null) return;
    top.unit = unit;
    this.#say('at', top.place, unit);
  }

  switchTo(thread: number): void {
    this.#current = thread;
    this.#say('thread', thread);
  }

  openRegions(regions: number[]): void {
    this.thread.regions = regions;
    this.#say('regions', this.#current, ...regions);
  }

  zero(): void {
    this.model.counts.clear();
    this.#say('zero');
  }

  #charge(kind: number, row: number, bytes: number): void {
    const root = [`T${this.#current}`, ...this.thread.regions.map((region) => `R${region}`)].join(' | ');
    this.model.charge(root, this.thread.top, `${row} ${kind}`, bytes);
  }

  event(kind: number, row: number, bytes: number): void {
    this.#say('event', kind, row, bytes);
    this.#charge(kind, row, bytes);
  }

  request(kind: number, block: number, bytes: number): void {
    this.#say('request', kind, block, bytes);
    this.#charge(kind, 0, bytes);
  }

  claim(kind: number, row: number, block: number, bytes: number): void {
    this.#say('claim', kind, row, block, bytes);
    this.#charge(kind, row, bytes);
  }

  script(): string {
    return [...this.lines, 'dump', ''].join('\n');
  }
}

/** mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export function randomProgram(program: SiteProgram): ScriptWriter {
  const { minor, seed, steps } = program;
  const random = randomFrom(seed);
  const writer = new ScriptWriter(program);
  const definitions = Array.from({ length: 700 }, (_, i): Definition => {
    const units = 4 + random(40);
    // Some differ in one thing only.
    const like = i % 4 === 0 ? 0 : i;
    return {
      file: TEXTS[like % TEXTS.length] ?? '',
      name: `${TEXTS[(i >> 2) % TEXTS.length]}${i % 5}`,
      line: 1 + (i % 3),
      traceable: minor < 11 ? 0 : random(3),
      units: i % 4 === 0 ? 20 : units,
      seed: i % 8 === 0 ? 5 : i,
    };
  }).filter((one, i, all) => all.findIndex((other) => identityOf(other) === identityOf(one)) === i);
  const live: Code[] = [];
  const free: number[] = Array.from({ length: 60 }, (_, i) => i);
  const suspended: Suspended[] = [];
  const generators: number[] = Array.from({ length: 30 }, (_, i) => i);
  const pick = <T>(from: readonly T[]): T | undefined => from[random(Math.max(1, from.length))];

  const isUsed = (code: Code): boolean => {
    if (suspended.some((frame) => frame.code === code)) return true;
    for (const { top } of writer.threads) {
      for (let frame = top; frame !== null; frame = frame.previous) if (frame.code === code) return true;
    }
    return false;
  };
  const unitIn = ({ definition }: Code): number => random(definition.units + 1) - 1;
  /** An instruction that calls: the frame has begun. */
  const begin = (): void => {
    const { top } = writer.thread;
    if (top?.code == null || writer.model.isComplete(top)) return;
    writer.moveTo(top.code.definition.traceable + random(top.code.definition.units - top.code.definition.traceable));
  };
  const call = (code: Code): void => {
    if (writer.thread.depth >= USUAL_DEPTH) return;
    if (random(4) > 0) begin();
    writer.call(code, unitIn(code), minor >= 11 && random(20) === 0 ? 2 : THREAD_OWNED);
  };
  const leave = (): void => {
    const isGenerator = writer.thread.top?.owner === GENERATOR_OWNED;
    const suspend = isGenerator && random(3) > 0;
    const left = writer.leave(suspend);
    if (left === null || !isGenerator) return;
    if (suspend) suspended.push(left as Suspended);
    else generators.push(left.place - GENERATORS);
  };
  const actions: readonly (readonly [weight: number, act: () => void])[] = [
    [
      6,
      () => {
        const place = random(2) ? free.pop() : free.shift();
        const definition = pick(definitions);
        if (place !== undefined && definition !== undefined) live.push(writer.newCode(place, definition));
      },
    ],
    [
      5,
      () => {
        const code = pick(live);
        if (code === undefined || isUsed(code)) return;
        live.splice(live.indexOf(code), 1);
        writer.freeCode(code);
        free.push(code.place);
      },
    ],
    [
      12,
      () => {
        const code = pick(live);
        if (code !== undefined) call(code);
      },
    ],
    [
      4,
      () => {
        // the same call again
        const { top } = writer.thread;
        const code = live.find((one) => one === top?.code);
        const unit = top?.unit ?? 0;
        if (code === undefined || writer.thread.depth >= USUAL_DEPTH) return;
        for (let i = random(30) === 0 ? 400 : random(12); i > 0; i--) writer.call(code, unit, THREAD_OWNED);
      },
    ],
    [2, () => minor >= 13 && writer.thread.depth < USUAL_DEPTH && writer.call(null, 0, C_OWNED + random(2))],
    [
      3,
      () => {
        const code = pick(live);
        const place = generators.pop();
        if (place === undefined) return;
        if (code === undefined || minor < 11 || writer.thread.depth >= USUAL_DEPTH) generators.push(place);
        else writer.generator(place, code, random(code.definition.units));
      },
    ],
    [
      5,
      () => {
        const frame = pick(suspended);
        if (frame === undefined || writer.thread.depth >= USUAL_DEPTH) return;
        suspended.splice(suspended.indexOf(frame), 1);
        writer.resume(frame);
      },
    ],
    [14, () => leave()],
    [
      1,
      () => {
        // an exception
        for (let depth = random(writer.thread.depth + 1); writer.thread.depth > depth; ) leave();
      },
    ],
    [
      12,
      () => {
        const code = live.find((one) => one === writer.thread.top?.code);
        if (code === undefined) return;
        const before = writer.thread.top?.owner === GENERATOR_OWNED ? 0 : -1;
        writer.moveTo(Math.max(before, unitIn(code)));
      },
    ],
    [2, () => writer.switchTo(random(THREADS))],
    [
      1,
      () =>
        writer.openRegions(
          Array.from({ length: random(3) }, () => 1 + random(4)).filter((r, i, all) => all.indexOf(r) === i),
        ),
    ],
    [20, () => writer.event(pick(KINDS.others) ?? 0, random(5), random(100))],
    [
      14,
      () => {
        const block = 4096 + 16 * random(50);
        writer.request(pick(KINDS.requested) ?? 6, block, random(600));
        const then = random(4);
        if (then === 0) writer.event(0, 1, 0);
        if (then < 3)
          writer.claim(pick(KINDS.claimed) ?? 1, 1 + random(4), then === 1 ? block : block + 1024, random(600));
      },
    ],
  ];
  const weighted = actions.flatMap(([weight, act]) => Array.from({ length: weight }, () => act));
  const zeroAt = random(steps >> 2);
  for (let i = 0; i < steps; i++) {
    (pick(weighted) ?? ((): void => {}))();
    if (i === zeroAt) writer.zero();
  }
  return writer;
}
