/**
 * Looks at the server from outside all the while: it answers `/healthz` within a bound whatever happens, and its memory
 * stays below one.
 */

import { Broken, passed } from './broken.ts';
import { ask } from './process.ts';
import type { World } from './world.ts';

/** On a machine whose two cores are busy with sweeps, the tests, and others; idle it takes 2 ms. */
export const HEALTH_MILLIS_MAX = 3_000;
/** Node and its libraries take 85 MiB, LevelDB a few, and the rest is for some viewers and their frames. */
export const MEMORY_MIB_MAX = 256;
const LOOK_MILLIS = 100;
const MEMORY_LOOKS = 5;

export class Probe {
  readonly #world: World;
  readonly #running: Promise<void>;
  #isOver = false;
  looks = 0;
  slowestMillis = 0;
  memoryMib = 0;

  constructor(world: World) {
    this.#world = world;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let round = 0; !this.#isOver; round += 1) {
      await this.#look(round % MEMORY_LOOKS === 0);
      await passed(LOOK_MILLIS);
    }
  }

  async #look(withMemory: boolean): Promise<void> {
    const { server } = this.#world;
    if (!server?.isUp) return;
    try {
      const begun = performance.now();
      const { status } = await ask(server.port, '/healthz', HEALTH_MILLIS_MAX);
      if (status !== 200) throw new Error(`status ${status}`);
      this.slowestMillis = Math.max(this.slowestMillis, performance.now() - begun);
      this.looks += 1;
      if (withMemory) await this.#weigh(server.port);
    } catch (error) {
      if (error instanceof Broken) this.#world.noteBroken(error);
      // A server that was killed meanwhile owes no answer.
      else if (server.isUp)
        this.#world.noteBroken(new Broken('answers at any time (H-1)', `${error}; ${server.tail()}`));
    }
  }

  async #weigh(port: number): Promise<void> {
    const { body } = await ask(port, '/metrics', HEALTH_MILLIS_MAX);
    const bytes = Number(/^process_resident_memory_bytes (\S+)$/m.exec(body)?.[1]);
    this.memoryMib = Math.max(this.memoryMib, bytes / 2 ** 20);
    if (!(this.memoryMib < MEMORY_MIB_MAX))
      throw new Broken('memory below its bound', `${this.memoryMib} MiB of ${MEMORY_MIB_MAX}`);
  }
}
