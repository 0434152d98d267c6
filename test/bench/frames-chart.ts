/**
 * Time between frames of a real Chromium (software rendering, as it runs here) while charts stream: the overview and its
 * ribbon with 154 checkpoints and 20 new ones a second; a chart of 100,000 checkpoints that grows as fast; the same one
 * panned in every frame. 60 fps are 16.7 ms.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { launchBrowser } from '../support/browser.ts';
import type { Frames, Scenario } from './frames-chart-page.ts';

const ADDRESS = 'http://bench.invalid/';
const SECONDS = 6;

const SCENARIOS: readonly (readonly [string, Scenario])[] = [
  ['overview, 154 + 20/s', scenario('phasewatch-metrics', 154, { perSecond: 20 })],
  ['one chart, 100,000 + 20/s', scenario('phasewatch-chart', 100_000, { perSecond: 20 })],
  ['one chart, 100,000, panned', scenario('phasewatch-chart', 100_000, { isPanned: true })],
];

export async function benchChartFrames(print: (line: string) => void): Promise<void> {
  const script = await pageScript();
  const browser = await launchBrowser();
  try {
    print('frames of charts, ms between two (1440 × 900)      p50     p95   worst   long tasks');
    for (const [name, options] of SCENARIOS) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.route(`${ADDRESS}**`, (route) =>
        route.request().url().endsWith('.js')
          ? route.fulfill({ contentType: 'text/javascript', body: script })
          : route.fulfill({
              contentType: 'text/html',
              body: '<!doctype html><body><script type="module" src="/page.js"></script>',
            }),
      );
      await page.goto(ADDRESS);
      const { millis, longTasks } = await page.evaluate(
        (asked) => (globalThis as unknown as { framesOf(asked: Scenario): Promise<Frames> }).framesOf(asked),
        options,
      );
      await page.close();
      const ascending = [...millis].sort((a, b) => a - b);
      const at = (share: number) =>
        ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))];
      const cells = [at(0.5), at(0.95), at(1)].map((value) => value.toFixed(1).padStart(8)).join('');
      print(`  ${name.padEnd(44)}${cells}${String(longTasks).padStart(10)}`);
    }
  } finally {
    await browser.close();
  }
}

function scenario(element: Scenario['element'], present: number, more: Partial<Scenario>): Scenario {
  return { element, present, perSecond: 0, isPanned: false, seconds: SECONDS, ...more };
}

/** The page as one script. */
async function pageScript(): Promise<string> {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const entry = 'test/bench/frames-chart-page.ts';
  const built = await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2023',
      minify: true,
      rollupOptions: { input: entry, output: { codeSplitting: false } },
    },
  });
  const output = (Array.isArray(built) ? built[0] : built) as {
    readonly output: readonly { readonly type: string; readonly code?: string }[];
  };
  const chunk = output.output.find(({ type }) => type === 'chunk');
  if (chunk?.code === undefined) throw new Error('expected a script of the bench page, got none');
  return chunk.code;
}
