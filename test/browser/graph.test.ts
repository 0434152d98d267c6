/** The graph view in a real Chromium: what is pinned, compared and drawn, and what it survives. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PhasewatchGraph } from '../../client/elements/phasewatch-graph.ts';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  server = await startServer('watch', SAMPLE_RUN);
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(server.url);
  await page.locator('phasewatch-graph[data-painted="checkpoint-4000"]').waitFor();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  server?.process.kill('SIGKILL');
});

/** Machines that do other work take longer than a second. */
const soon = <T>(value: () => Promise<T>) => expect.poll(value, { timeout: 15_000 });

const graph = () => page.locator('phasewatch-graph');
const node = (id: string) => page.locator(`svg.nodes [data-id="${id}"]`);

/** A page with one graph alone, as somebody embeds it. */
async function alone(attributes: Readonly<Record<string, string>> = {}): Promise<void> {
  await page.goto(server.url);
  await page.locator('phasewatch-graph').waitFor();
  await page.evaluate((wanted) => {
    document.body.replaceChildren();
    const element = document.createElement('phasewatch-graph');
    for (const [name, value] of Object.entries(wanted)) element.setAttribute(name, value);
    document.body.append(element);
  }, attributes);
  await page.locator('phasewatch-graph[data-painted]').waitFor();
}

/** Pixels of the edges on show that are not empty, and the size of their canvas. */
function painted(): Promise<{ readonly pixels: number; readonly width: number; readonly height: number }> {
  return graph().evaluate((element) => {
    const canvases = [...(element.shadowRoot?.querySelectorAll<HTMLCanvasElement>('.edges canvas') ?? [])];
    const canvas = canvases.find(({ style }) => style.opacity === '1');
    const { width = 0, height = 0 } = canvas ?? {};
    const data = canvas?.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
    let pixels = 0;
    for (let index = 3; index < data.length; index += 4) if (data[index] > 0) pixels += 1;
    return { pixels, width, height };
  });
}

const isPainted = () => soon(async () => (await painted()).pixels).toBeGreaterThan(1_000);

describe('a graph alone on a page', () => {
  it('has a size of its own, and works at 300 pixels', async () => {
    await alone();
    await graph().evaluate((element) => {
      element.style.width = '300px';
    });
    await soon(async () => (await painted()).width).toBeLessThanOrEqual(300);
    expect((await graph().boundingBox())?.height).toBeGreaterThanOrEqual(420);
    await isPainted();
  });

  it('looks at the checkpoint that `at` names, compared with that of `base`', async () => {
    await alone({ at: 'checkpoint-512', base: 'checkpoint-0' });
    await page.locator('phasewatch-graph[data-painted="checkpoint-512"]').waitFor();
    await soon(() => page.getByTestId('edges-shown').textContent()).toBe(
      'showing 60 of 75 possible edges, changed by ≥ 0.01',
    );
    const table = await graph().evaluate((element) => (element as PhasewatchGraph).exportTable());
    expect(table?.split('\r\n')[0]).toBe('source,target,weight,standard error,weight before,change');
    expect(table).toMatch(/L0MLP,L2H3,0\.240773,0\.0371,0\.227031,stronger/);
  });

  it('draws all edges from a weight on, and saves that', async () => {
    await alone({ at: 'checkpoint-4000', 'least-weight': '0.3' });
    await soon(() => graph().getAttribute('data-edges')).toBe('25');
    expect(await graph().evaluate((element) => (element as PhasewatchGraph).save())).toMatchObject({
      leastWeight: 0.3,
      at: 'checkpoint-4000',
    });
    await page.getByTestId('edges-by').selectOption('count');
    await soon(() => graph().getAttribute('data-edges')).toBe('60');
    await page.getByLabel('Edges shown at most').press('Home');
    await soon(() => graph().getAttribute('data-edges')).toBe('1');
  });

  it('is a figure of its own', async () => {
    await alone({ at: 'checkpoint-512' });
    await page.locator('phasewatch-graph[data-painted="checkpoint-512"]').waitFor();
    const svg = await graph().evaluate(async (element) =>
      (await (element as PhasewatchGraph).exportImage('svg')).text(),
    );
    expect(svg).toContain('step 512');
    expect(svg).toContain('zero ablation');
    expect(svg.match(/<title>/g)).toHaveLength(15);
    expect(svg).not.toMatch(/var\(|light-dark/);
    expect(
      await graph().evaluate(async (element) => (await (element as PhasewatchGraph).exportImage('png')).size),
    ).toBeGreaterThan(5_000);
  });
});

describe('a node of the graph', () => {
  it('is pinned by a click, with its numbers and charts over all checkpoints, and let go by Escape', async () => {
    await alone({ at: 'checkpoint-4000' });
    await page.locator('phasewatch-graph[data-painted="checkpoint-4000"]').waitFor();
    await node('L1H3').click();
    const panel = page.locator('phasewatch-pinned[data-node="L1H3"] section');
    await page.locator('phasewatch-pinned[data-points="3"]').waitFor();
    expect(await panel.textContent()).toMatch(/out-strength\s*1\.04/);
    expect(await panel.textContent()).toContain('zero ablation');
    expect(await panel.locator('figure').count()).toBe(8);
    await node('L1H3').press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('is pinned by Enter and let go by another', async () => {
    await node('L0H0').press('Enter');
    await page.locator('phasewatch-pinned[data-node="L0H0"]').waitFor();
    expect(await node('L0H0').getAttribute('aria-pressed')).toBe('true');
    await node('L0H0').press('Enter');
    await page.locator('phasewatch-pinned').waitFor({ state: 'detached' });
  });

  it('is not pinned where the page prevents it', async () => {
    const asked = await page.evaluateHandle(() => {
      const nodes: (string | null)[] = [];
      document.addEventListener(
        'phasewatch-pin',
        (event) => {
          nodes.push((event as CustomEvent<{ node: string | null }>).detail.node);
          event.preventDefault();
        },
        { once: true },
      );
      return nodes;
    });
    await node('L2H1').click();
    expect(await asked.jsonValue()).toEqual(['L2H1']);
    expect(await page.locator('phasewatch-pinned').count()).toBe(0);
  });
});

describe('a graph survives', () => {
  it('a box without area, and is drawn when it is shown', async () => {
    await page.evaluate(() => {
      document.body.replaceChildren();
      const box = document.body.appendChild(document.createElement('div'));
      box.style.display = 'none';
      box.append(document.createElement('phasewatch-graph'));
    });
    await page.locator('phasewatch-graph').waitFor({ state: 'attached' });
    expect(await graph().getAttribute('data-painted')).toBeNull();
    await page.evaluate(() => document.querySelector('div')?.style.removeProperty('display'));
    await page.locator('phasewatch-graph[data-painted]').waitFor();
    await isPainted();
  });

  it('a dialog that opens and closes', async () => {
    await page.evaluate(() => {
      const dialog = document.createElement('dialog');
      dialog.append(document.createElement('phasewatch-graph'));
      document.body.replaceChildren(dialog);
      dialog.showModal();
      dialog.close();
      dialog.showModal();
    });
    await page.locator('phasewatch-graph[data-painted]').waitFor();
    await isPainted();
  });

  it('a storm of sizes, and ends with the last one', async () => {
    await alone();
    await graph().evaluate(async (element) => {
      for (let width = 300; width <= 900; width += 20) {
        element.style.width = `${width}px`;
        await new Promise(requestAnimationFrame);
      }
      element.style.width = '0px';
      await new Promise(requestAnimationFrame);
      element.style.width = '500px';
    });
    await soon(async () => (await painted()).width).toBe(500);
    await isPainted();
  });

  it('another number of device pixels', async () => {
    // What another zoom or screen does; Chromium's own emulation of it tells no page.
    await page.evaluate(() => {
      const ask = window.matchMedia.bind(window);
      const queries: MediaQueryList[] = [];
      window.matchMedia = (text) => {
        const query = ask(text);
        if (text.includes('resolution')) queries.push(query);
        return query;
      };
      Object.assign(window, {
        scaleTo: (devicePixelRatio: number) => {
          Object.defineProperty(window, 'devicePixelRatio', { value: devicePixelRatio, configurable: true });
          queries.at(-1)?.dispatchEvent(new Event('change'));
        },
      });
      const element = document.querySelector('phasewatch-graph');
      if (element) document.body.replaceChildren(element);
    });
    await soon(async () => (await painted()).width).toBe(500);
    for (const ratio of [2, 1]) {
      await page.evaluate((to) => (window as unknown as { scaleTo(to: number): void }).scaleTo(to), ratio);
      await soon(async () => (await painted()).width).toBe(500 * ratio);
      await isPainted();
    }
  });

  it('a lost context, when it is restored', async () => {
    await graph().evaluate((element) => {
      for (const canvas of element.shadowRoot?.querySelectorAll('canvas') ?? []) {
        canvas.dispatchEvent(new Event('contextlost'));
        canvas.getContext('2d')?.reset();
        canvas.dispatchEvent(new Event('contextrestored'));
      }
    });
    await isPainted();
  });

  it('being moved, and being taken out and put back', async () => {
    await page.evaluate(() => {
      const element = document.querySelector('phasewatch-graph');
      if (element) document.body.appendChild(document.createElement('section')).append(element);
    });
    await isPainted();
    await page.evaluate(async () => {
      const element = document.querySelector('phasewatch-graph');
      element?.remove();
      await new Promise(requestAnimationFrame);
      if (element) document.body.append(element);
    });
    await page.locator('phasewatch-graph[data-painted]').waitFor();
    await isPainted();
  });

  it('all of it without an error', () => {
    expect(problems).toEqual([]);
  });
});

describe('a change of the checkpoint', () => {
  /** How many animations there were in the frames after it. */
  const fades = async (checkpoint: string) => {
    const before = graph().evaluate(
      (element) =>
        new Promise<number>((resolve) => {
          const seen = new Set<Animation>();
          const look = () => {
            for (const canvas of element.shadowRoot?.querySelectorAll('.edges canvas') ?? [])
              for (const animation of canvas.getAnimations()) seen.add(animation);
            if (element.getAttribute('data-painted') === 'checkpoint-0') resolve(seen.size);
            else requestAnimationFrame(look);
          };
          look();
        }),
    );
    await graph().evaluate((element, id) => element.setAttribute('at', id), checkpoint);
    return before;
  };

  it('is faded to', async () => {
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await alone({ at: 'checkpoint-4000' });
    await page.locator('phasewatch-graph[data-painted="checkpoint-4000"]').waitFor();
    await isPainted();
    // What changes within 400 ms of the change before is jumped to.
    const since = await page.evaluate(() => performance.now());
    await page.waitForFunction((then) => performance.now() - then > 400, since);
    expect(await fades('checkpoint-0')).toBe(2);
  });

  it('is jumped to for who wants reduced motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await alone({ at: 'checkpoint-4000' });
    await page.locator('phasewatch-graph[data-painted="checkpoint-4000"]').waitFor();
    expect(await fades('checkpoint-0')).toBe(0);
  });
});
