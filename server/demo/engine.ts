/**
 * Starts jax-js on WebAssembly. In Node it looks for a browser's `navigator` before anything else, which
 * Node has only from version 21 on. Node has no global `Worker`, so jax-js computes on the one thread that
 * calls it and leaves the machine's other cores to the analysis; no setting is needed for that.
 */

import { availableParallelism } from 'node:os';
import { defaultDevice, init } from '@jax-js/jax';

export async function startEngine(): Promise<void> {
  if (!('navigator' in globalThis)) {
    const navigator = { hardwareConcurrency: availableParallelism() };
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  }
  await init('wasm');
  defaultDevice('wasm');
}
