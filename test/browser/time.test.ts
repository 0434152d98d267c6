/** Time on the dashboard in a real Chromium: the strip of checkpoints, playback, keys, links, notifications, a phone. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-time-'));
const directory = join(scratch, 'run');
/** Of the checkpoints, and which sample each is a copy of. */
const STEPS = [0, 100, 200, 300, 400, 500, 600, 700, 800, 900];
const SAMPLES = [0, 512, 4000];
const DESKTOP = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' } as const;

let server: TestServer;
let browser: Browser;
const problems: string[] = [];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const [index, step] of STEPS.entries()) put(SAMPLES[index % SAMPLES.length], step);
  server = await startServer('watch', directory, '--data', join(scratch, 'data'), '--settle-ms', '100');
  browser = await launchBrowser();
  const page = await opened();
  await row(page, 900).waitFor();
  await page.locator('phasewatch-status[data-activity="waiting"]').waitFor();
  await page.context().close();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

function put(sample: number, step: number): void {
  cpSync(join(SAMPLE_RUN, `checkpoint-${sample}`), join(directory, `checkpoint-${step}`), {
    recursive: true,
  });
}

async function opened(hash = '', options: BrowserContextOptions = DESKTOP): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`${server.url}${hash}`);
  await page.locator('phasewatch-scrubber[checkpoint]').waitFor();
  return page;
}

const row = (page: Page, step: number) =>
  page.locator(`[data-checkpoint="checkpoint-${step}"][data-status="done"]`);
const strip = (page: Page) => page.getByRole('slider', { name: 'Checkpoint looked at' });
const at = (page: Page, step: number) => page.locator(`phasewatch-scrubber[checkpoint="checkpoint-${step}"]`);
const graphOf = (page: Page, step: number) =>
  page.locator(`phasewatch-graph[checkpoint="checkpoint-${step}"]`);
/** The address is written a few times a second. */
const addressed = (page: Page, part: string) => page.waitForURL((url) => url.hash.includes(part));

describe('the strip of checkpoints', () => {
  it('goes by one, by ten, and to the ends, and says where it is', async () => {
    const page = await opened();
    await strip(page).focus();
    expect(await strip(page).getAttribute('aria-valuetext')).toBe('checkpoint-900, step 900, 10 of 10');
    for (const [key, step] of [
      ['ArrowLeft', 800],
      ['Home', 0],
      ['ArrowRight', 100],
      ['PageUp', 900],
      ['PageDown', 0],
      ['End', 900],
    ] as const) {
      await page.keyboard.press(key);
      await graphOf(page, step).waitFor();
    }
    await page.keyboard.press('ArrowLeft');
    await at(page, 800).waitFor();
    await page.keyboard.press('l');
    await at(page, 900).waitFor();
    expect(await page.locator('[data-control="live"]').getAttribute('aria-pressed')).toBe('true');
    await page.context().close();
  });

  it('asks for no graph that a drag has only passed over', async () => {
    const page = await opened();
    const asked: string[] = [];
    page.on('request', (request) => {
      const [, id] = /checkpoints\/([^/]+)\/graph/.exec(request.url()) ?? [];
      if (id !== undefined) asked.push(id);
    });
    const box = (await strip(page).boundingBox()) ?? expect.fail();
    const middle = box.y + box.height / 2;
    const to = (share: number) => page.mouse.move(box.x + share * box.width, middle);
    // The page's own clock, so that no pause of the machine makes a rest of it.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await to(0.9);
    await page.mouse.down();
    for (const share of [0.8, 0.7, 0.6, 0.5, 0.35]) {
      await to(share);
      await page.clock.runFor(60);
    }
    expect(await strip(page).getAttribute('aria-valuetext')).toBe('checkpoint-300, step 300, 4 of 10');
    expect(asked).toEqual([]);
    await page.clock.runFor(30);
    await page.clock.resume();
    await graphOf(page, 300).waitFor();
    expect(asked).toEqual(['checkpoint-300']);
    await page.mouse.up();
    // Letting go is rest enough.
    await to(0.6);
    await page.mouse.down();
    await to(0);
    await page.mouse.up();
    await graphOf(page, 0).waitFor();
    await page.context().close();
  });

  it('plays every checkpoint from the first to the last, and then follows the run', async () => {
    const page = await opened();
    await page.getByTestId('speed').selectOption('16');
    await page.evaluate(() => {
      const seen: (string | null)[] = [];
      Object.assign(globalThis, { seen });
      document.addEventListener('phasewatch-select', (event) =>
        seen.push((event as CustomEvent).detail.checkpoint),
      );
      document.addEventListener('phasewatch-live', () => seen.push(null));
    });
    await page.locator('body').press(' ');
    await page.locator('phasewatch-scrubber[data-playing]').waitFor();
    await page.locator('phasewatch-scrubber:not([data-playing])').waitFor();
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: (string | null)[] }).seen);
    expect(seen).toEqual([...STEPS.map((step) => `checkpoint-${step}`), null]);
    expect(await page.locator('phasewatch-app').getAttribute('data-late-results')).toBe('0');
    await page.context().close();
  });

  it('stops playing when a person looks at something else', async () => {
    const page = await opened();
    await page.getByTestId('speed').selectOption('1');
    await page.locator('[data-control="play"]').click();
    await at(page, 0).waitFor();
    await row(page, 500).click();
    await page.locator('phasewatch-scrubber:not([data-playing])').waitFor();
    await at(page, 500).waitFor();
    await page.context().close();
  });
});

describe('a link', () => {
  it('shows a colleague the same checkpoint, node, metrics, colours, axis and view', async () => {
    const page = await opened('#node=L1H3&theme=dark');
    await row(page, 300).click();
    await page.keyboard.press('4');
    await page.locator('phasewatch-diff').waitFor();
    await row(page, 100).click({ modifiers: ['Shift'] });
    await page.locator('[data-choice="asinh"]').click();
    await page.locator('[data-choice="all"]').click();
    for (const part of [
      'view=changes',
      'at=checkpoint-300',
      'base=checkpoint-100',
      'node=L1H3',
      'axis=asinh',
      'metrics=all',
      'theme=dark',
    ])
      await addressed(page, part);
    const link = await page
      .getByTestId('link')
      .evaluate((copy) => (copy as HTMLElement & { text: string }).text);
    expect(link).toBe(page.url());

    const colleague = await opened(new URL(link).hash);
    await at(colleague, 300).waitFor();
    await colleague.locator('phasewatch-diff:not([data-edges="0"])').waitFor();
    expect(await colleague.locator('[data-tab="changes"]').getAttribute('aria-selected')).toBe('true');
    expect(await colleague.locator('.comparing').textContent()).toBe('since 100');
    expect(await colleague.locator('[data-choice="all"]').getAttribute('aria-pressed')).toBe('true');
    expect(await colleague.locator('[data-choice="asinh"]').getAttribute('aria-pressed')).toBe('true');
    expect(await colleague.locator('phasewatch-app').getAttribute('theme')).toBe('dark');
    // Nothing of it was left behind, and nothing of the sender's is remembered here.
    await addressed(colleague, 'node=L1H3');
    expect(await colleague.evaluate(() => JSON.stringify(localStorage))).toBe('{}');
    await Promise.all([page.context().close(), colleague.context().close()]);
  });

  it('says what it names and is not there, and shows the rest', async () => {
    const page = await opened('#at=checkpoint-7&axis=asinh&node=L9H9');
    expect(await page.getByTestId('message').textContent()).toContain(
      'The address names checkpoint-7, which this run does not have: it is followed live instead.',
    );
    expect(await page.getByTestId('message').textContent()).toContain('L9H9');
    await page.waitForURL((url) => url.hash === '#axis=asinh');
    await page.context().close();
  });

  it('is followed when a person changes the address of an open page, and a token in it is taken out', async () => {
    const page = await opened('#at=checkpoint-200');
    await at(page, 200).waitFor();
    await page.evaluate(() => {
      location.hash = '#token=a-token-of-sixteen-and-more&at=checkpoint-600';
    });
    await at(page, 600).waitFor();
    await page.waitForURL((url) => url.hash === '#at=checkpoint-600');
    await page.goBack();
    await at(page, 200).waitFor();
    await page.context().close();
  });

  it('is followed where the dashboard was about to write an address of its own', async () => {
    const page = await opened('#at=checkpoint-200');
    await at(page, 200).waitFor();
    await row(page, 300).evaluate((row) => {
      // Long enough for the next address to be written at once.
      const end = performance.now() + 500;
      while (performance.now() < end);
      location.hash = '#at=checkpoint-600';
      (row as HTMLElement).click();
    });
    await at(page, 600).waitFor();
    await page.waitForURL((url) => url.hash === '#at=checkpoint-600');
    await page.context().close();
  });
});

describe('the keys', () => {
  it('change view, colours and checkpoint, and are left to a field that has the focus', async () => {
    const page = await opened();
    await page.keyboard.press('3');
    await page.locator('phasewatch-roles').waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('t');
    expect(await page.locator('phasewatch-app').getAttribute('theme')).toBe('light');
    await page.getByTestId('speed').focus();
    await page.keyboard.press('3');
    expect(await page.locator('[data-tab="graph"]').getAttribute('aria-selected')).toBe('true');
    await page.getByTestId('speed').blur();
    await page.keyboard.press('ArrowLeft');
    await at(page, 800).waitFor();
    await page.keyboard.press('?');
    await page.getByTestId('keys').waitFor();
    await page.keyboard.press('3');
    await page.keyboard.press('Escape');
    await page.getByTestId('keys').waitFor({ state: 'hidden' });
    expect(await page.locator('[data-tab="graph"]').getAttribute('aria-selected')).toBe('true');
    await page.context().close();
  });

  it('of a dashboard in somebody else’s page act only while the focus is in it, which leaves address and title alone', async () => {
    const page = await opened();
    await page.evaluate(() => {
      document.body.innerHTML = '<button id="theirs">theirs</button><phasewatch-app></phasewatch-app>';
      document.title = 'their page';
    });
    await at(page, 900).waitFor();
    await page.locator('#theirs').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('3');
    await page.locator('[data-tab="graph"]').focus();
    await page.keyboard.press('4');
    await page.locator('phasewatch-diff').waitFor();
    await row(page, 500).click();
    await at(page, 500).waitFor();
    expect(await page.locator('phasewatch-roles').count()).toBe(0);
    // Longer than an address would be in coming: a frame of each kind has passed, and the timers of before it.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    expect(new URL(page.url()).hash).toBe('');
    expect(await page.title()).toBe('their page');
    expect(await page.getByTestId('link').count()).toBe(0);
    await page.context().close();
  });
});

describe('a phone', () => {
  it('has everything one below the other, and nothing beside the screen', async () => {
    const page = await opened('', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    for (const view of ['graph', 'roles', 'changes', 'graph']) {
      await page.locator(`[data-tab="${view}"]`).tap();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    }
    expect(await page.locator('phasewatch-checkpoints').count()).toBe(0);
    const box = (await strip(page).boundingBox()) ?? expect.fail();
    // In reach without scrolling.
    expect(box.y + box.height).toBeLessThanOrEqual(740);
    await page.touchscreen.tap(box.x + 3, box.y + 10);
    await graphOf(page, 0).waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'phone.png') });
    await page.getByTestId('fold').tap();
    await row(page, 0).waitFor();
    await page.context().close();
  });
});

describe('desktop notifications', () => {
  type Shown = { title: string; body: string; tag: string };

  /** A Notification that keeps what it is told; the page is never in front. */
  async function watching(permission: NotificationPermission): Promise<Page> {
    const context = await browser.newContext(DESKTOP);
    if (permission === 'granted') await context.grantPermissions(['notifications']);
    await context.addInitScript((answer) => {
      const shown: object[] = [];
      class Stub {
        static permission: NotificationPermission = 'default';
        static async requestPermission(): Promise<NotificationPermission> {
          Stub.permission = answer;
          return answer;
        }
        onclick: (() => void) | null = null;
        constructor(title: string, options: NotificationOptions) {
          shown.push({ title, ...options, click: () => this.onclick?.() });
        }
        close(): void {}
      }
      Object.assign(globalThis, { Notification: Stub, shown });
      document.hasFocus = () => false;
    }, permission);
    const page = await context.newPage();
    await page.goto(server.url);
    await page.locator('phasewatch-scrubber[checkpoint]').waitFor();
    return page;
  }
  const shown = (page: Page) =>
    page.evaluate(() =>
      (globalThis as unknown as { shown: Shown[] }).shown.map(({ title, body, tag }) => ({
        title,
        body,
        tag,
      })),
    );

  it('are off until asked for, tell of the first failure, and lead to it', async () => {
    const page = await watching('granted');
    const bell = page.getByTestId('bell');
    expect(await bell.getAttribute('aria-pressed')).toBe('false');
    await bell.click();
    await page.locator('[data-testid="bell"][aria-pressed="true"]').waitFor();
    expect(await page.evaluate(() => localStorage.getItem('phasewatch-notifications'))).toBe('on');
    mkdirSync(join(directory, 'checkpoint-1000'));
    for (const file of ['config.json', 'model.safetensors'])
      writeFileSync(join(directory, 'checkpoint-1000', file), '{}');
    await page.waitForFunction(() => (globalThis as unknown as { shown: object[] }).shown.length > 0);
    const [first] = await shown(page);
    expect(first.title).toBe('run');
    expect(first.body).toMatch(/^checkpoint-1000 could not be analysed\. ./);
    expect(first.tag).toMatch(/^phasewatch-/);
    await page.evaluate(() => (globalThis as unknown as { shown: { click(): void }[] }).shown[0].click());
    await at(page, 1000).waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'failure-looked-at.png') });
    await page.context().close();
  });

  it('say what to do where the browser blocks them', async () => {
    const page = await watching('denied');
    await page.getByTestId('bell').click();
    expect(await page.getByTestId('message').textContent()).toContain('blocks notifications');
    expect(await page.getByTestId('bell').getAttribute('aria-pressed')).toBe('false');
    expect(await shown(page)).toEqual([]);
    await page.context().close();
  });
});

it('had no error', () => {
  expect(problems).toEqual([]);
});
