/** What a page of Chromium holds, by its own counters (DevTools protocol). */
import type { CDPSession, Page } from 'playwright-core';

export type PageReading = {
  /** Objects and strings of its scripts that are still reached, after a collection. */
  readonly heapBytes: number;
  /** Nodes in the page and those that scripts hold outside of it. */
  readonly nodes: number;
  readonly listeners: number;
  readonly documents: number;
};

/** One that falls for longer is not at rest. */
const ROUNDS_MAX = 10;

export class PageMeter {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<PageMeter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await session.send('HeapProfiler.enable');
    return new PageMeter(session);
  }

  /** When the page is idle and a further collection frees no node: on a busy machine it still holds what it is at. */
  async read(): Promise<PageReading> {
    let reading = await this.#collected();
    for (let round = 1; round < ROUNDS_MAX; round += 1) {
      await this.#session.send('Runtime.evaluate', {
        expression: 'new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1000 }))',
        awaitPromise: true,
      });
      const next = await this.#collected();
      if (next.nodes >= reading.nodes) break;
      reading = next;
    }
    return reading;
  }

  async #collected(): Promise<PageReading> {
    // What finalisers and weak references let go of is free only after the next collection.
    await this.#session.send('HeapProfiler.collectGarbage');
    await this.#session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#session.send('Runtime.getHeapUsage');
    const metrics = await this.#metrics();
    return {
      heapBytes: usedSize,
      nodes: metrics('Nodes'),
      listeners: metrics('JSEventListeners'),
      documents: metrics('Documents'),
    };
  }

  async #metrics(): Promise<(name: string) => number> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const byName = new Map(metrics.map(({ name, value }) => [name, value]));
    return (name) => {
      const value = byName.get(name);
      if (value === undefined) throw new Error(`expected a counter ${name} of the page`);
      return value;
    };
  }
}
