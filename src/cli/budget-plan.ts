/** Which cases of a budget are measured on which interpreters. */
import { atLine, type Budget, type BudgetCase, limitsFor } from '../core/budget.js';
import { minorOfBuild } from '../core/builds.js';
import { PyallocsError } from '../core/errors.js';
import type { Limits } from '../core/limits.js';
import type { Engine } from '../engines/engine.js';
import { type Chosen, selectInterpreters } from '../engines/select.js';

/** One case on one interpreter. */
export interface Planned {
  readonly chosen: Chosen;
  readonly budgetCase: BudgetCase;
  /** What holds for its version. */
  readonly limits: Limits;
}

/** In the order of the cases, each in the order of its interpreters. */
export function planOf(budget: Budget, python: readonly string[], engines: readonly Engine[]): Planned[] {
  const selected = budget.cases.map((one) => ({ one, selectors: python.length > 0 ? python : named(one, engines) }));
  const found = selected.map(({ one, selectors }) => ({
    one,
    chosen: choose(budget, one, selectors, python, engines),
  }));
  // Where several selections name interpreters of the same id, each gets one of its own.
  const all = new Map<string, Chosen>();
  for (const { chosen } of found) for (const each of chosen) all.set(keyOf(each), each);
  return found.flatMap(({ one, chosen }) =>
    chosen.map((each) => ({
      chosen: all.get(keyOf(each)) ?? each,
      budgetCase: one,
      limits: limitsFor(one, each.offer.minor),
    })),
  );
}

export const keyOf = ({ engine, offer, label }: Chosen): string =>
  JSON.stringify([engine.name, offer.id, offer.path, label]);

/** The interpreters that a case names: those it was measured on, and the versions that have limits of their own. */
function named(one: BudgetCase, engines: readonly Engine[]): string[] {
  const usual = usualPython(one, engines);
  const builds = one.builds.flatMap((build) => {
    const minor = minorOfBuild(build);
    return minor === null ? [] : [{ minor, selector: selectorOf(build, minor, usual, engines) }];
  });
  const measured = new Set(builds.map(({ minor }) => minor));
  const selectors = [
    ...builds,
    ...one.python
      .filter(({ minor }) => !measured.has(minor))
      .map(({ minor }) => ({ minor, selector: usual?.minor === minor ? usual.path : minor })),
  ];
  selectors.sort((a, b) => a.minor.localeCompare(b.minor, 'en', { numeric: true }));
  return [...new Set(selectors.map(({ selector }) => selector))];
}

/** The installed Python that is taken where nothing is named: of those of its version, it is the one that is meant. */
function usualPython(
  { subject }: BudgetCase,
  engines: readonly Engine[],
): { readonly minor: string; readonly path: string } | null {
  try {
    const [usual] = selectInterpreters(engines, [], subject.kind === 'statement' ? 'statement' : 'program');
    return usual === undefined || usual.offer.path === null
      ? null
      : { minor: usual.offer.minor, path: usual.offer.path };
  } catch (error) {
    if (error instanceof PyallocsError) return null;
    throw error;
  }
}

/** The same build if it is there, otherwise another patch release of that version. */
function selectorOf(
  build: string,
  minor: string,
  usual: { readonly minor: string; readonly path: string } | null,
  engines: readonly Engine[],
): string {
  const [name = ''] = build.split(' ');
  if (usual?.minor === minor && name.startsWith('native:')) return usual.path;
  const engine = engines.find((one) => name.startsWith(`${one.name}:`));
  const exact = engine?.name === 'native' && engine.find(name.slice(name.indexOf(':') + 1)) !== null;
  return exact ? name : name.replace(/:.*/, `:${minor}`);
}

function choose(
  budget: Budget,
  one: BudgetCase,
  selectors: readonly string[],
  python: readonly string[],
  engines: readonly Engine[],
): Chosen[] {
  try {
    return selectInterpreters(engines, selectors, one.subject.kind === 'statement' ? 'statement' : 'program');
  } catch (error) {
    if (!(error instanceof PyallocsError) || python.length > 0 || selectors.length === 0) throw error;
    throw atLine(budget.file, one.line, `${error.message}; -p chooses others than the case names`);
  }
}
