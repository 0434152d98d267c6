/**
 * The dashboard and every widget by axe-core, in each colour scheme, in windows wide and narrow, in all that a run can come
 * to; and with the keyboard alone: every stop has a name and shows that it has the focus, and the way leads through.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findingsOn } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { servedDashboard } from '../support/dashboard.ts';
import { focusWalk } from '../support/focus-walk.ts';
import { OPEN } from '../support/gateway.ts';
import { MadeTraining } from '../support/made-training.ts';
import { logDirectory, openedStream, runInfo } from '../support/served.ts';
import { WIDGET_TAGS, widgetSite } from '../support/widgets.ts';

// A look at a whole page takes a second, and several where cores are busy.
vi.setConfig({ testTimeout: 120_000 });

const TOKEN = 'a-token-of-sixteen-and-more';
/** More than the dashboard has, and fewer than a list of which every row is one. */
const STOPS_MAX = 120;
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'forced colours': { colorScheme: 'dark', forcedColors: 'active' },
};
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 360, height: 740 };
const WINDOWS = { wide: WIDE, narrow: NARROW } as const;

type Door = Awaited<ReturnType<typeof servedDashboard>>;

let browser: Browser;
let training: MadeTraining;
let site: string;
let door: Door;

beforeAll(async () => {
  browser = await launchBrowser();
  site = await widgetSite();
  training = await MadeTraining.begin(runInfo('r'));
  door = await opened();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await door?.close();
});

/** A server with a run of every kind of checkpoint, that has been rewound and goes on. */
async function opened(): Promise<Door> {
  const stream = await openedStream('r', logDirectory());
  const publish = (checkpoints: number) => {
    for (let made = 0; made < checkpoints; made += 1)
      for (const update of training.next()) stream.publish(update);
  };
  publish(140);
  for (const update of training.rewind(10)) stream.publish(update);
  publish(20);
  await stream.settled();
  return servedDashboard([stream], { site });
}

async function shown(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** @param hash which metrics: one chart is like the next, and what is asked of each page takes a second a chart */
async function live(options: BrowserContextOptions = {}, hash = '#metrics=loss,churn'): Promise<Page> {
  const page = await shown(door.url + hash, options);
  await page.locator('phasewatch-graph[data-layers-done="6"]').waitFor();
  await page.locator('phasewatch-phases:not([data-changes="0"])').waitFor();
  return page;
}

/** Until what depends on the window or its colours has been drawn anew. */
async function frames(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

async function expectNothingGrave(page: Page): Promise<void> {
  const { grave } = await findingsOn(page);
  expect(grave).toEqual([]);
  await page.context().close();
}

describe('the dashboard', () => {
  it.each(Object.keys(LOOKS))(
    'in %s is without a grave finding, wide and narrow, behind every tab',
    async (look) => {
      const page = await live(LOOKS[look], '');
      const rules = look === 'light' ? 'all' : 'contrast';
      const findings: Record<string, readonly string[]> = {};
      for (const size of ['narrow', 'wide'] as const) {
        await page.setViewportSize(WINDOWS[size]);
        await frames(page);
        findings[size] = (await findingsOn(page, rules)).grave;
      }
      const tabs = await page.getByRole('tab').all();
      // The first is the one that was open so far.
      for (const tab of tabs.slice(1)) {
        await tab.click();
        findings[(await tab.textContent()) ?? ''] = (await findingsOn(page, rules)).grave;
      }
      expect(Object.keys(findings).length).toBeGreaterThan(4);
      expect(Object.values(findings).flat(), JSON.stringify(findings)).toEqual([]);
      await page.context().close();
    },
  );

  it('is so with a failed checkpoint looked at', async () => {
    const page = await live();
    await page.locator('[data-status="failed"]').first().click();
    await page.getByTestId('notice').waitFor();
    await expectNothingGrave(page);
  });

  it('is so with an earlier checkpoint looked at and compared with', async () => {
    const page = await live();
    const rows = page.locator('[data-checkpoint][data-status="done"]');
    await rows.nth(4).click();
    await rows.nth(8).click({ modifiers: ['Shift'] });
    await page.getByTestId('stop-comparing').waitFor();
    await expectNothingGrave(page);
  });

  it('is so where there is no run yet', async () => {
    const empty = await servedDashboard([]);
    const page = await shown(empty.url);
    await page.locator('phasewatch-status[data-connection="waiting"]').waitFor();
    await expectNothingGrave(page);
    await empty.close();
  });

  it('is so while it waits for a server that has gone', async () => {
    const going = await servedDashboard([await openedStream('g')]);
    const page = await shown(going.url);
    await page.locator('phasewatch-status[data-connection="live"]').waitFor();
    await going.close();
    await page.locator('phasewatch-status[data-connection="reconnecting"]').waitFor();
    await expectNothingGrave(page);
  });

  it('is so where a token is wanted', async () => {
    const access = { ...OPEN, tokens: { view: TOKEN, upload: null } };
    const locked = await servedDashboard([await openedStream('l')], { access });
    const page = await shown(locked.url);
    await page.locator('phasewatch-status[data-connection="offline"]').waitFor();
    await expectNothingGrave(page);
    await locked.close();
  });

  it('is so with each of its popovers open', async () => {
    const page = await live();
    const openers = await page.locator('[popovertarget]:visible').all();
    const targets = await Promise.all(openers.map((opener) => opener.getAttribute('popovertarget')));
    expect(openers.length).toBeGreaterThan(1);
    // All that open the same kind of thing are made by the same lines.
    for (const [index, opener] of openers.entries()) {
      if (targets.indexOf(targets[index]) < index) continue;
      await opener.click();
      const { grave } = await findingsOn(page);
      expect(grave, targets[index] ?? '').toEqual([]);
      await page.keyboard.press('Escape');
    }
    await page.context().close();
  });

  it('is so with the card of a phase change open, and the list of all', async () => {
    const page = await live();
    await page.getByTestId('changes').click();
    await page.locator('[data-change]').first().focus();
    await page.getByTestId('phase-card').waitFor({ state: 'visible' });
    await expectNothingGrave(page);
  });
});

describe('each widget alone on a page', () => {
  it.each(WIDGET_TAGS)('%s is without a grave finding', async (tag) => {
    const page = await shown('about:blank', { ...LOOKS.light, viewport: NARROW });
    const told = page
      .waitForEvent('websocket')
      .then((socket) =>
        socket.waitForEvent('framereceived', ({ payload }) => /snapshot/.test(String(payload))),
      );
    await page.goto(`${door.url}${tag}.html`);
    await told;
    const flush = () =>
      page.locator(tag).evaluate((widget) => (widget as unknown as { flush(): Promise<void> }).flush());
    await flush();
    const light = await findingsOn(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await frames(page);
    await flush();
    const dark = await findingsOn(page, 'contrast');
    expect({ light: light.grave, dark: dark.grave }).toEqual({ light: [], dark: [] });
    await page.context().close();
  });
});

describe('the keyboard', () => {
  it.each(['light', 'forced colours'])(
    'leads through the dashboard in %s, and shows where it is',
    async (look) => {
      const page = await live(LOOKS[look]);
      const stops = await focusWalk(page, STOPS_MAX);
      expect(stops.length).toBeGreaterThan(10);
      expect(stops.filter(({ name }) => name.trim() === '').map(({ path }) => path)).toEqual([]);
      expect(stops.filter(({ isSeen }) => !isSeen).map(({ path }) => path)).toEqual([]);
      await page.context().close();
    },
  );
});
