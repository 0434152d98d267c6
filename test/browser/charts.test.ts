/** Charts in a real Chromium: zoom, pan, keys, one cursor a feed, several runs, and files of what is seen. */
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';

const STEPS_A = [0, 512, 4000];
const STEPS_B = [0, 4000];
const directory = mkdtempSync(join(tmpdir(), 'phasewatch-charts-'));

let server: TestServer;
let browser: Browser;
let page: Page;
const problems: string[] = [];

type ChartElement = HTMLElement & { exportTable(): string; exportImage(format: string): Promise<Blob> };

beforeAll(async () => {
  for (const [run, steps] of [
    ['a', STEPS_A],
    ['b', STEPS_B],
  ] as const)
    for (const step of steps) {
      mkdirSync(join(directory, run), { recursive: true });
      const name = `checkpoint-${step}`;
      cpSync(join(SAMPLE_RUN, name), join(directory, run, name), { recursive: true });
    }
  server = await startServer('watch', join(directory, 'a'), join(directory, 'b'));
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(server.url);
  await page.evaluate(() => {
    // The first two share the feed of the server that the script came from; the last one has its own.
    document.body.innerHTML = `
      <phasewatch-chart id="one" metric="gini"></phasewatch-chart>
      <phasewatch-chart id="two" metric="total_strength"></phasewatch-chart>
      <phasewatch-chart id="other" run="b" metric="gini"></phasewatch-chart>`;
  });
  await page.locator('#one[data-points="3"]').waitFor();
  await page.locator('#other[data-points="2"]').waitFor();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGKILL');
});

const over = (id: string) => page.locator(`#${id} .u-over`);
const plot = (id: string) => page.locator(`#${id} .plot`);
const value = (id: string) => page.locator(`#${id} [part="value"]`);
const reset = (id: string) => page.locator(`#${id} .reset`);
const tableOf = (id: string) =>
  page.evaluate((name) => (document.getElementById(name) as ChartElement).exportTable(), id);
const stepsOf = async (id: string, column = 0) =>
  (await tableOf(id))
    .trim()
    .split('\r\n')
    .slice(1)
    .map((row) => row.split(',')[column]);

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('expected the plot to be on show');
  return box;
}

async function drag(id: string, from: number, to: number): Promise<void> {
  const { x, y, width } = await boxOf(over(id));
  await page.mouse.move(x + from * width, y + 40);
  await page.mouse.down();
  await page.mouse.move(x + ((from + to) / 2) * width, y + 40);
  await page.mouse.move(x + to * width, y + 40);
  await page.mouse.up();
}

/** In order: each begins where the one before has left the charts. */
describe('charts of one feed', () => {
  it('show one cursor, and none in the chart of another feed', async () => {
    const latest = await value('other').textContent();
    const { x, y } = await boxOf(over('one'));
    await page.mouse.move(x + 12, y + 30);
    await page.waitForFunction(() => {
      const left = (id: string) => {
        const cursor = document.getElementById(id)?.shadowRoot?.querySelector<HTMLElement>('.u-cursor-x');
        const isShown = cursor && !cursor.classList.contains('u-off');
        return isShown ? new DOMMatrix(getComputedStyle(cursor).transform).e : -1;
      };
      return left('one') > 0 && left('one') === left('two') && left('other') < 0;
    });
    expect(await value('other').textContent()).toBe(latest);
    await page.mouse.move(2, 790);
  });

  it('zoom together into what is dragged over, and show all again', async () => {
    await drag('one', 0.05, 0.4);
    await reset('two').waitFor();
    expect(await stepsOf('two')).toEqual(['512']);
    expect(await reset('other').count()).toBe(0);
    await over('two').dblclick();
    await reset('one').waitFor({ state: 'detached' });
    expect(await stepsOf('one')).toEqual(STEPS_A.map(String));
  });

  it('leave a plain wheel to the page, and zoom with ctrl', async () => {
    const { x, y, width } = await boxOf(over('one'));
    await page.mouse.move(x + width / 2, y + 40);
    await page.mouse.wheel(0, 100);
    expect(await reset('one').count()).toBe(0);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await reset('one').waitFor();
    expect(await stepsOf('one')).toEqual([]);
    await reset('one').click();
    await reset('one').waitFor({ state: 'detached' });
  });

  it('go from sample to sample by key, read out, and look at the checkpoint', async () => {
    await page.evaluate(() => {
      Object.assign(globalThis, { selected: [] });
      document.body.addEventListener('phasewatch-select', (event) =>
        (globalThis as unknown as { selected: string[] }).selected.push(
          (event as CustomEvent<{ checkpoint: string }>).detail.checkpoint,
        ),
      );
    });
    await plot('one').focus();
    // Faster than anybody types, and before what knows the keys is loaded.
    await plot('one').evaluate((element) => {
      for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowLeft'])
        element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true }));
    });
    await page.locator('#one [role="status"]', { hasText: 'step 512: Gini coefficient 0.' }).waitFor();
    expect(await page.locator('#one .heard').textContent()).toMatch(/ ± 0\.\d+$/);
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.evaluate(() => (globalThis as unknown as { selected: string[] }).selected))
      .toEqual(['checkpoint-512']);
    await page.keyboard.press('+');
    await reset('one').waitFor();
    await page.keyboard.press('0');
    await reset('one').waitFor({ state: 'detached' });
  });

  it('show the numbers of the checkpoint that is looked at, and of the newest while the run is followed', async () => {
    const rows = (await tableOf('one'))
      .trim()
      .split('\r\n')
      .map((row) => row.split(','));
    const column = rows[0].findIndex((name) => name.startsWith('Gini'));
    const shownAt = (step: string) => Number(rows.find(([of]) => of === step)?.[column]).toFixed(3);
    // Away from the charts, so that no cursor says another step.
    const { x, y } = await boxOf(over('one'));
    await page.mouse.move(x + 20, y + 20);
    await page.mouse.move(2, 790);
    await expect.poll(() => value('one').textContent()).toBe(shownAt('512'));
    await page.locator('#one').evaluate((chart) => {
      (chart as unknown as { bound: { choose(checkpoint: null): void } }).bound.choose(null);
    });
    await expect.poll(() => value('one').textContent()).toBe(shownAt('4000'));
    expect(shownAt('512')).not.toBe(shownAt('4000'));
  });

  it('leave step 0 out of a logarithmic axis, and say so', async () => {
    await page.locator('#one').evaluate((chart) => chart.setAttribute('axis', 'log'));
    await page
      .locator('#one [part="remark"]', { hasText: 'Step 0 has no place on a logarithmic axis.' })
      .waitFor();
    expect(await stepsOf('one')).toEqual(['512', '4000']);
    expect(await stepsOf('two')).toEqual(STEPS_A.map(String));
    await page.locator('#one').evaluate((chart) => chart.removeAttribute('axis'));
  });
});

describe('a chart', () => {
  it('shows several runs, each with its own steps, and writes what is seen', async () => {
    await page.locator('#one').evaluate((chart) => chart.setAttribute('runs', '*'));
    await page.locator('#one [part="legend"] li').nth(1).waitFor();
    const rows = (await tableOf('one'))
      .trim()
      .split('\r\n')
      .map((row) => row.split(','));
    expect(rows[0].slice(0, 3)).toEqual(['Run', 'Step', 'Checkpoint']);
    expect(rows.slice(1).map(([run, step]) => `${run} ${step}`)).toEqual([
      ...STEPS_A.map((step) => `a ${step}`),
      ...STEPS_B.map((step) => `b ${step}`),
    ]);
    await page.locator('#one').evaluate((chart) => chart.setAttribute('align', 'tokens'));
    await page
      .locator('#one [part="remark"]', { hasText: 'Nothing says how many tokens a step of a is' })
      .waitFor();
    await page.locator('#one').evaluate((chart) => chart.setAttribute('tokens-per-step', 'a=2,b=4'));
    await page.locator('#one [part="legend"] li').nth(1).waitFor();
  });

  it('is a figure of vectors that stands by itself', async () => {
    const svg = await page.evaluate(async () =>
      (await (document.getElementById('one') as ChartElement).exportImage('svg')).text(),
    );
    expect(svg).toMatch(/^<svg xmlns/);
    expect(svg).toContain('zero ablation · 1 − cosine');
    expect(svg).not.toMatch(/var\(|light-dark|<image|<style/);
    const png = await page.evaluate(async () => {
      const blob = await (document.getElementById('one') as ChartElement).exportImage('png');
      const image = await createImageBitmap(blob);
      return [blob.type, image.width > 1000];
    });
    expect(png).toEqual(['image/png', true]);
  });

  it('says that there is no such metric instead of showing another one', async () => {
    await page.locator('#two').evaluate((chart) => chart.setAttribute('metric', 'giny'));
    await page.locator('#two .notice', { hasText: 'There is no metric "giny". Known are loss' }).waitFor();
    await page.locator('#two').evaluate((chart) => chart.setAttribute('metric', 'gini'));
    await page.locator('#two .u-over').waitFor();
    expect(problems).toEqual([]);
  });
});
