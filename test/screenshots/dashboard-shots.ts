/** The dashboard in every scheme, at every size, and what a person may look at in it. */
import type { Page } from 'playwright-core';
import { painted, type Shot } from './shot.ts';
import type { View } from './studio.ts';

const PHONE = { width: 360, height: 740, touch: true } as const;
const TABLET = { width: 820, height: 1180, touch: true } as const;

type Look = {
  readonly name: string;
  readonly hash?: string;
  readonly view?: Omit<View, 'url'>;
  readonly whole?: boolean;
  /** What is done to the page before. */
  readonly first?: (page: Page) => Promise<void>;
};

const LOOKS: readonly Look[] = [
  { name: 'light' },
  { name: 'dark', view: { scheme: 'dark' } },
  { name: 'forced-colours', view: { forced: true } },
  { name: 'forced-colours-dark', view: { forced: true, scheme: 'dark' } },
  { name: 'tablet', view: TABLET, whole: true },
  { name: 'phone-light', view: PHONE, whole: true },
  { name: 'phone-dark', view: { ...PHONE, scheme: 'dark' }, whole: true },
  { name: 'phone-first-sight', view: PHONE },
  { name: 'phone-matrix', hash: 'view=matrix', view: PHONE },
  { name: 'phone-roles', hash: 'view=roles', view: PHONE },
  { name: 'phone-changes', hash: 'view=changes&base=checkpoint-0', view: PHONE },
  { name: 'phone-pinned', hash: 'at=checkpoint-4000&node=L1H3', view: PHONE },
  {
    name: 'phone-list',
    view: PHONE,
    whole: true,
    first: (page) => page.getByTestId('fold').click(),
  },
  { name: 'small-window', view: { width: 1024, height: 640 } },
  { name: 'wide-window', view: { width: 2200, height: 1200 } },
  { name: 'matrix', hash: 'view=matrix' },
  { name: 'matrix-dark', hash: 'view=matrix', view: { scheme: 'dark' } },
  { name: 'roles', hash: 'view=roles' },
  { name: 'roles-dark', hash: 'view=roles', view: { scheme: 'dark' } },
  { name: 'changes', hash: 'view=changes' },
  { name: 'changes-since', hash: 'view=changes&at=checkpoint-4000&base=checkpoint-0' },
  {
    name: 'changes-since-dark',
    hash: 'view=changes&at=checkpoint-4000&base=checkpoint-0',
    view: { scheme: 'dark' },
  },
  { name: 'past', hash: 'at=checkpoint-512' },
  { name: 'pinned', hash: 'at=checkpoint-4000&node=L1H3' },
  { name: 'pinned-dark', hash: 'at=checkpoint-4000&node=L1H3', view: { scheme: 'dark' } },
  { name: 'compared', hash: 'at=checkpoint-4000&base=checkpoint-0' },
  { name: 'compared-dark', hash: 'at=checkpoint-4000&base=checkpoint-0', view: { scheme: 'dark' } },
  { name: 'zoomed', hash: 'zoom=400-1000' },
  { name: 'log-axis', hash: 'axis=log' },
  { name: 'asinh-axis', hash: 'axis=asinh' },
  { name: 'all-metrics', hash: 'metrics=all' },
  { name: 'hovered-node', first: (page) => page.locator('[data-id="L0MLP"]').hover({ force: true }) },
  {
    name: 'hovered-chart',
    first: async (page) => {
      // What follows a pointer is loaded when there is one.
      const plot = page.locator('phasewatch-chart .u-over').first();
      await plot.hover();
      await page.waitForLoadState('networkidle');
      await plot.hover({ position: { x: 70, y: 30 } });
    },
  },
  {
    name: 'playback',
    hash: 'at=checkpoint-0',
    first: async (page) => {
      await page.locator('[data-control="play"]').click();
    },
  },
  { name: 'keys', first: (page) => page.keyboard.press('?') },
  { name: 'address-not-understood', hash: 'view=pie&at=checkpoint-9' },
];

export const dashboardShots: readonly Shot[] = LOOKS.map(({ name, hash = '', view, whole, first }) => ({
  name: `dashboard-${name}`,
  async take(studio, places) {
    const { url } = await places.main();
    const page = await studio.open({ url: `${url}#${hash}`, ...view });
    if (!/view=(?!pie)/.test(hash)) await painted(page);
    await first?.(page);
    await studio.take(page, { whole });
  },
}));
