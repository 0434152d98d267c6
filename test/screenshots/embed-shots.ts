/** Widgets in pages of somebody else: by a tag, in an iframe, in a dialog. */
import type { Page } from 'playwright-core';
import type { Shot } from './shot.ts';

const EMBEDS: readonly Shot[] = [
  {
    name: 'strange-dark-column',
    async take(studio, places) {
      const { url } = await places.main();
      const site = await places.strange();
      const page = await studio.open({
        url: site.page(`<div class="column">
          <phasewatch-graph theme="dark"></phasewatch-graph><phasewatch-chart theme="dark" metric="gini"></phasewatch-chart>
          <phasewatch-phases theme="dark"></phasewatch-phases><phasewatch-checkpoints theme="dark"></phasewatch-checkpoints></div>${script(url)}`),
        width: 420,
      });
      await drawn(page);
      await studio.take(page, { whole: true });
    },
  },
  {
    name: 'article',
    async take(studio, places) {
      const { url } = await places.main();
      const site = await places.plain();
      const page = await studio.open({
        url: site.page(`<article style="max-width: 640px; margin: auto"><h1>When induction forms</h1>
          <p>The graph before the change, and the loss over the whole training.</p>
          <phasewatch-graph at="checkpoint-512"></phasewatch-graph><phasewatch-chart metric="loss"></phasewatch-chart>
          <p>After it, heads of the second layer read from the first.</p></article>${script(url)}`),
        width: 900,
      });
      await drawn(page);
      await studio.take(page, { whole: true });
    },
  },
  iframes('light'),
  iframes('dark'),
  {
    name: 'dialog',
    async take(studio, places) {
      const { url } = await places.main();
      const site = await places.plain();
      const page = await studio.open({
        url: site.page(
          `<p>A page with a dialog.</p><dialog style="width: 420px"><phasewatch-chart metric="loss"></phasewatch-chart></dialog>${script(url)}`,
        ),
        width: 900,
        height: 600,
      });
      await page.evaluate(() => document.querySelector('dialog')?.showModal());
      await drawn(page);
      await studio.take(page);
    },
  },
];

export const embedShots: readonly Shot[] = EMBEDS.map((shot) => ({ ...shot, name: `embed-${shot.name}` }));

function script(url: string): string {
  return `<script type="module" src="${url}embed.js"></script>`;
}

async function drawn(page: Page): Promise<void> {
  await page.locator('phasewatch-chart[data-points]:not([data-points="0"])').first().waitFor();
}

function iframes(scheme: 'light' | 'dark'): Shot {
  return {
    name: `iframes-${scheme}`,
    async take(studio, places) {
      const { url } = await places.main();
      const site = await places.plain();
      const frame = (path: string, height: number) =>
        `<iframe src="${url}embed/${path}" title="${path}" style="width: 100%; height: ${height}px; border: 0; margin: 8px 0"></iframe>`;
      const page = await studio.open({
        url: site.page(
          `<h2>Lab notes</h2>${frame('graph?fit=frame', 460)}${frame('chart?metric=loss', 270)}${frame('status', 140)}`,
        ),
        width: 720,
        height: 980,
        scheme,
      });
      await page.frameLocator('iframe >> nth=0').locator('phasewatch-graph[data-painted]').waitFor();
      await page.frameLocator('iframe >> nth=1').locator('phasewatch-chart[data-points]').waitFor();
      await studio.take(page);
    },
  };
}
