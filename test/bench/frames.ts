/**
 * Frame times of the graph view in a real Chromium: 408 nodes, the strongest 5,000 of 79,764 edges, while a person points
 * at nodes, while checkpoints follow one another, and while the number of edges is dragged.
 *
 * A frame time is what lies between two animation frames, so that what the browser's other threads need counts as
 * well; it is never below 16.7 ms. Processor time is that of all of the browser's processes, and so tells something on a
 * machine that does other work too. Chromium runs without a GPU here: on a machine with one, canvas and compositing
 * are faster. Page: `frames-page.ts`, bundled for the run.
 */
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright-core';
import { build } from 'vite';
import { launchBrowser } from '../support/browser.ts';
import type {} from './frames-page.ts';

/** This file runs from dist/test/bench; the page is bundled from its source. */
const PAGE = fileURLToPath(new URL('../../../test/bench/frames-page.ts', import.meta.url));
const SIZE = { width: 1200, height: 800 } as const;
const PIXEL_RATIOS = [1, 2] as const;
const FRAMES = 120;
/** Above the 400 ms that a change takes to be drawn. */
const CHANGE_EVERY_FRAMES = 45;
const FPS_LEAST = 30;

const ACTS: readonly {
  readonly name: string;
  readonly run: (page: Page) => Promise<readonly number[]>;
}[] = [
  { name: 'pointing at nodes', run: (page) => page.evaluate((n) => window.page.hover(n), FRAMES) },
  {
    name: 'checkpoint to checkpoint',
    run: (page) =>
      page.evaluate(([n, every]) => window.page.change(n, every), [FRAMES, CHANGE_EVERY_FRAMES] as const),
  },
  { name: 'dragging the number of edges', run: (page) => page.evaluate((n) => window.page.slide(n), FRAMES) },
];

export async function benchFrames(print: (line: string) => void): Promise<void> {
  const script = await bundled();
  const browser = await launchBrowser();
  print(
    `Frames of the graph view, ${SIZE.width} × ${SIZE.height} CSS pixels, 408 nodes, strongest 5,000 of 79,764 edges`,
  );
  const session = await browser.newBrowserCDPSession();
  print(
    `Chromium ${browser.version()}, headless, without a GPU; ${loadavg()[0].toFixed(0)} processes wanted to run`,
  );
  print(
    '| device pixels per CSS pixel | while | p50, ms | p95, ms | worst, ms | frames a second | at least 30 | processor, ms a frame |',
  );
  print('|---|---|---|---|---|---|---|---|');
  try {
    for (const deviceScaleFactor of PIXEL_RATIOS) {
      const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor });
      await page.setContent(
        '<!doctype html><body style="margin:0"><style>phasewatch-graph { height: 100vh }</style>',
      );
      await page.addScriptTag({ content: script });
      await page.evaluate(() => window.page.ready());
      for (const { name, run } of ACTS) {
        await run(page);
        const before = await processorMillis(session);
        const millis = await run(page);
        const each = ((await processorMillis(session)) - before) / millis.length;
        print(`| ${deviceScaleFactor} | ${name} | ${frameRow(millis)} | ${each.toFixed(1)} |`);
      }
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

/** Spent so far by all processes of the browser. */
async function processorMillis(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return 1_000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** The middle and the slow end of frame times, and how many frames a second they are on average. */
function frameRow(millis: readonly number[]): string {
  const ascending = [...millis].sort((a, b) => a - b);
  const at = (share: number) =>
    ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))];
  const fps = (1_000 * millis.length) / millis.reduce((sum, value) => sum + value, 0);
  const times = [at(0.5), at(0.95), at(1)].map((value) => value.toFixed(1));
  return [...times, fps.toFixed(1), fps >= FPS_LEAST ? 'met' : 'missed'].join(' | ');
}

async function bundled(): Promise<string> {
  const built = await build({
    root: dirname(PAGE),
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2023',
      lib: { entry: PAGE, formats: ['iife'], name: 'frames', fileName: 'frames' },
      rollupOptions: { output: { codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (!('output' in output)) throw new Error('expected one bundle of the page, got a watcher');
  return output.output[0].code;
}
