/**
 * Widgets where people put them: in a page of somebody else by a tag, in an iframe, in a notebook, in a file on disk. A real
 * server on one port, the strange page on another, a real Chromium.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { analysed, startServer, type TestServer } from '../support/server.ts';
import { type StrangeSite, strangeSite } from '../support/strange-page.ts';

const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-embeds-'));
const TOKEN = 'a-token-of-sixteen-letters-or-more';

let server: TestServer;
let guarded: TestServer;
let site: StrangeSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** Errors of pages, and requests to hosts that nobody named. */
let problems: string[];
let requests: string[];
let warnings: string[];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  [server, guarded, site, browser] = await Promise.all([
    startServer('watch', SAMPLE_RUN, '--data', join(scratch, 'data')),
    startServer('watch', SAMPLE_RUN, '--data', join(scratch, 'guarded'), '--token', TOKEN),
    strangeSite(),
    launchBrowser(),
  ]);
  await Promise.all([analysed(server, 3), analysed(guarded, 3, TOKEN)]);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  site?.close();
  for (const started of [server, guarded]) started?.process.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

beforeEach(async () => {
  problems = [];
  requests = [];
  warnings = [];
  context = await browser.newContext({ viewport: { width: 900, height: 700 }, colorScheme: 'light' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await context.newPage();
  const known = [site.host, `localhost:${server.port}`, `localhost:${guarded.port}`, ''];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
    if (message.type() === 'warning') warnings.push(message.text());
  });
  page.on('request', (request) => {
    requests.push(request.url());
    if (!known.includes(new URL(request.url()).host)) problems.push(`request to ${request.url()}`);
  });
});

afterEach(async () => {
  await context.close();
  expect(problems).toEqual([]);
});

const script = () => `<script type="module" src="${server.url}embed.js"></script>`;
const chart = (within = 'body') => page.locator(`${within} phasewatch-chart`);
const points = (locator: ReturnType<typeof chart>, count = 3) =>
  expect.poll(() => locator.getAttribute('data-points'), { timeout: 15_000 }).toBe(String(count));
const shot = (name: string) => page.screenshot({ path: join(SCREENSHOTS, `embed-${name}.png`) });

describe('a tag in a strange page', () => {
  it('shows its chart in a narrow column, in letters of its own, and loads no other widget', async () => {
    await page.goto(
      site.page(`<div class="column"><phasewatch-chart metric="gini"></phasewatch-chart></div>${script()}`),
    );
    await points(chart());
    expect(await chart().evaluate((element) => element.getBoundingClientRect().width)).toBeLessThanOrEqual(
      300,
    );
    expect(
      await chart()
        .locator('[part="title"]')
        .evaluate((title) => {
          const { textTransform, letterSpacing, textAlign, fontSize } = getComputedStyle(title);
          return { textTransform, letterSpacing, textAlign, isSmall: Number.parseFloat(fontSize) < 16 };
        }),
    ).toEqual({ textTransform: 'none', letterSpacing: 'normal', textAlign: 'start', isSmall: true });
    expect(requests.filter((url) => /phasewatch-(?:graph|app|roles)/.test(url))).toEqual([]);
    await shot('tag');
  });

  it('shows it in an open dialog, in a tab that is shown later, and when it comes later', async () => {
    await page.goto(
      site.page(`<dialog style="width: 320px"><phasewatch-chart metric="churn"></phasewatch-chart></dialog>
        <div id="tab" hidden class="column"><phasewatch-chart metric="gini"></phasewatch-chart></div>
        <div id="late" class="column"></div>${script()}`),
    );
    await page.evaluate(() => document.querySelector('dialog')?.showModal());
    await points(chart('dialog'), 2);
    await page.evaluate(() => document.querySelector('dialog')?.close());
    await page.evaluate(() => document.querySelector('#tab')?.removeAttribute('hidden'));
    await points(chart('#tab'));
    await expect
      .poll(() => chart('#tab').locator('canvas').boundingBox())
      .toMatchObject({ width: expect.any(Number) });
    expect((await chart('#tab').locator('canvas').boundingBox())?.width).toBeGreaterThan(200);
    await page.evaluate(() => {
      const late = document.querySelector('#late');
      if (late) late.innerHTML = '<phasewatch-graph></phasewatch-graph>';
    });
    await page
      .locator('#late phasewatch-graph[data-edges="75"], #late phasewatch-graph[data-edges="60"]')
      .waitFor();
  });

  it('is found in shadow roots of other libraries: open, defined later, and closed where the page says so', async () => {
    await page.goto(
      site.page(`<other-card class="column"></other-card><later-card class="column"></later-card><div id="closed" class="column"></div>
        <script type="module">
          const define = (name) => customElements.define(name, class extends HTMLElement {
            connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<section><phasewatch-chart metric="gini"></phasewatch-chart></section>'; }
          });
          define('other-card');
          const { load } = await import('${server.url}embed.js');
          define('later-card');
          const root = document.querySelector('#closed').attachShadow({ mode: 'closed' });
          root.innerHTML = '<phasewatch-chart metric="gini"></phasewatch-chart>';
          await load(root);
          globalThis.closedChart = root.firstChild;
        </script>`),
    );
    await points(page.locator('other-card phasewatch-chart'));
    await points(page.locator('later-card phasewatch-chart'));
    await page.waitForFunction(() => Reflect.get(globalThis, 'closedChart')?.dataset.points === '3');
  });

  it('asks the server of its source, shares its choice, and says which names it knows', async () => {
    await page.goto(
      site.page(`<phasewatch-source src="${guarded.url}" token="${TOKEN}"></phasewatch-source>
        <phasewatch-chart metric="gini"></phasewatch-chart><phasewatch-grpah></phasewatch-grpah>${script()}`),
    );
    await points(chart());
    expect(requests.filter((url) => url.startsWith(`${server.url}api`))).toEqual([]);
    await expect.poll(() => warnings.join()).toMatch(/no <phasewatch-grpah>.*<phasewatch-graph>/);
  });

  it('bears a second embed.js in the same page', async () => {
    const second = script().replace('embed.js', 'embed.js?again');
    await page.goto(site.page(`<phasewatch-chart metric="gini"></phasewatch-chart>${script()}${second}`));
    await points(chart());
    await page.waitForFunction(() => performance.getEntriesByName(`${location.href}`).length > 0);
  });
});

describe('an iframe', () => {
  const frame = (words: string, more = '') =>
    `<div class="column"><iframe src="${server.url}embed/${words}" title="gini" ${more}></iframe></div>`;
  const inside = () => page.frameLocator('iframe').locator('phasewatch-chart');

  it('becomes as tall as its widget, stays so, and has no bars', async () => {
    await page.goto(
      site.page(`${frame('chart?metric=gini&theme=dark', 'width="300" height="40"')}${script()}`),
    );
    await points(inside());
    const heights = () =>
      page.evaluate(() => document.querySelector('iframe')?.getBoundingClientRect().height ?? 0);
    const natural = await inside().evaluate((element) => element.getBoundingClientRect().height);
    expect(natural).toBeGreaterThan(100);
    // The border of an iframe, which no page here takes away.
    await expect.poll(heights).toBe(Math.ceil(natural) + 4);
    const later = await page.evaluate(async () => {
      for (let frames = 0; frames < 20; frames += 1) await new Promise(requestAnimationFrame);
      return document.querySelector('iframe')?.getBoundingClientRect().height;
    });
    expect(later).toBe(Math.ceil(natural) + 4);
    expect(await inside().getAttribute('theme')).toBe('dark');
    await shot('frame');
  });

  it('fills its frame where that is asked for', async () => {
    await page.goto(
      site.page(`${frame('chart?metric=gini&fit=frame', 'width="300" height="333"')}${script()}`),
    );
    await points(inside());
    expect(await inside().evaluate((element) => element.getBoundingClientRect().height)).toBe(333);
  });

  it('takes attributes that the widget knows, and makes nothing of the address into a page', async () => {
    const evil = encodeURIComponent('<img src=x onerror=alert(1)>');
    await page.goto(
      site.page(frame(`chart?metric=${evil}&onclick=alert(1)&style=x&src=http://example.org&theme=light`)),
    );
    await inside().waitFor();
    await expect.poll(() => inside().getAttribute('theme')).toBe('light');
    expect(
      await inside().evaluate((element) =>
        element.getAttributeNames().filter((name) => /on|src|style/.test(name)),
      ),
    ).toEqual([]);
    expect(await page.frameLocator('iframe').locator('img').count()).toBe(0);
    expect(warnings.join()).toContain('no attribute "onclick"');
  });

  it('takes the token from the fragment only', async () => {
    const at = (rest: string) => `<iframe src="${guarded.url}embed/chart?metric=gini${rest}"></iframe>`;
    await page.goto(site.page(at(`#token=${TOKEN}`)));
    await points(inside());
    expect(requests.filter((url) => url.includes(TOKEN) && !url.includes('#'))).toEqual([]);
  });
});

/** A model as anywidget hands it over. */
const MODEL = `(values) => {
  const listeners = new Map();
  const tell = (name) => { for (const listener of listeners.get('change:' + name) ?? []) listener(); };
  return {
    values, saved: 0,
    get: (name) => values[name],
    set(name, value) { values[name] = value; tell(name); },
    save_changes() { this.saved += 1; },
    on(event, listener) { listeners.set(event, [...(listeners.get(event) ?? []), listener]); },
    off(event, listener) { listeners.set(event, (listeners.get(event) ?? []).filter((own) => own !== listener)); },
    listening: () => [...listeners.values()].flat().length,
  };
}`;

describe('a notebook', () => {
  /** @param address as code that gives the address of the module */
  const notebook = (address: string, values: string) =>
    site.page(`<div class="column" id="cell"></div><script type="module">
      const { default: widget } = await import(${address});
      globalThis.model = (${MODEL})(${values});
      globalThis.leave = await widget.render({ model, el: document.querySelector('#cell') });
    </script>`);
  const model = <T>(look: string) =>
    page.evaluate(`(() => { const { model } = globalThis; return ${look}; })()`) as Promise<T>;

  it('shows a widget by the address of the module, follows its traits both ways, and leaves nothing', async () => {
    await page.goto(
      notebook(
        `'${server.url}anywidget.js'`,
        `{ widget: 'chart', src: '', run: '', options: { metric: 'gini', theme: 'dark' }, at: '' }`,
      ),
    );
    await points(chart('#cell'));
    await chart('#cell')
      .locator('.plot')
      .click({ position: { x: 48, y: 30 } });
    await expect.poll(() => model('model.values.at')).toBe('checkpoint-0');
    expect(await model<number>('model.saved')).toBeGreaterThan(0);
    await model(`model.set('at', 'checkpoint-512')`);
    await expect
      .poll(() => model(`document.querySelector('#cell > *').feed.shown.id`))
      .toBe('checkpoint-512');
    await model(`model.set('widget', 'graph')`);
    await page.locator('#cell phasewatch-graph[checkpoint="checkpoint-512"]').waitFor();
    await page.evaluate('globalThis.leave()');
    expect(await model('[model.listening(), document.querySelector("#cell").childElementCount]')).toEqual([
      0, 0,
    ]);
  });

  it('works as a text that the notebook keeps, twice in a page, with the address of the server as a trait', async () => {
    const address = `URL.createObjectURL(new Blob([await (await fetch('${server.url}anywidget.js')).text()], { type: 'text/javascript' }))`;
    await page.goto(notebook(address, `{ src: '${server.url}', options: { metric: 'gini' } }`));
    await points(chart('#cell'));
    await page.evaluate(`(async () => {
      const { default: again } = await import(${address});
      const cell = document.body.appendChild(document.createElement('div'));
      cell.id = 'again';
      await again.render({ model: (${MODEL})({ src: '${server.url}', options: { metric: 'churn' } }), el: cell });
    })()`);
    await points(chart('#again'), 2);
  });

  it('says what it expected where a trait makes no sense', async () => {
    await page.goto(notebook(`'${server.url}anywidget.js'`, `{ widget: 'grpah' }`));
    await page.locator('#cell', { hasText: 'expected one of' }).waitFor();
  });
});

describe('a page exported to a file', () => {
  const recording = join(scratch, 'sample.recording');
  const file = join(scratch, 'sample.html');

  beforeAll(async () => {
    await phasewatch('record', SAMPLE_RUN, '--out', recording);
    const exported = await phasewatch('export', recording, '--html', file);
    expect(exported).toMatchObject({ code: 0, stderr: expect.stringMatching(/is written \(\d+ KiB\)/) });
  }, 60_000);

  it('opens from disk without a network: graphs, charts, scrubbing, differences', async () => {
    await context.setOffline(true);
    await page.goto(pathToFileURL(file).href);
    const graph = page.locator('phasewatch-graph');
    await expect.poll(() => graph.getAttribute('checkpoint')).toBe('checkpoint-4000');
    await points(page.locator('phasewatch-chart[data-metric="gini"]'));
    await page.locator('[data-checkpoint="checkpoint-512"]').click();
    await expect.poll(() => graph.getAttribute('checkpoint')).toBe('checkpoint-512');
    await page.locator('[data-tab="changes"]').click();
    await expect.poll(() => page.locator('phasewatch-diff').getAttribute('data-edges')).not.toBe('0');
    await page.getByText(/sample-run, recorded until \d+ \w+ \d{4}, \d\d:\d\d UTC/).waitFor();
    expect(requests).toEqual([pathToFileURL(file).href]);
    await shot('file');
  });

  it('forbids itself every request, and says nothing of the machine', async () => {
    const text = readFileSync(file, 'utf8');
    await page.goto(pathToFileURL(file).href);
    const outcome = await page.evaluate(() =>
      fetch('http://localhost:9/').then(
        () => 'went out',
        () => 'refused',
      ),
    );
    expect(outcome).toBe('refused');
    expect(problems.splice(0).join()).toContain('Content Security Policy');
    expect(text).not.toContain(SAMPLE_RUN);
    expect(text.replace(/<script type="module">.*?<\/script>/s, '')).not.toMatch(/src=|href=|https?:/);
  });

  it('holds one graph where one step is asked for, and says so for the others', async () => {
    const small = join(scratch, 'small.html');
    expect(await phasewatch('export', recording, '--html', small, '--step', '512')).toMatchObject({
      code: 0,
    });
    await page.goto(pathToFileURL(small).href);
    await page
      .locator('phasewatch-graph', { hasText: 'this file was exported without this graph' })
      .waitFor();
    await page.locator('[data-checkpoint="checkpoint-512"]').click();
    await expect
      .poll(() => page.locator('phasewatch-graph').getAttribute('checkpoint'))
      .toBe('checkpoint-512');
  });

  it('shows in a notebook what the file holds', async () => {
    const text = JSON.stringify(readFileSync(file, 'utf8')).replaceAll('<', '\\u003c');
    await page.goto(
      site.page(`<div class="column" id="cell"></div><script type="module">
        const { default: widget } = await import('${server.url}anywidget.js');
        await widget.render({ model: (${MODEL})({ recording: ${text}, options: { metric: 'gini' } }), el: document.querySelector('#cell') });
      </script>`),
    );
    await points(chart('#cell'));
    expect(requests.filter((url) => url.includes('/api/') || url.includes('/stream'))).toEqual([]);
  });

  it('refuses what makes no sense beside it', async () => {
    const refused = (...words: string[]) =>
      phasewatch('export', recording, '--html', join(scratch, 'not.html'), ...words);
    expect(await refused('--format', 'csv')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--html: it is a file of its own'),
    });
    expect(await refused('--least-weight', '0.1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('its graphs are whole'),
    });
    expect(await refused('--step', '7')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('found none at 7'),
    });
    expect(await refused('--step', '512')).toMatchObject({ code: 0 });
    expect(await refused()).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already') });
  });
});
