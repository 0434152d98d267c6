/**
 * The buttons beside a widget's title, in a strange page: in a narrow box that cuts off, in an open dialog, by keyboard; and
 * what they copy, pasted.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { analysed, startServer, type TestServer } from '../support/server.ts';
import { type StrangeSite, strangeSite } from '../support/strange-page.ts';

const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));

let server: TestServer;
let site: StrangeSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let problems: string[];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  [server, site, browser] = await Promise.all([
    startServer('watch', SAMPLE_RUN),
    strangeSite(),
    launchBrowser(),
  ]);
  await analysed(server, 3);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  site?.close();
  server?.process.kill('SIGKILL');
});

beforeEach(async () => {
  problems = [];
  context = await browser.newContext({ viewport: { width: 700, height: 600 }, acceptDownloads: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await context.newPage();
  page.on('pageerror', (error) => problems.push(String(error)));
});

afterEach(async () => {
  await context.close();
  expect(problems).toEqual([]);
});

const NARROW = ['<div class="column" style="overflow: hidden">', '</div>'] as const;

/** A chart, and tools of its own: those that it has itself stand in its title. */
const REAL = 'document.querySelector("phasewatch-chart")';
/** Something that has tools and cannot draw. */
const MADE = `Object.assign(document.createElement('div'), {
  heading: 'Made <b>up</b>',
  about: async () => ({ text: 'Two sentences. Of text.', source: 'test' }),
  origin: { address: null, run: 'a/run' },
  table: { caption: 'Numbers', head: ['step', 'value'], rows: Array.from({ length: 600 }, (_, step) => [step, step === 0 ? null : step / 2]) },
  save: () => ({}),
  exportImage: async () => { throw new Error('There is nothing to draw yet.'); },
  exportTable: () => 'step,value\\r\\n0,\\r\\n',
})`;

async function open(widget: string, tags: readonly [string, string] = NARROW): Promise<void> {
  const [before, after] = tags;
  const tag = '<phasewatch-chart metric="gini" theme="dark"></phasewatch-chart>';
  await page.goto(
    site.page(`${before}${tag}${after}<script type="module" src="${server.url}embed.js"></script>`),
  );
  await page.locator('phasewatch-chart').waitFor({ state: 'attached' });
  await page.evaluate(() => document.querySelector('dialog')?.showModal());
  await page.locator('phasewatch-chart[data-points="3"]').waitFor();
  await page.evaluate(`(() => {
    const tools = document.createElement('phasewatch-tools');
    tools.id = 'box';
    tools.widget = ${widget};
    document.querySelector('phasewatch-chart').shadowRoot.querySelector('header').append(tools);
  })()`);
}

const tool = (kind: string) => page.locator(`#box [data-tool="${kind}"]`);
const item = (name: string) => page.locator('#box').getByRole('menuitem', { name });
const said = () => page.locator('#box .said');
const pasted = () => page.evaluate(() => navigator.clipboard.readText());

describe('the tools of a widget', () => {
  it('say what it is, in a box of their own inside the window, as text', async () => {
    await open(MADE);
    await tool('about').click();
    const panel = page.locator('#box [part="about"]');
    await expect.poll(() => panel.textContent()).toContain('Made <b>up</b>');
    const box = await panel.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect(box?.height).toBeGreaterThan(50);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
  });

  it('show the numbers as a table that a keyboard can scroll, the first 500 of them', async () => {
    await open(MADE);
    await tool('table').click();
    const rows = page.locator('#box [part="table"] tbody tr');
    await expect.poll(() => rows.count()).toBe(500);
    expect(await rows.first().textContent()).toBe('0–');
    await page.getByText('The first 500 of 600 rows; the CSV holds all.').waitFor();
    const region = page.getByRole('region', { name: 'Numbers' });
    expect(await region.evaluate((element) => element.matches(':focus'))).toBe(true);
    const head = page.locator('#box thead th').first();
    const before = await head.boundingBox();
    await region.evaluate((element) => element.scrollTo(0, 2_000));
    expect((await head.boundingBox())?.y).toBeLessThanOrEqual(before?.y ?? 0);
    expect(await head.isVisible()).toBe(true);
    await page.screenshot({ path: join(SCREENSHOTS, 'tools-table.png') });
  });

  it('copy a tag that shows the same elsewhere', async () => {
    await open(REAL);
    await tool('menu').click();
    await item('Copy as a tag').click();
    await expect.poll(() => said().textContent()).toBe('Copied.');
    await page.screenshot({ path: join(SCREENSHOTS, 'tools-menu.png') });
    const text = await pasted();
    expect(text).toContain(`<script type="module" src="${server.url}embed.js"></script>`);
    await page.goto(site.page(text));
    await page.locator('phasewatch-chart[data-points="3"][data-metric="gini"][theme="dark"]').waitFor();
  });

  it('copy an iframe that shows the same elsewhere', async () => {
    await open(REAL);
    await tool('menu').click();
    await item('Copy as an iframe').click();
    await expect.poll(() => said().textContent()).toBe('Copied.');
    await page.goto(site.page(await pasted()));
    await page
      .frameLocator('iframe[title="Gini coefficient"]')
      .locator('phasewatch-chart[data-points="3"][data-metric="gini"][theme="dark"]')
      .waitFor();
  });

  it('work by keyboard, in an open dialog, and do not press what is behind them', async () => {
    await open(REAL, ['<dialog style="width: 320px">', '</dialog>']);
    await tool('menu').focus();
    await page.keyboard.press('Enter');
    const focused = (name: string) =>
      expect.poll(() => item(name).evaluate((element) => element.matches(':focus'))).toBe(true);
    await focused('Copy as a tag');
    await page.keyboard.press('End');
    await focused('Save as CSV');
    await page.keyboard.press('ArrowDown');
    await focused('Copy as a tag');
    await page.keyboard.press('ArrowUp');
    await focused('Save as CSV');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await focused('Copy for a notebook (Python)');
    await page.keyboard.press('Enter');
    await expect.poll(() => said().textContent()).toBe('Copied.');
    expect(await pasted()).toContain('class Phasewatch(anywidget.AnyWidget):');
    await page.keyboard.press('Escape');
    await page.locator('#box [part="menu"]').waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.querySelector('dialog')?.open)).toBe(true);
    expect(await tool('menu').evaluate((button) => button.matches(':focus'))).toBe(true);
  });

  it('say in words what cannot be saved, save the rest under a name, and copy nothing of a file', async () => {
    await open(MADE);
    await tool('menu').click();
    await item('Save as PNG').click();
    await expect.poll(() => said().textContent()).toBe('There is nothing to draw yet.');
    const [saved] = await Promise.all([page.waitForEvent('download'), item('Save as CSV').click()]);
    expect(saved.suggestedFilename()).toBe('a-run-Made-b-up-b.csv');
    expect(readFileSync(await saved.path(), 'utf8')).toBe('step,value\r\n0,\r\n');
    expect(await item('Copy as a tag').count()).toBe(0);
  });

  it('have nothing that axe complains about', async () => {
    await open(REAL);
    await tool('menu').click();
    await item('Copy as a tag').waitFor();
    await page.evaluate(axe.source);
    const violations = await page.evaluate(
      `axe.run('phasewatch-chart').then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join()))`,
    );
    expect(violations).toEqual([]);
  });
});
