/** What a person sees of a server that dies and comes back, of several runs, of a rewound training, and of a locked door. */
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-recovery-'));
const runs = join(scratch, 'runs');
const words = ['watch', runs, '--data', join(scratch, 'data'), '--settle-ms', '100'];

let server: TestServer;
let browser: Browser;
let page: Page;

const put = (run: string, step: number, as = step) =>
  cpSync(join(SAMPLE_RUN, `checkpoint-${step}`), join(runs, run, `checkpoint-${as}`), { recursive: true });
const row = (step: number) => page.locator(`[data-checkpoint="checkpoint-${step}"][data-status="done"]`);
const app = () => page.locator('phasewatch-app');
const status = (connection: string) => page.locator(`phasewatch-status[data-connection="${connection}"]`);

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  put('first', 0);
  put('first', 512);
  put('second', 0);
  server = await startServer(...words);
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  await page.goto(server.url);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

/** In order: the tests are one story. */
describe('the dashboard', () => {
  it('shows the first of several runs and lets a person choose another', async () => {
    await row(512).waitFor();
    const chooser = page.getByTestId('run');
    await chooser.selectOption('second');
    await row(512).waitFor({ state: 'detached' });
    await row(0).waitFor();
    expect(new URL(page.url()).searchParams.get('run')).toBe('second');
    await chooser.selectOption('first');
    await row(512).waitFor();
  });

  it('E-1: goes on where it was when the server was killed and comes back, without a hole', async () => {
    const closed = once(server.process, 'close');
    server.process.kill('SIGKILL');
    await closed;
    await status('reconnecting').waitFor();
    // What appears meanwhile is there when the server is.
    put('first', 4000);
    expect(await row(512).count()).toBe(1);
    server = await startServer(...words, '--port', String(server.port));
    await status('live').waitFor();
    await row(4000).waitFor();
    expect(await app().getAttribute('data-resumes')).toBe('1');
    expect(await app().getAttribute('data-resyncs')).toBe('0');
    // Computed by the first server, kept by the log, shown by the second.
    await row(0).click();
    await page.locator('phasewatch-graph[checkpoint="checkpoint-0"]').waitFor();
    await page.getByTestId('live').click();
  });

  it('S-7: shows what a training left behind that began again', async () => {
    rmSync(join(runs, 'first', 'checkpoint-512'), { recursive: true });
    put('first', 4000, 512);
    await page.getByTestId('rewound').waitFor();
    expect(await page.getByTestId('rewound').textContent()).toContain('rewound at step 512');
    await page.locator('[data-fork]').click();
    const left = page.locator('[data-branch="0"][data-checkpoint="checkpoint-512"]');
    await left.click();
    await page.locator('phasewatch-graph[checkpoint="checkpoint-512"]').waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'rewound.png') });
    expect(await page.getByTestId('banner').textContent()).toContain('left behind');
  });

  it('T-1: asks for the token of a server that has one, and comes in by the address with it', async () => {
    const token = 'a-token-of-sixteen-and-more';
    const locked = await startServer(
      'watch',
      join(runs, 'second'),
      '--data',
      join(scratch, 'locked'),
      '--token',
      token,
    );
    try {
      const stranger = await browser.newPage();
      await stranger.goto(locked.url);
      await stranger.locator('phasewatch-status[data-connection="offline"]').waitFor();
      expect(await stranger.getByTestId('notice').textContent()).toContain('asks for a token');
      await stranger.screenshot({ path: join(SCREENSHOTS, 'token.png') });
      await stranger.goto(`${locked.url}#token=${token}`);
      await stranger.locator('phasewatch-status[data-connection="live"]').waitFor();
      expect(stranger.url()).not.toContain(token);
      // The cookie is enough from now on.
      await stranger.reload();
      await stranger.locator('phasewatch-status[data-connection="live"]').waitFor();
      await stranger.close();
    } finally {
      await locked.stop();
    }
  });
});
