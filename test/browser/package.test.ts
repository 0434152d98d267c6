/**
 * The package as others take it: packed, put into a fresh project without a network, checked by TypeScript, bundled by Vite
 * and, in another page, by nobody; both show a chart of a real server.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { installPacked } from '../support/packed.ts';
import { analysed, startServer, type TestServer } from '../support/server.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'phasewatch-package-'));
const modules = join(project, 'node_modules');

const PROGRAM = `
import { type PhasewatchChart, type PhasewatchSource, setHomeServer, Widget } from 'phasewatch/client';
import { apply, GRAPH_METRICS, initialState, type RunState } from 'phasewatch/protocol';
import notebook from 'phasewatch/anywidget';

setHomeServer(new URLSearchParams(location.search).get('server') ?? location.href);
const chart: PhasewatchChart = document.createElement('phasewatch-chart');
chart.metric = 'gini';
export const wrong = () => {
  // @ts-expect-error An id is a text.
  chart.metric = 1;
};
const source: PhasewatchSource = document.createElement('phasewatch-source');
source.run = null;
chart.addEventListener('phasewatch-select', ({ detail: { checkpoint } }) => checkpoint.toUpperCase());
const widget: Widget = chart;
export const csv: string | null = widget.exportTable();

const state: RunState = apply(initialState({ id: 'a', name: 'a', source: '', analysis: null }), {
  type: 'checkpoint-started', checkpoint: 'checkpoint-1', step: 1, content: null,
});
document.body.dataset.step = String(state.checkpoints[0].step);
document.body.dataset.metrics = String(GRAPH_METRICS.length > 10);
document.body.dataset.notebook = typeof notebook.render;
document.body.append(chart);
`;

/** As a page without a bundler says where things are. */
const IMPORTS = {
  'phasewatch/client': '/node_modules/phasewatch/dist/client/phasewatch.js',
  lit: '/node_modules/lit/index.js',
  'lit/': '/node_modules/lit/',
  'lit-html': '/node_modules/lit-html/lit-html.js',
  'lit-html/': '/node_modules/lit-html/',
  'lit-element/lit-element.js': '/node_modules/lit-element/lit-element.js',
  '@lit/reactive-element': '/node_modules/@lit/reactive-element/reactive-element.js',
  '@lit/reactive-element/': '/node_modules/@lit/reactive-element/',
  '@msgpack/msgpack': '/node_modules/@msgpack/msgpack/dist.esm/index.mjs',
  uplot: '/node_modules/uplot/dist/uPlot.esm.js',
  valibot: '/node_modules/valibot/dist/index.mjs',
};

let server: TestServer;
let browser: Browser;
let files: Server;
let address: string;

beforeAll(async () => {
  await installPacked(project, ['lit-html', 'lit-element', '@lit/reactive-element']);
  writeFileSync(join(project, 'program.ts'), PROGRAM);
  writeFileSync(
    join(project, 'index.html'),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script type="module" src="./program.ts"></script>',
  );
  writeFileSync(
    join(project, 'bare.html'),
    `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
     <body><script type="module">
       import { setHomeServer } from 'phasewatch/client';
       setHomeServer(new URLSearchParams(location.search).get('server'));
       document.body.innerHTML = '<phasewatch-chart metric="gini"></phasewatch-chart>';
     </script>`,
  );
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'ES2023',
        lib: ['ES2023', 'DOM', 'DOM.Iterable'],
        module: 'ESNext',
        moduleResolution: 'bundler',
        strict: true,
        noEmit: true,
        types: [],
      },
      files: ['program.ts'],
    }),
  );
  [server, browser] = await Promise.all([startServer('watch', SAMPLE_RUN), launchBrowser()]);
  await analysed(server, 3);
  files = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    try {
      const body = readFileSync(join(project, decodeURIComponent(pathname)));
      const isScript = ['.js', '.mjs'].includes(extname(pathname));
      response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  files.listen(0, '127.0.0.1');
  await once(files, 'listening');
  address = `http://localhost:${(files.address() as AddressInfo).port}`;
}, 180_000);

afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGKILL');
  files?.closeAllConnections();
  files?.close();
  rmSync(project, { recursive: true, force: true });
});

async function shownBy(path: string): Promise<Record<string, string | undefined>> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol !== 'data:' && ![new URL(address).host, new URL(server.url).host].includes(host))
      problems.push(request.url());
  });
  await page.goto(`${address}/${path}?server=${encodeURIComponent(server.url)}`);
  await page
    .locator('phasewatch-chart[data-points="3"]')
    .waitFor({ timeout: 20_000 })
    .catch((error: unknown) => problems.push(String(error)));
  const shown = await page.evaluate(() => ({ ...document.body.dataset }));
  await page.close();
  expect(problems).toEqual([]);
  return shown;
}

describe('the package', () => {
  it('has types that hold in a project of others', async () => {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    const checked = await run(tsc, ['-p', project]).catch((error: { stdout: string }) => error);
    expect(checked.stdout).toBe('');
  });

  it('is bundled by Vite and shows a chart', async () => {
    const vite = join(ROOT, 'node_modules', '.bin', 'vite');
    await run(vite, ['build', project, '--base', './', '--logLevel', 'error'], { cwd: project });
    expect(await shownBy('dist/index.html')).toEqual({ step: '1', metrics: 'true', notebook: 'function' });
  });

  it('shows a chart in a page without a bundler, by an import map', async () => {
    expect(await shownBy('bare.html')).toEqual({});
  });

  it('holds what it names, and nothing of the tests', () => {
    const own = join(modules, 'phasewatch');
    const { exports, customElements, bin } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
    const named = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target as object),
    );
    for (const file of [
      ...named,
      customElements,
      bin.phasewatch,
      'dist/site/index.html',
      'dist/site/embed.js',
      'dist/page/recording.js',
    ])
      expect(readFileSync(join(own, file)).length, file).toBeGreaterThan(0);
    expect(readdirSync(join(own, 'dist')).sort()).toEqual([
      'client',
      'custom-elements.json',
      'page',
      'protocol',
      'server',
      'site',
    ]);
  });
});
