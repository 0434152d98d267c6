/**
 * What a newcomer sees: a model trained while the test looks on, its phase change on the screen. The model is a smaller one
 * that learns to copy in a third of the time; the one of the first start is trained by `npm run nightly`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply } from '../../protocol/apply.ts';
import type { RunState } from '../../protocol/state.ts';
import { launchBrowser } from '../support/browser.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { TestViewer } from '../support/viewer.ts';

const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));
/** The promise of the first start: on two cores, analysis included, other tests beside it. */
const PATIENCE_MILLIS = 180_000;

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  browser = await launchBrowser();
  server = await startServer('demo', '--heads', '2', '--width', '32', '--induction', '1');
}, 300_000);
afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGINT');
});

describe('the demo', () => {
  it(
    'learns to copy within three minutes, and the change is announced on the page',
    async () => {
      const begun = performance.now();
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
      await page.goto(server.url);
      const viewer = await TestViewer.watching(server.port, 'demo');
      let state: RunState = (await viewer.expect('snapshot')).state;
      const losses = () =>
        state.checkpoints.flatMap(({ status, step, task }) =>
          status === 'done' ? [{ step, loss: task.loss_second_half }] : [],
        );
      const induction = () =>
        state.phaseChanges.find(
          ({ probability, signals }) =>
            probability >= 0.9 &&
            signals.some(({ id, after, before }) => id === 'induction_score' && after - before > 1),
        );
      while ((losses().at(-1)?.loss ?? 9) >= 1.5 || !induction())
        state = apply(state, (await viewer.expect('delta')).delta);
      expect(performance.now() - begun).toBeLessThan(PATIENCE_MILLIS);

      // 64 tokens, 63 of them drawn: ln 63 = 4.14 nats where nothing is known yet.
      expect(losses()[0].loss).toBeGreaterThan(4);
      expect(losses()[0].loss).toBeLessThan(4.4);
      const change = induction() ?? expect.fail();
      const before = losses().findLast(({ step }) => step <= change.interval[0]);
      expect(before?.loss).toBeGreaterThan(2);
      expect(state.checkpoints.every(({ status }) => status !== 'failed')).toBe(true);

      await page.locator('phasewatch-phases:not([data-changes="0"])').waitFor();
      await page.screenshot({ path: join(SCREENSHOTS, 'demo-light.png') });
      viewer.socket.close();
    },
    PATIENCE_MILLIS + 60_000,
  );
});
