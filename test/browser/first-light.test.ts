/** A real server, a real Chromium, checkpoints that arrive in the watched directory while it looks on. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));
const directory = join(mkdtempSync(join(tmpdir(), 'phasewatch-browser-')), 'run');

let server: TestServer;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  // A large probe makes a sweep take long enough to be watched layer by layer.
  server = await startServer('watch', directory, '--prompts', '64', '--segment', '64');
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => {
    if (new URL(request.url()).host !== `localhost:${server.port}`)
      problems.push(`request to ${request.url()}`);
  });
  await page.goto(server.url);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGKILL');
});

const copy = (step: number) =>
  cpSync(join(SAMPLE_RUN, `checkpoint-${step}`), join(directory, `checkpoint-${step}`), { recursive: true });
const row = (step: number) => page.locator(`[data-checkpoint="checkpoint-${step}"]`);
const graphOf = (step: number) => page.locator(`phasewatch-graph[checkpoint="checkpoint-${step}"]`);
const chart = (metric: string) => page.locator(`phasewatch-chart[data-metric="${metric}"]`);

/** In order: the tests are the story of one run. */
describe('the dashboard, while a run goes on', () => {
  it('says that it waits for a directory that is not there yet', async () => {
    await page.locator('phasewatch-status[data-connection="live"]').waitFor();
    await page.locator('phasewatch-status[data-activity="missing"]').waitFor();
  });

  it('fills in the graph of the first checkpoint layer by layer', async () => {
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seenLayers: seen });
      const look = () => {
        const graph = deepQuery(document, 'phasewatch-graph');
        const layers = graph?.getAttribute('data-layers-done');
        if (layers && seen.at(-1) !== layers) seen.push(layers);
        requestAnimationFrame(look);
      };
      const deepQuery = (root: Document | ShadowRoot, selector: string): Element | null => {
        const direct = root.querySelector(selector);
        if (direct) return direct;
        for (const element of root.querySelectorAll('*')) {
          const inner = element.shadowRoot && deepQuery(element.shadowRoot, selector);
          if (inner) return inner;
        }
        return null;
      };
      look();
    });
    mkdirSync(directory);
    copy(0);
    await row(0).and(page.locator('[data-status="done"]')).waitFor();
    await graphOf(0).and(page.locator('[data-layers-done="3"]')).waitFor();
    const seen = await page.evaluate(() => (globalThis as unknown as { seenLayers: string[] }).seenLayers);
    expect(seen.filter((layers) => layers !== '0')).toEqual(['1', '2', '3']);
    expect(await graphOf(0).getAttribute('data-edges')).toBe('60');
  });

  it('says what is wrong with a truncated checkpoint, and goes on', async () => {
    mkdirSync(join(directory, 'checkpoint-512'));
    for (const file of ['config.json', 'model.safetensors']) {
      const bytes = readFileSync(join(SAMPLE_RUN, 'checkpoint-512', file));
      writeFileSync(join(directory, 'checkpoint-512', file), bytes.subarray(0, 300_000));
    }
    await row(512).and(page.locator('[data-status="failed"]')).waitFor();
    expect(await row(512).textContent()).toMatch(/model\.safetensors.*637,?328.*300,?000/s);
    copy(4000);
    await row(4000).and(page.locator('[data-status="done"]')).waitFor();
    await chart('total_strength').and(page.locator('[data-points="2"]')).waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'failed-light.png') });
  });

  it('takes the checkpoint when it is whole, in its place by step', async () => {
    copy(512);
    await row(512).and(page.locator('[data-status="done"]')).waitFor();
    for (const metric of ['total_strength', 'gini', 'induction_score'])
      await chart(metric).and(page.locator('[data-points="3"]')).waitFor();
    await chart('churn').and(page.locator('[data-points="2"]')).waitFor();
    const order = await page
      .locator('[data-checkpoint]')
      .evaluateAll((rows) => rows.map((element) => element.getAttribute('data-checkpoint')));
    expect(order).toEqual(['checkpoint-4000', 'checkpoint-512', 'checkpoint-0']);
  });

  it('looks at an earlier checkpoint while new ones arrive, and follows the run again', async () => {
    await row(0).click();
    await graphOf(0).waitFor();
    cpSync(join(SAMPLE_RUN, 'checkpoint-4000'), join(directory, 'checkpoint-5000'), { recursive: true });
    await row(5000).and(page.locator('[data-status="done"]')).waitFor();
    expect(await graphOf(0).count()).toBe(1);
    await page.getByTestId('live').click();
    await graphOf(5000).waitFor();
  });

  it('gives a viewer who joins late the same picture', async () => {
    const late = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    await late.goto(server.url);
    await late.locator('phasewatch-graph[checkpoint="checkpoint-5000"][data-layers-done="3"]').waitFor();
    expect(await late.locator('[data-checkpoint]').count()).toBe(4);
    await late.locator('phasewatch-chart[data-metric="gini"][data-points="4"]').waitFor();
    await late.screenshot({ path: join(SCREENSHOTS, 'late-dark.png') });
    await late.close();
  });

  it('had no error, and asked no other host for anything', async () => {
    await page.screenshot({ path: join(SCREENSHOTS, 'end-light.png') });
    expect(problems).toEqual([]);
  });

  it('ends within 2 s of Ctrl-C, and the page says that it is cut off', async () => {
    const { code, millis } = await server.stop();
    expect(code).toBe(0);
    expect(millis).toBeLessThan(2_000);
    await page
      .locator(
        'phasewatch-status[data-connection="reconnecting"], phasewatch-status[data-connection="connecting"], phasewatch-status[data-connection="offline"]',
      )
      .waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'reconnecting-light.png') });
  });
});
