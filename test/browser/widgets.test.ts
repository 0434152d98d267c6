/** Widgets that stand alone on a page: a real server with three runs, a real Chromium, no dashboard around them. */
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { initialState } from '../../protocol/apply.ts';
import { possibleEdges } from '../../protocol/graph.ts';
import type { Graph, RunState } from '../../protocol/state.ts';
import { madeAnalysis, madeCheckpoint, madeGraph, madeNodes } from '../client/made.ts';
import { launchBrowser } from '../support/browser.ts';
import { type Bundle, bundleOf } from '../support/bundle.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';
import type { MadeRun, WidgetsPage } from './widgets-page.ts';

const runs = join(mkdtempSync(join(tmpdir(), 'phasewatch-widgets-')), 'runs');
const gpt2 = fileURLToPath(new URL('../fixtures/models/gpt2-800', import.meta.url));

let server: TestServer;
let browser: Browser;
let bundle: Bundle;
const pages: Page[] = [];
const problems: string[] = [];

beforeAll(async () => {
  const copy = (from: string, to: string) => cpSync(from, join(runs, to), { recursive: true });
  mkdirSync(runs, { recursive: true });
  for (const step of [0, 512, 4000]) copy(join(SAMPLE_RUN, `checkpoint-${step}`), `alpha/checkpoint-${step}`);
  // A run that stands at step 4000 where the other one stood at 512.
  copy(join(SAMPLE_RUN, 'checkpoint-0'), 'beta/checkpoint-0');
  copy(join(SAMPLE_RUN, 'checkpoint-512'), 'beta/checkpoint-4000');
  copy(gpt2, 'gamma/checkpoint-800');
  [server, browser, bundle] = await Promise.all([
    startServer('watch', runs),
    launchBrowser(),
    bundleOf('browser/widgets-page.ts'),
  ]);
  const last = [
    'alpha/checkpoints/checkpoint-4000',
    'beta/checkpoints/checkpoint-4000',
    'gamma/checkpoints/checkpoint-800',
  ];
  const statuses = () =>
    Promise.all(
      last.map(async (path) => (await fetch(new URL(`api/runs/${path}/graph`, server.url))).status),
    );
  await vi.waitFor(async () => expect(await statuses()).toEqual([200, 200, 200]), {
    timeout: 120_000,
    interval: 200,
  });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGKILL');
});

type PageOptions = { readonly html: string; readonly width?: number; readonly forced?: boolean };

/** A page of the server's origin with nothing on it but `html`. */
async function open({ html, width = 900, forced = false }: PageOptions): Promise<Page> {
  for (const page of pages.splice(0)) await page.close();
  const page = await browser.newPage({
    viewport: { width, height: 800 },
    forcedColors: forced ? 'active' : 'none',
  });
  pages.push(page);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.route('**/assets/*', (route) =>
    route.fulfill({
      contentType: route.request().url().endsWith('.css') ? 'text/css' : 'text/javascript',
      body: '',
    }),
  );
  await page.route('**/bundle/*', (route) => {
    const code = bundle.get(new URL(route.request().url()).pathname.split('/').at(-1) ?? '');
    return code === undefined
      ? route.fulfill({ status: 404 })
      : route.fulfill({ contentType: 'text/javascript', body: code });
  });
  await page.goto(server.url);
  await page.evaluate((inner) => {
    document.body.innerHTML = inner;
  }, html);
  await page.addScriptTag({ type: 'module', url: new URL('bundle/page.js', server.url).href });
  return page;
}

const source = (run: string, inside: string) =>
  `<phasewatch-source src="${server.url}" run="${run}">${inside}</phasewatch-source>`;

async function graphOf(run: string, checkpoint: string): Promise<Graph> {
  const response = await fetch(new URL(`api/runs/${run}/checkpoints/${checkpoint}/graph`, server.url));
  return (await response.json()) as Graph;
}

const svgOf = (widget: Locator) =>
  widget.evaluate(async (element) => (await (element as never as Exporting).exportImage('svg')).text());
const tableOf = (widget: Locator) =>
  widget.evaluate((element) => (element as never as Exporting).exportTable());

type Exporting = { exportImage(format: 'svg'): Promise<Blob>; exportTable(): string | null };

describe('phasewatch-matrix', () => {
  it('shows the graph looked at, its numbers in a table and in a figure', async () => {
    const page = await open({
      html: source('alpha', '<phasewatch-matrix at="checkpoint-512"></phasewatch-matrix>'),
    });
    const matrix = page.locator('phasewatch-matrix[checkpoint="checkpoint-512"]');
    await matrix.waitFor();
    expect(await matrix.getAttribute('data-edges')).toBe('75');
    const { weights } = await graphOf('alpha', 'checkpoint-512');
    const strongest = Math.max(...weights);
    const rows = (await tableOf(matrix))?.trim().split('\r\n') ?? [];
    expect(rows).toHaveLength(76);
    expect(rows[0]).toBe('source,target,weight,standard error');
    expect(Number(rows[1].split(',')[2])).toBe(strongest);
    expect(await matrix.locator('.legend').innerText()).toContain('active, above 0.3');
    const svg = await svgOf(matrix);
    expect(svg).toContain('1 − cosine under zero ablation');
    expect(svg.match(/<rect [^>]*width="71"/g)).toHaveLength(75);
    expect(svg).toContain(`>${strongest.toFixed(2)}</text>`);
    expect(svg).not.toMatch(/var\(|light-dark/);
  });

  it('is moved through by keys, says the cell, and pins its source', async () => {
    const page = await open({
      html: source(
        'alpha',
        '<phasewatch-matrix at="checkpoint-512" base="checkpoint-0"></phasewatch-matrix>',
      ),
    });
    const matrix = page.locator('phasewatch-matrix[checkpoint="checkpoint-512"]');
    await matrix.locator('text=change since step 0').waitFor();
    await page.keyboard.press('Tab');
    await matrix.getByTestId('stage').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('PageDown');
    expect(await matrix.getAttribute('data-cell')).toBe('L1H0 → L2H0');
    const [before, after] = await Promise.all(
      ['checkpoint-0', 'checkpoint-512'].map((id) => graphOf('alpha', id)),
    );
    const nodes = madeNodes(3, 4);
    const { sources, targets } = possibleEdges(nodes);
    const edge = sources.findIndex(
      (from, at) => nodes[from].id === 'L1H0' && nodes[targets[at]].id === 'L2H0',
    );
    const change = after.weights[edge] - before.weights[edge];
    const said = await matrix.locator('output.said').innerText();
    expect(said).toMatch(/^L1H0 → L2H0, weight 0\.\d+ ± /);
    expect(said).toContain(`${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(3)} since step 0`);
    await page.keyboard.press('Enter');
    await matrix.locator('text.pinned').first().waitFor();
    expect(await matrix.locator('text.pinned').allTextContents()).toEqual(['H0', 'H0']);
    await page.keyboard.press('Escape');
    expect(await matrix.getAttribute('data-cell')).toBeNull();
  });

  it('paints 79,764 edges once, not again while a pointer moves, and survives having no size', async () => {
    const page = await open({ html: '<div id="place"></div>' });
    const state = largeState();
    const puts = await page.evaluate(async (made) => {
      let count = 0;
      const put = CanvasRenderingContext2D.prototype.putImageData;
      CanvasRenderingContext2D.prototype.putImageData = function (
        this: CanvasRenderingContext2D,
        ...words: unknown[]
      ) {
        count += 1;
        Reflect.apply(put, this, words);
      };
      const matrix = document.createElement('phasewatch-matrix') as HTMLElement & {
        feed: unknown;
        flush(): Promise<void>;
      };
      const run: MadeRun = (globalThis as unknown as { page: WidgetsPage }).page.make(made);
      matrix.feed = run.feed;
      matrix.style.display = 'none';
      document.querySelector('#place')?.append(matrix);
      await matrix.flush();
      const seen = [count];
      matrix.style.display = 'flex';
      while (count === 0) await matrix.flush();
      seen.push(count);
      const stage = matrix.shadowRoot?.querySelector('.stage');
      const box = stage?.getBoundingClientRect() ?? new DOMRect();
      for (let at = 0; at < 20; at += 1) {
        const place = { clientX: box.left + 300 + at, clientY: box.top + 120, bubbles: true };
        stage?.dispatchEvent(new PointerEvent('pointermove', place));
        await matrix.flush();
      }
      return [...seen, count, Number(matrix.getAttribute('data-edges'))];
    }, state);
    expect(puts).toEqual([0, 1, 1, 79_764]);
    const matrix = page.locator('phasewatch-matrix');
    expect(await matrix.getAttribute('data-cell')).toMatch(/^L\d+\w+ → L\d+\w+$/);
    // More cells than a file should hold rectangles.
    const svg = await svgOf(matrix);
    expect(svg).toContain('<image');
    expect(svg.match(/<rect/g)?.length).toBeLessThan(10);
    expect(svg).toContain('>L23</text>');
  });
});

describe('phasewatch-roles', () => {
  it('is moved through by keys, and Enter looks at the checkpoint', async () => {
    const page = await open({ html: source('alpha', '<phasewatch-roles></phasewatch-roles>') });
    const roles = page.locator('phasewatch-roles');
    await roles.locator('svg.rows').waitFor();
    await roles.locator('svg.rows').focus();
    await page.keyboard.press('Home');
    expect(await roles.getAttribute('data-cell')).toMatch(/^L\dH?\w+ 0$/);
    await page.keyboard.press('ArrowRight');
    expect(await roles.getAttribute('data-cell')).toMatch(/ 512$/);
    await page.keyboard.press('Enter');
    await roles.getByTestId('holders').getByText('at step 512').waitFor();
    const table = (await tableOf(roles))?.trim().split('\r\n') ?? [];
    expect(table[0]).toBe('node,role,from step,to step,checkpoints');
    expect(table).toContain('L0MLP,spreader,0,512,2');
    const svg = await svgOf(roles);
    expect(svg).toContain('>L0MLP</text>');
    expect(svg).toContain('url(#gatherer)');
  });

  it('does not draw its rows anew while a pointer moves over them', async () => {
    const page = await open({ html: source('alpha', '<phasewatch-roles></phasewatch-roles>') });
    const rows = page.locator('phasewatch-roles svg.rows');
    await rows.waitFor();
    await rows.evaluate((svg) => {
      const touched: string[] = [];
      Object.assign(globalThis, { touched });
      new MutationObserver((records) => {
        for (const { target } of records)
          if ((target as Element).closest('g[role=img]')) touched.push(target.nodeName);
      }).observe(svg, { subtree: true, childList: true, attributes: true });
    });
    await rows.hover({ position: { x: 200, y: 20 } });
    await page.locator('[data-testid=role-tip]').waitFor();
    await rows.hover({ position: { x: 500, y: 40 } });
    await page.locator('phasewatch-roles .pointed').waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { touched: string[] }).touched)).toEqual([]);
  });
});

describe('phasewatch-diff', () => {
  it('compares two runs at equal steps, and at the nearest below', async () => {
    const page = await open({
      html: source('alpha', '<phasewatch-diff at="checkpoint-4000" with-run="beta"></phasewatch-diff>'),
    });
    const diff = page.locator('phasewatch-diff');
    await diff.locator('[part=edges] tbody tr').first().waitFor();
    expect(await diff.getByTestId('counterpart').innerText()).toBe('from beta at step 4,000');
    const [own, other] = await Promise.all([
      graphOf('alpha', 'checkpoint-4000'),
      graphOf('beta', 'checkpoint-4000'),
    ]);
    const changes = own.weights.map((weight, edge) => Math.abs(weight - other.weights[edge]));
    const largest = changes.indexOf(Math.max(...changes));
    const cells = await diff.locator('[part=edges] tbody tr').first().locator('td').allInnerTexts();
    expect(cells.slice(0, 2)).toEqual([other.weights[largest].toFixed(2), own.weights[largest].toFixed(2)]);
    const csv = (await tableOf(diff)) ?? '';
    expect(csv.split('\r\n')[0]).toBe('source,target,"beta, step 4,000","alpha, step 4,000",change,activity');
    expect(Number(csv.split('\r\n')[1].split(',')[3])).toBe(own.weights[largest]);
    expect(await svgOf(diff)).toContain('What differs from beta, step 4,000 to alpha, step 4,000');
    await diff.getByTestId('to').selectOption({ label: '512' });
    await diff.getByText('from beta at step 0, the nearest below').waitFor();
  });

  it('says why runs of other nodes cannot be compared, and goes back to its own run', async () => {
    const page = await open({ html: source('alpha', '<phasewatch-diff></phasewatch-diff>') });
    const diff = page.locator('phasewatch-diff');
    await diff.locator('[part=edges] tbody tr').first().waitFor();
    await diff.getByTestId('with-run').selectOption('gamma');
    await diff
      .getByText('The two runs have different nodes: alpha has 3 × 4 heads (15 nodes), gamma has')
      .waitFor();
    expect(await diff.getAttribute('data-edges')).toBe('0');
    await diff.getByTestId('with-run').selectOption({ label: 'this run' });
    await diff.locator('[part=edges] tbody tr').first().waitFor();
  });

  it('sorts its tables by keyboard', async () => {
    const page = await open({ html: source('alpha', '<phasewatch-diff></phasewatch-diff>') });
    const diff = page.locator('phasewatch-diff');
    const names = diff.locator('[part=edges] tbody th');
    await names.first().waitFor();
    await diff.locator('[part=edges] [data-sort=edge]').focus();
    await page.keyboard.press('Enter');
    const sorted = await names.allInnerTexts();
    expect(sorted).toEqual([...sorted].sort());
    await page.keyboard.press('Enter');
    expect(await names.allInnerTexts()).toEqual(sorted.toReversed());
    expect(await diff.locator('[part=edges] th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
  });
});

describe('phasewatch-phases', () => {
  it('shows its card inside of a modal dialog, where Escape closes the card first', async () => {
    const page = await open({
      html: `<dialog>${source('alpha', '<phasewatch-phases></phasewatch-phases>')}</dialog>`,
      width: 320,
    });
    await page.evaluate(() => document.querySelector('dialog')?.showModal());
    const phases = page.locator('phasewatch-phases');
    await phases.locator('.segment').first().waitFor();
    await phases.locator('.segment').first().focus();
    const card = phases.getByTestId('phase-card');
    await card.waitFor();
    const box = await card.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 320).toBe(true);
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.querySelector('dialog')?.open)).toBe(true);
  });

  it('has steps under its ribbon, follows the zoom, and tells its segments as a table and a figure', async () => {
    const page = await open({ html: source('alpha', '<phasewatch-phases></phasewatch-phases>') });
    const phases = page.locator('phasewatch-phases');
    await phases.locator('.segment').first().waitFor();
    expect(await phases.locator('[part=steps] span').allInnerTexts()).toEqual(['0', '512', '4000']);
    const table = (await tableOf(phases)) ?? '';
    expect(table.split('\r\n')[0]).toBe('what,from step,to step,name,probability,evidence');
    expect(table).toContain('phase,0,');
    expect(await svgOf(phases)).toContain('>Phases</text>');
    await page.evaluate(() =>
      (
        document.querySelector('phasewatch-source') as never as { found: { feed: MadeRun['feed'] } }
      ).found.feed.lookAt({ zoom: [400, 600] }),
    );
    await expect.poll(() => phases.locator('[part=steps] span').allInnerTexts()).toEqual(['512']);
    await phases.evaluate((element) => element.setAttribute('bare', ''));
    await phases.locator('[part=title]').waitFor({ state: 'detached' });
  });
});

describe('all of them', () => {
  const TAGS = ['matrix', 'roles', 'diff', 'phases'];

  it('fit into 300 pixels, under forced colours too', async () => {
    const inside = TAGS.map((tag) => `<phasewatch-${tag}></phasewatch-${tag}>`).join('');
    const page = await open({ html: source('alpha', inside), width: 300, forced: true });
    await page.locator('phasewatch-diff [part=edges] tbody tr').first().waitFor();
    await page.locator('phasewatch-matrix[checkpoint]').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(300);
    for (const tag of TAGS) {
      const box = await page.locator(`phasewatch-${tag}`).boundingBox();
      expect(box?.height, tag).toBeGreaterThan(60);
    }
  });

  it('say what they lack where there is no such source', async () => {
    const inside = TAGS.map((tag) => `<phasewatch-${tag} source="nowhere"></phasewatch-${tag}>`).join('');
    const page = await open({ html: inside });
    for (const tag of TAGS)
      await page
        .locator(`phasewatch-${tag}`)
        .getByText('There is no <phasewatch-source id="nowhere">')
        .waitFor();
  });

  it('raised no error on any page', () => {
    expect(problems).toEqual([]);
  });
});

/** 408 nodes and their 79,764 edges, with weights by a rule. */
function largeState(): RunState {
  const nodes = madeNodes(24, 16);
  const { targets } = possibleEdges(nodes);
  const weights = Array.from(targets, (_, edge) => ((edge * 7919) % 1000) / 1000);
  const analysis = madeAnalysis(nodes);
  const model = { ...analysis.model, layers: 24, heads: 16 };
  return {
    ...initialState({ id: 'large', name: 'large', source: '/runs/large', analysis: { ...analysis, model } }),
    checkpoints: [madeCheckpoint(1000)],
    latest: madeGraph(1000, weights),
  };
}
