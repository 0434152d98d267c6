/**
 * The pictures of the README, to be made of a run that tells something (`--run`): the dashboard, light and dark, and the
 * phase change as a strip: the graph before, at its two ends, and after, over the loss and the scores of the same steps.
 */
import type { Page } from 'playwright-core';
import { painted, type Shot } from './shot.ts';
import type { Scheme } from './studio.ts';

/** Of the run that the README shows: the change is found between the second and the third. */
const PANELS = [
  { step: 450, words: 'before' },
  { step: 512, words: 'the last one before the change' },
  { step: 550, words: 'induction has formed' },
  { step: 700, words: 'after' },
] as const;
const CHARTS = [
  {
    metric: 'loss',
    caption:
      'Loss <span>· nats, <b class="first">first half</b> and <b class="second">its repetition</b></span>',
  },
  { metric: 'induction_score', caption: 'Induction score <span>· nats</span>' },
  { metric: 'total_strength', caption: 'Total strength <span>· of all edges</span>' },
] as const;
/** Of the width of a chart, from its left: what is shown larger. */
const ZOOM_SHARE = 0.32;

const STRIP_STYLE = `<style>
  body { padding: 14px; background: #ffffff; color: #171a21; color-scheme: light; }
  .graphs { display: grid; grid-template-columns: repeat(${PANELS.length}, minmax(0, 1fr)); gap: 0 14px; }
  .charts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0 14px; margin-top: 14px; }
  h2 { margin: 0 0 2px 14px; font-size: 15px; }
  h2 span { font-weight: 400; color: #5d6679; }
  phasewatch-graph { height: 300px; min-height: 0; }
  phasewatch-graph::part(title), phasewatch-graph::part(banner), phasewatch-graph::part(legend) { display: none; }
  .first { color: #4353d8; }
  .second { color: #c2560a; }
  phasewatch-chart { height: 170px; }
</style>`;

export const readmeShots: readonly Shot[] = [
  dashboard('readme-dashboard', 'light'),
  dashboard('readme-dashboard-dark', 'dark'),
  {
    name: 'phase-change',
    async take(studio, places) {
      const missing = PANELS.find(({ step }) => !places.has(`checkpoint-${step}`));
      if (missing) {
        studio.tell(`left out: the run has no checkpoint-${missing.step}; name one that has with --run`);
        return;
      }
      const { url } = await places.main();
      const site = await places.plain();
      const graphs = PANELS.map(
        ({ step, words }) =>
          `<div><h2>step ${step} <span>· ${words}</span></h2><phasewatch-source id="at-${step}" src="${url}"><phasewatch-graph theme="light" at="checkpoint-${step}"></phasewatch-graph></phasewatch-source></div>`,
      );
      const charts = CHARTS.map(
        ({ metric, caption }) =>
          `<div><h2>${caption}</h2><phasewatch-chart theme="light" source="at-550" metric="${metric}"></phasewatch-chart></div>`,
      );
      const page = await studio.open({
        url: site.page(`${STRIP_STYLE}<div class="graphs">${graphs.join('')}</div>
          <div class="charts">${charts.join('')}</div><script type="module" src="${url}embed.js"></script>`),
        width: 1440,
        height: 560,
        ratio: 2,
      });
      await page
        .locator('phasewatch-graph[data-painted]')
        .nth(PANELS.length - 1)
        .waitFor();
      await page.locator('phasewatch-chart:not([data-points="0"])').nth(2).waitFor();
      await zoom(page);
      // The captions say it; the numbers are those of the newest checkpoint.
      await page.locator('phasewatch-chart header').evaluateAll((heads) => {
        for (const head of heads) (head as HTMLElement).style.display = 'none';
      });
      await studio.take(page, { whole: true });
    },
  },
];

/** As a person does: by drawing over what is to be seen. All charts of a page follow. */
async function zoom(page: Page): Promise<void> {
  const over = page.locator('phasewatch-chart .u-over').first();
  // Waits until it has come to rest, too.
  await over.hover();
  const box = await over.boundingBox();
  if (box === null) throw new Error('the chart has no place to draw over');
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + 1, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + ZOOM_SHARE * box.width, middle, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(0, 0);
}

function dashboard(name: string, scheme: Scheme): Shot {
  return {
    name,
    async take(studio, places) {
      const { url } = await places.main();
      const page = await studio.open({ url, scheme, ratio: 2 });
      await painted(page);
      await studio.take(page);
    },
  };
}
