/**
 * Half an hour of a fast training in as many seconds: 900 checkpoints of a 14M model, one each simulated 2 s, before a
 * person who looks about, and what the page holds of it afterwards.
 *
 * By design it holds every checkpoint, not its graph: the summary (1.5 kB of heap), a row of the list (2 kB, 34 nodes),
 * a sample in each chart's columns (0.5 kB), and at times an option of the view of changes, which the browser keeps after
 * it was closed until it is opened again (1.3 kB, 23 nodes). All else is bounded: memory grows with the number of
 * checkpoints and with nothing else.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Update } from '../../protocol/state.ts';
import type { RunStream } from '../../server/log/run-stream.ts';
import { launchBrowser } from '../support/browser.ts';
import { servedDashboard } from '../support/dashboard.ts';
import { MadeTraining } from '../support/made-training.ts';
import { PageMeter, type PageReading } from '../support/page-meter.ts';
import { logDirectory, openedStream, runInfo } from '../support/served.ts';

const MINUTES = 30;
const CHECKPOINTS_A_MINUTE = 30;
/** Published together, as a server does that catches up: the page draws once for them. */
const BURST = 10;
const REWIND = { minute: 12, checkpoints: 40 } as const;
/** What is kept of a checkpoint adds up to 5 kB and 57 nodes; one graph is 15 kB, one view of nodes 20,000. */
const KEPT = { heapBytes: 10_000, nodes: 60, listeners: 6 } as const;
/** Of rounds that add no checkpoint: caches that fill, and what collections leave. */
const FLAT_BYTES_MAX = 500_000;
const FLAT_NODES_MAX = 1_000;
/** A new row, the selection that moves on to it, and its states: a dozen changes. */
const TOUCHED_MAX = 60;
const ROUNDS = 3;
const PATIENCE_MILLIS = 400_000;

type Window = { readonly leaked: number[][] };

let browser: Browser;
let page: Page;
let meter: PageMeter;
let training: MadeTraining;
let stream: RunStream;
let close: () => Promise<void>;
const problems: string[] = [];

beforeAll(async () => {
  training = await MadeTraining.begin(runInfo('r'));
  stream = await openedStream('r', logDirectory());
  const door = await servedDashboard([stream]);
  close = door.close;
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1120, height: 640 }, colorScheme: 'light' });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(door.url);
  meter = await PageMeter.of(page);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await close?.();
});

/** In order: the tests are one story. */
describe('the dashboard, half an hour later', () => {
  const readings = new Map<number, PageReading & { readonly checkpoints: number }>();
  const touched = new Map<number, number>();

  it(
    'holds no more of a checkpoint than its summary, its row and its samples',
    async () => {
      for (let minute = 1; minute <= MINUTES; minute += 1) {
        await Promise.all([publishAll(CHECKPOINTS_A_MINUTE, () => training.next()), lookAbout(minute)]);
        if (minute === REWIND.minute) publish(training.rewind(REWIND.checkpoints));
        await shown();
        if (minute === 4 || minute === MINUTES) touched.set(minute, await mutationsOfACheckpoint());
        if (minute % 10 === 0) readings.set(minute, { ...(await rested()), checkpoints: known() });
      }
      const [middle, late] = [reading(20), reading(MINUTES)];
      expect(late.checkpoints).toBeGreaterThan(850);
      const perCheckpoint = (count: keyof PageReading) =>
        (late[count] - middle[count]) / (late.checkpoints - middle.checkpoints);
      expect(perCheckpoint('heapBytes')).toBeLessThan(KEPT.heapBytes);
      expect(perCheckpoint('nodes')).toBeLessThan(KEPT.nodes);
      expect(perCheckpoint('listeners')).toBeLessThan(KEPT.listeners);
      // A picture in SVG is a document while it is decoded.
      expect(perCheckpoint('documents')).toBeLessThan(0.05);
      expect(problems).toEqual([]);
    },
    PATIENCE_MILLIS,
  );

  it('touches little of a list of 900 rows for one more', () => {
    for (const minute of [4, MINUTES]) {
      expect(touched.get(minute)).toBeGreaterThan(0);
      expect(touched.get(minute)).toBeLessThan(TOUCHED_MAX);
    }
  });

  it(
    'holds nothing of what is replaced: a newest checkpoint analysed anew, and progress',
    async () => {
      const before = await roundsOf(() => training.again());
      const after = await roundsOf(() => training.again());
      expect(after.heapBytes - before.heapBytes).toBeLessThan(FLAT_BYTES_MAX);
      expect(after.nodes - before.nodes).toBeLessThan(FLAT_NODES_MAX);
      expect(after.listeners - before.listeners).toBeLessThan(20);
    },
    PATIENCE_MILLIS,
  );

  it(
    'would be seen to hold a graph a checkpoint',
    async () => {
      const before = await rested();
      await page.evaluate(() => Object.assign(globalThis, { leaked: [] }));
      const after = await roundsOf(() => training.again(), leakAGraph);
      expect(after.heapBytes - before.heapBytes).toBeGreaterThan(FLAT_BYTES_MAX);
    },
    PATIENCE_MILLIS,
  );

  function reading(minute: number) {
    return readings.get(minute) ?? expect.fail(`no reading of minute ${minute}`);
  }
});

function known(): number {
  return stream.state.checkpoints.length;
}

function publish(updates: readonly Update[]): void {
  for (const update of updates) stream.publish(update);
}

async function publishAll(checkpoints: number, next: () => readonly Update[]): Promise<void> {
  for (let made = 1; made <= checkpoints; made += 1) {
    publish(next());
    if (made % BURST === 0) {
      await stream.settled();
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
  }
}

/** Until the charts have all that was published. */
async function shown(): Promise<void> {
  await stream.settled();
  const points = stream.state.checkpoints.filter(({ metrics }) => metrics.total_strength !== undefined);
  await page
    .locator(`phasewatch-chart[data-metric="total_strength"][data-points="${points.length}"]`)
    .waitFor({ state: 'attached', timeout: 60_000 });
}

/** An earlier checkpoint, the one before it, a chart, another view, and back to live. */
async function lookAbout(minute: number): Promise<void> {
  // In the page, frame by frame: a driver that waits for each element to stand still would take most of the time.
  await page.evaluate(async (at) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const all = (tag: string, selector: string) => {
      const host = document.querySelector('phasewatch-app')?.shadowRoot;
      const root = tag === '' ? host : host?.querySelector(tag)?.shadowRoot;
      return [...(root?.querySelectorAll<HTMLElement>(selector) ?? [])];
    };
    const press = (key: string) => dispatchEvent(new KeyboardEvent('keydown', { key }));
    const rows = all('phasewatch-checkpoints', '[data-checkpoint]');
    rows[rows.length >> 1]?.click();
    await frame();
    press('ArrowLeft');
    const tabs = all('', '[role="tab"]');
    tabs[at % tabs.length]?.click();
    await frame();
    tabs[0]?.click();
    press('l');
    await frame();
  }, minute);
  const box = await page
    .locator('phasewatch-chart')
    .nth(minute % 4)
    .boundingBox();
  if (box) await page.mouse.move(box.x + box.width / 2, box.y + box.height - 40);
}

/** What is held when all views have been opened in the same order, so that what the browser keeps of one is the same. */
async function rested(): Promise<PageReading> {
  const tabs = page.getByRole('tab');
  for (const tab of await tabs.all()) await tab.click();
  await tabs.first().click();
  await page.keyboard.press('l');
  await shown();
  return meter.read();
}

async function roundsOf(next: () => readonly Update[], between = async () => {}): Promise<PageReading> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    await Promise.all([publishAll(CHECKPOINTS_A_MINUTE, next), lookAbout(round)]);
    await between();
  }
  return rested();
}

/** 375 weights and as many errors for each checkpoint of a round, as a cache without a bound would. */
async function leakAGraph(): Promise<void> {
  await page.evaluate((checkpoints) => {
    const { leaked } = globalThis as unknown as Window;
    for (let made = 0; made < checkpoints; made += 1)
      leaked.push(Array.from({ length: 2 * 375 }, (_, edge) => edge / 7));
  }, CHECKPOINTS_A_MINUTE);
}

/** Changes of the list that one more checkpoint makes; of several the fewest, since a new strongest one scales all bars. */
async function mutationsOfACheckpoint(): Promise<number> {
  const counts: number[] = [];
  for (let made = 0; made < 4; made += 1) {
    await page.locator('phasewatch-checkpoints').evaluate((list) => {
      const seen = { count: 0 };
      const observer = new MutationObserver((records) => {
        seen.count += records.length;
      });
      if (list.shadowRoot)
        observer.observe(list.shadowRoot, {
          subtree: true,
          childList: true,
          attributes: true,
          characterData: true,
        });
      Object.assign(globalThis, { listSeen: seen, listObserver: observer });
    });
    publish(training.next());
    await shown();
    counts.push(
      await page.evaluate(() => {
        const { listSeen, listObserver } = globalThis as unknown as {
          listSeen: { readonly count: number };
          listObserver: MutationObserver;
        };
        listObserver.disconnect();
        return listSeen.count;
      }),
    );
  }
  return Math.min(...counts);
}
