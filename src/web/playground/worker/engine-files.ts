/** What counts inside an interpreter: the core, and the Python that prepares code for it. Files beside the page. */
import core from '../../../../dist/agent/pyallocs.wasm?url';
import harness from '../../../../python/harness.py?url';
import instructions from '../../../../python/instructions.py?url';
import methods from '../../../../python/methods.py?url';
import program from '../../../../python/program.py?url';
import module from '../../../../python/pyallocs/__init__.py?url';

export interface EngineFiles {
  readonly core: ArrayBuffer;
  readonly harness: string;
  readonly instructions: string;
  readonly methods: string;
  readonly program: string;
  readonly module: string;
}

/** Throws where one of them is missing. */
export async function fetchEngineFiles(plain: typeof fetch): Promise<EngineFiles> {
  const get = async (address: string): Promise<Response> => {
    const response = await plain(address);
    if (!response.ok) throw new Error(`${address} is not there (${response.status})`);
    return response;
  };
  const text = async (address: string): Promise<string> => (await get(address)).text();
  const [bytes, ...texts] = await Promise.all([
    get(core).then((response) => response.arrayBuffer()),
    text(harness),
    text(instructions),
    text(methods),
    text(program),
    text(module),
  ]);
  const [ofHarness, ofInstructions, ofMethods, ofProgram, ofModule] = texts;
  return {
    core: bytes,
    harness: ofHarness,
    instructions: ofInstructions,
    methods: ofMethods,
    program: ofProgram,
    module: ofModule,
  };
}
