/**
 * Runs a config file in a thread of its own (config-file.ts) and posts what it exports. TypeScript is turned into
 * JavaScript by jiti, of which Node 20 has nothing. `phasewatch` means this very package, wherever the file is.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createJiti } from 'jiti';

const { file, library } = workerData;
// Nothing is written beside the file or into the modules of others.
const jiti = createJiti(import.meta.url, { fsCache: false, alias: { phasewatch: library } });
const exported: unknown = await jiti.import(file, { default: true });
try {
  parentPort?.postMessage({ exported });
} catch (error) {
  // What a DataCloneError says does not come through as an error of this thread.
  parentPort?.postMessage({ problem: error instanceof Error ? error.message : String(error) });
}
