/** A picture by its name, which is that of its file, and how it is taken; and what several of them wait for. */
import type { Page } from 'playwright-core';
import type { Places } from './places.ts';
import type { Studio } from './studio.ts';

export type Shot = {
  readonly name: string;
  readonly take: (studio: Studio, places: Places) => Promise<void>;
};

/** Until the graph looked at is painted; for one checkpoint where it is named. */
export async function painted(page: Page, checkpoint?: string): Promise<void> {
  const which = checkpoint === undefined ? '[data-painted]' : `[data-painted="${checkpoint}"]`;
  await page.locator(`phasewatch-graph${which}`).first().waitFor();
}
