/** The native engine: the CPythons of this machine, unmodified, with the agent in them. */

import { realpathSync, statSync } from 'node:fs';
import { PyallocsError } from '../../core/errors.js';
import { type Interpreter, minorNumber, minorVersion } from '../../core/interpreter.js';
import type { Refusal } from '../../core/outcome.js';
import type { Engine, Offer, SessionOptions } from '../engine.js';
import { aboutPython, refusalOf } from './about.js';
import { agentHash, agentPath, isSupportedMachine } from './agent.js';
import { runProgram } from './program.js';
import { timeProgram } from './program-time.js';
import { findPythons, locate, type Python } from './pythons.js';
import { recall, remember, rememberedFile } from './remembered.js';
import { NativeSession } from './session.js';

/** 3.NEWEST_LISTED has the last row of agent/layout/layout.c; what is newer is counted by it, if it passes the self-check. */
const NEWEST_LISTED = 15;

/** An interpreter of this machine that can be chosen. */
interface NativeOffer extends Offer {
  readonly python: Python;
}

const offers = new Map<string, NativeOffer>();

function offerOf(python: Python): NativeOffer {
  const known = offers.get(python.path);
  if (known !== undefined) return known;
  const { version, implementation } = python.about;
  const offer: NativeOffer = {
    id: `native:${implementation === 'cpython' ? '' : `${implementation}-`}${version}`,
    minor: minorVersion(version),
    version,
    prerelease: /[a-z]/.test(version),
    path: python.path,
    get refusal() {
      return python.refusal ?? agentRefusal();
    },
    python,
  };
  offers.set(python.path, offer);
  return offer;
}

let withoutAgent: Refusal | null | undefined;

/** Why no Python of this machine can be counted: there is no agent, and it cannot be compiled. Tried once. */
function agentRefusal(): Refusal | null {
  if (withoutAgent !== undefined) return withoutAgent;
  try {
    agentPath();
    withoutAgent = null;
  } catch (error) {
    if (!(error instanceof PyallocsError)) throw error;
    withoutAgent = { code: 'no-agent', message: error.message };
  }
  return withoutAgent;
}

export const nativeEngine: Engine = {
  name: 'native',
  offers: () => (isSupportedMachine() ? findPythons().map(offerOf) : []),
  find: (selector) => {
    if (!/^3\.\d+(\.|$)/.test(selector)) return named(selector);
    const wanted = nativeEngine.offers().filter(({ minor, version }) => minor === selector || version === selector);
    return wanted.find(({ refusal }) => refusal === null) ?? null;
  },
  open: async (offer, label, options) => {
    const session = sessionOf(offer, label, options);
    try {
      await session.open();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  },
  run: async (offer, label, program, options) => {
    const { python } = offer as NativeOffer;
    const interpreter = interpreterOf(offer as NativeOffer, label);
    const { command } = program;
    const refusal = python.refusal ?? (await checkOnce(offer, label));
    if (refusal !== null) {
      return {
        result: { command, interpreter, outcome: 'refused', reason: refusal },
        where: null,
        interpreterFiles: [],
      };
    }
    return runProgram(python, interpreter, program, options);
  },
  series: (offer, label) => ({
    run: (program, options) => nativeEngine.run(offer, label, program, options),
    time: (program, timeout) => timeProgram((offer as NativeOffer).python.path, program, timeout),
    close: async () => {}, // each program ends what it started
  }),
};

/** A path or a command. Throws PyallocsError when it is no Python. */
function named(selector: string): Offer | null {
  if (!/[/\\]|^(?:python|pypy)/.test(selector)) return null;
  const path = locate(selector);
  const about =
    path === null ? { why: 'not-found' as const, message: `there is no command ${selector}` } : aboutPython(path);
  if ('why' in about) throw new PyallocsError(about.why, about.message);
  return offerOf({ path: path ?? selector, about, refusal: refusalOf(about) });
}

function interpreterOf({ id, version, python }: NativeOffer, label: string | null): Interpreter {
  const { implementation, bits, free_threaded, build } = python.about;
  return {
    id,
    label,
    version,
    implementation,
    engine: 'native',
    bits,
    pymalloc: true,
    freeThreaded: free_threaded,
    build: minorNumber(version) > NEWEST_LISTED ? [...build, 'not a listed release'] : build,
    path: python.path,
  };
}

function sessionOf(offer: Offer, label: string | null, options: SessionOptions): NativeSession {
  const { python } = offer as NativeOffer;
  return new NativeSession(python.path, interpreterOf(offer as NativeOffer, label), offer.refusal, options);
}

/** The self-check of an interpreter, remembered for its file and this agent: why it is refused, or null. */
async function checkOnce(offer: Offer, label: string | null): Promise<Refusal | null> {
  agentPath(); // says what is missing, if anything is
  const file = checkedFile((offer as NativeOffer).python);
  if (file !== null && recall(file) === 'passed') return null;
  const session = sessionOf(offer, label, { folders: [process.cwd()], time: false });
  try {
    await session.open();
    if (session.refusal === null && file !== null) remember(file, 'passed');
    return session.refusal;
  } finally {
    await session.close();
  }
}

function checkedFile({ path, about }: Python): string | null {
  try {
    const real = realpathSync(about.executable === '' ? path : about.executable);
    const { size, mtimeMs } = statSync(real);
    const agent = process.env['PYALLOCS_AGENT_PATH'] ?? '';
    const other = agent === '' ? agentHash() : `${agent} ${statSync(agent).mtimeMs}`;
    return rememberedFile([real, size, mtimeMs, about.version, other, process.env['PYTHONMALLOC']], '.checked');
  } catch {
    return null;
  }
}
