/** A second seed beside the first, from the dashboard: only where the server trains. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { servedDashboard } from '../support/dashboard.ts';
import { openedStream } from '../support/served.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SMALL = ['--layers', '1', '--heads', '1', '--width', '8', '--steps', '4'];

let browser: Browser;
let server: TestServer | undefined;
beforeAll(async () => {
  browser = await launchBrowser();
}, 300_000);
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(() => browser?.close());

describe('another seed', () => {
  it('is trained at a press of a button, comes into the list of runs, and is shown beside the first', async () => {
    server = await startServer('demo', ...SMALL);
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(server.url);
    await page.getByTestId('train').click();
    await page.locator('[part=said]', { hasText: 'Seed 1 is being trained.' }).waitFor();
    const chooser = page.getByTestId('run');
    await chooser.locator('option').nth(1).waitFor({ state: 'attached' });
    expect(await chooser.locator('option').allTextContents()).toEqual([
      'Demo: a small model learns to copy (seed 0)',
      'Demo: a small model learns to copy (seed 1)',
    ]);
    const beside = await page
      .locator('phasewatch-metrics')
      .evaluate((metrics) => Reflect.get(metrics, 'feed').look.runs);
    expect(beside).toBe('demo-seed-1');
    await chooser.selectOption('demo-seed-1');
    // Trained to its end, and read to its last checkpoint.
    await page.locator('phasewatch-status[data-activity=ended]').waitFor();
    expect(await page.locator('h1').textContent()).toContain('seed 1');
    expect(problems).toEqual([]);
    await page.close();
  }, 60_000);

  it('is not offered where nothing is trained', async () => {
    const { url, close } = await servedDashboard([await openedStream('a')]);
    const page = await browser.newPage();
    await page.goto(url);
    await page.locator('phasewatch-status[data-connection=live]').waitFor();
    expect(await page.getByTestId('train').count()).toBe(0);
    await page.close();
    await close();
  });
});
