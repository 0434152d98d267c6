/** What the trainer logs, in a real Chromium: beside the graph metrics, while it grows, and as a widget of its own. */
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'phasewatch-trainer-log-'));
const log = join(directory, 'a', 'metrics.jsonl');

let server: TestServer;
let browser: Browser;
let page: Page;
const problems: string[] = [];

const lines = (from: number, to: number) =>
  Array.from({ length: (to - from) / 10 }, (_, index) => {
    const step = from + 10 * (index + 1);
    return `${JSON.stringify({ step, loss: 4 / (1 + step / 400), lr: 0.001 })}\n`;
  }).join('');

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const [run, steps] of [
    ['a', [0, 512]],
    ['b', [0]],
  ] as const)
    for (const step of steps)
      cpSync(join(SAMPLE_RUN, `checkpoint-${step}`), join(directory, run, `checkpoint-${step}`), {
        recursive: true,
        filter: (file) => !file.endsWith('trainer_state.json'),
      });
  writeFileSync(log, lines(0, 600));
  writeFileSync(join(directory, 'b', 'log.csv'), 'step,loss\n100,3.5\n200,3\n');
  server = await startServer('watch', join(directory, 'a'), join(directory, 'b'));
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
}, 300_000);

afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGKILL');
});

const chart = (metric: string, points: number) =>
  page.locator(`phasewatch-chart[data-metric="${metric}"][data-points="${points}"]`);

/** In order: the tests are the story of one page. */
describe('the trainer’s log', () => {
  it('is among the metrics of the overview, below the loss that was measured', async () => {
    await page.goto(`${server.url}#run=a`);
    await chart('trainer:loss', 60).waitFor();
    await chart('gini', 2).waitFor();
    const shown = await page
      .locator('phasewatch-metrics phasewatch-chart')
      .evaluateAll((charts) => charts.map((element) => element.getAttribute('data-metric')));
    expect(shown.slice(0, 3)).toEqual(['loss', 'trainer:loss', 'induction_score']);
    await page.screenshot({ path: join(SCREENSHOTS, 'trainer-log-light.png') });
  });

  it('grows while one looks on', async () => {
    appendFileSync(log, lines(600, 800));
    await chart('trainer:loss', 80).waitFor();
    expect(await chart('trainer:loss', 80).locator('[part="value"]').textContent()).toBe('1.33');
  });

  it('is chosen by name, with a word on where it comes from', async () => {
    await page.locator('[data-choice="chosen"]').click();
    const choice = page.locator('[data-metric="trainer:lr"][part="metric"]');
    expect(await choice.textContent()).toMatch(/lr \(trainer’s log\).*metrics\.jsonl/s);
    await choice.locator('input').check();
    await page.keyboard.press('Escape');
    await chart('trainer:lr', 80).waitFor();
    expect(await page.evaluate(() => location.hash)).toMatch(/metrics=.*,trainer:lr$/);
  });

  it('is a widget of its own, with the same curve of another run, keys and clicks', async () => {
    await page.goto(server.url);
    await page.evaluate(() => {
      document.body.innerHTML =
        '<phasewatch-chart run="a" runs="b" metric="trainer:loss"></phasewatch-chart>';
      document.querySelector('phasewatch-chart')?.style.setProperty('height', '260px');
    });
    await chart('trainer:loss', 80).waitFor();
    await page.locator('[data-run="b"] b', { hasText: /^3$/ }).waitFor();
    await page.evaluate(() =>
      document.addEventListener('phasewatch-select', (event) => {
        document.title = String((event as CustomEvent).detail.checkpoint);
      }),
    );
    await page.locator('.plot').press('Home');
    await page.locator('.heard', { hasText: 'a, step 10: loss (trainer’s log) 3.90' }).waitFor();
    await page.locator('.plot').press('Enter');
    await page.waitForFunction(() => document.title === 'checkpoint-0');
    await page.locator('.u-over').click({ position: { x: 1000, y: 60 } });
    await page.waitForFunction(() => document.title === 'checkpoint-512');
    await page.screenshot({ path: join(SCREENSHOTS, 'trainer-log-alone.png') });
  });

  it('had no error', () => {
    expect(problems).toEqual([]);
  });
});
