/** What an observer does to the counts of one call of the same function, each measured as any statement is. */
import type { Counts } from '../../core/counts.js';
import { minorNumber } from '../../core/interpreter.js';
import { hasNumbers } from '../../core/outcome.js';
import type { ObserverResult } from '../../core/study.js';
import { DEFAULT_MEASURE, type Session } from '../../engines/engine.js';

type ObserverId = ObserverResult['id'];

interface Observer {
  readonly id: ObserverId;
  readonly title: string;
  /** First minor version that has it. */
  readonly since: number;
  /** Starts it, once the function `f` is there; what it then does is counted with each call. */
  readonly setup: string;
  /** What to know about the number, where there is one. */
  readonly note: string | null;
}

const FUNCTION = `
def f(a, b):
    total = 0
    for item in (a, b):
        if item > a:
            total += item
    return total
x = 5000
y = 6000
`;

const NOT_HERE = 'what counts here stands in the place of tracemalloc: both cannot be had at once';

/** The start is tried out: an observer that sees nothing has no effect to measure. Setup is executed more than once. */
const TRACEMALLOC = `
import sys, tracemalloc
if tracemalloc.is_tracing() and not hasattr(sys, 'observed'):
    raise RuntimeError(${JSON.stringify(NOT_HERE)})
if not tracemalloc.is_tracing():
    tracemalloc.start()
sys.observed = True
before = tracemalloc.get_traced_memory()[0]
block = bytes(100000)
if tracemalloc.get_traced_memory()[0] < before + 100000:
    raise RuntimeError(${JSON.stringify(NOT_HERE)})
del block
`;

const PROFILE = `
import sys
def observe(frame, event, argument): pass
sys.setprofile(observe)
`;

const TRACE = `
import sys
code = f.__code__
def line(frame, event, argument): return line
def observe(frame, event, argument):
    return line if frame.f_code is code else None
sys.settrace(observe)
`;

/** `answer`: what the callbacks return. */
const monitoring = (answer: string): string => `
import sys
tool, events = 1, sys.monitoring.events
if sys.monitoring.get_tool(tool) is not None:
    sys.monitoring.free_tool_id(tool)
sys.monitoring.use_tool_id(tool, 'observer')
def on_start(code, offset): return None
def on_line(code, line): return ${answer}
def on_branch(code, offset, destination): return ${answer}
branches = [events.BRANCH_LEFT, events.BRANCH_RIGHT] if hasattr(events, 'BRANCH_LEFT') else [events.BRANCH]
wanted = events.PY_START | events.LINE
for branch in branches:
    sys.monitoring.register_callback(tool, branch, on_branch)
    wanted |= branch
sys.monitoring.register_callback(tool, events.PY_START, on_start)
sys.monitoring.register_callback(tool, events.LINE, on_line)
sys.monitoring.set_local_events(tool, f.__code__, wanted)
`;

const OBSERVERS: readonly Observer[] = [
  { id: 'none', title: 'nothing', since: 8, setup: '', note: null },
  {
    id: 'tracemalloc',
    title: 'tracemalloc',
    since: 8,
    setup: TRACEMALLOC,
    // hashtable_alloc of Modules/_tracemalloc.c, Python/tracemalloc.c since 3.13
    note: "its own tables are memory of the C library's malloc(), which no allocator of CPython is asked for",
  },
  { id: 'profile', title: 'a profile function: sys.setprofile', since: 8, setup: PROFILE, note: null },
  {
    id: 'trace',
    title: 'a trace function that takes each line, as coverage before 3.12: sys.settrace',
    since: 8,
    setup: TRACE,
    note: null,
  },
  {
    id: 'monitoring',
    title: 'branch coverage by sys.monitoring: calls, lines and branches',
    since: 12,
    setup: monitoring('None'),
    note: null,
  },
];

type OnInterpreter = ObserverResult['results'][number];

/** One row for each observer, in the order of `observerResults`. */
export async function runObservers(session: Session): Promise<readonly OnInterpreter[]> {
  const { id: interpreter, version } = session.interpreter;
  const minor = minorNumber(version);
  const rows: OnInterpreter[] = [];
  for (const { id, since, setup, note } of OBSERVERS) {
    if (minor < since) {
      rows.push({ interpreter, perCall: null, note: `there is no such observer before 3.${since}` });
      continue;
    }
    const measured = await perCall(session, setup);
    if (typeof measured === 'string') rows.push({ interpreter, perCall: null, note: measured });
    else if (id !== 'monitoring') rows.push({ interpreter, perCall: measured, note });
    else
      rows.push({
        interpreter,
        perCall: measured,
        note: afterwards(await perCall(session, monitoring('sys.monitoring.DISABLE'))),
      });
  }
  return rows;
}

/** coverage.py 7 ends each event after its first. */
function afterwards(disabled: Counts | string): string | null {
  if (typeof disabled === 'string') return null;
  const { total } = disabled.creations;
  return `as coverage.py uses it, each line and branch is told once and then no more: ${total} ${total === 1 ? 'object' : 'objects'} for each call from then on`;
}

/** A sentence where there is no number. */
async function perCall(session: Session, setup: string): Promise<Counts | string> {
  const measurement = await session.measure({ statement: 'f(x, y)', setup: FUNCTION + setup }, DEFAULT_MEASURE);
  if (hasNumbers(measurement)) {
    if (measurement.outcome === 'exact' && measurement.perOp !== null) return measurement.perOp;
    return 'its calls do not cost the same each time';
  }
  if (measurement.outcome === 'refused') {
    return measurement.reason.code === 'hooks-replaced' ? NOT_HERE : measurement.reason.message;
  }
  return measurement.error.message.replace(/^RuntimeError: /, '');
}

/** `columns`: what runObservers gave, of each interpreter. */
export function observerResults(columns: readonly (readonly OnInterpreter[])[]): readonly ObserverResult[] {
  return OBSERVERS.map(({ id, title }, i) => ({
    id,
    title,
    results: columns.flatMap((column) => column[i] ?? []),
  }));
}
