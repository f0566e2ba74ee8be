import { engineContract } from '../contract.testkit.js';
import { wasmEngine } from './engine.js';

engineContract(wasmEngine);
