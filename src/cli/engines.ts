/** The engines of this installation, in the order of preference. */
import type { Engine } from '../engines/engine.js';
import { nativeEngine } from '../engines/native/engine.js';
import { wasmEngine } from '../engines/wasm/engine.js';

export const ENGINES: readonly Engine[] = [wasmEngine, nativeEngine];
