/** Each widget alone, light and dark, as the page for an iframe shows it. */
import type { Page } from 'playwright-core';
import type { Shot } from './shot.ts';
import type { Scheme } from './studio.ts';

type Alone = {
  readonly widget: string;
  readonly query?: string;
  readonly width?: number;
  /** Until this is there. */
  readonly sign: string;
};

const ALONE: readonly Alone[] = [
  { widget: 'graph', sign: '[data-painted]' },
  { widget: 'graph', width: 320, sign: '[data-painted]' },
  { widget: 'chart', query: 'metric=loss', sign: '[data-points]:not([data-points="0"])' },
  { widget: 'chart', query: 'metric=gini', width: 300, sign: '[data-points]:not([data-points="0"])' },
  { widget: 'matrix', sign: '[data-edges]' },
  { widget: 'roles', sign: '[data-rows]' },
  { widget: 'diff', sign: '[data-edges]' },
  { widget: 'diff', width: 320, sign: '[data-edges]' },
  { widget: 'phases', sign: '[data-segments]' },
  { widget: 'phases', width: 320, sign: '[data-segments]' },
  { widget: 'metrics', sign: ' phasewatch-chart[data-points]:not([data-points="0"])' },
  { widget: 'checkpoints', sign: ' [part~="row"]' },
  { widget: 'status', sign: ':not([data-activity="none"])' },
  { widget: 'status', width: 320, sign: ':not([data-activity="none"])' },
];

export const widgetShots: readonly Shot[] = ALONE.flatMap((alone) => [
  picture(alone, 'light'),
  picture(alone, 'dark'),
]);

function picture({ widget, query = '', width = 720, sign }: Alone, scheme: Scheme): Shot {
  return {
    name: `widget-${widget}-${width}-${scheme}`,
    async take(studio, places) {
      const { url } = await places.main();
      const page: Page = await studio.open({
        url: `${url}embed/${widget}?${query}`,
        width,
        height: 480,
        scheme,
      });
      await page.locator(`phasewatch-${widget}${sign}`).first().waitFor();
      await studio.take(page, { whole: true });
    },
  };
}
