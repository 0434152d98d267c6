/** What axe-core finds on a page as it stands: rules of WCAG 2.0 to 2.2, levels A and AA, and best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export type Findings = {
  /** Serious and critical ones. */
  readonly grave: readonly string[];
  /** Moderate and minor ones. */
  readonly lesser: readonly string[];
};

/** One line a place: `rule (impact) selector: what is wrong`. */
export async function findingsOn(page: Page): Promise<Findings> {
  // Evaluated by the DevTools, which a page's policy on scripts does not bind.
  await page.evaluate(AXE);
  const lines = await page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run({
      runOnly: { type: 'tag', values: tags },
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, any, all, none }) => ({
        isGrave: impact === 'serious' || impact === 'critical',
        text: `${id} (${impact}) ${target.flat().join(' >> ')}: ${[...any, ...all, ...none].map(({ message }) => message).join('; ')}`,
      })),
    );
  }, TAGS);
  const texts = (isGrave: boolean) =>
    lines.filter((line) => line.isGrave === isGrave).map(({ text }) => text);
  return { grave: texts(true), lesser: texts(false) };
}
