/**
 * What axe-core finds on a page as it stands: rules of WCAG 2.0 to 2.2, levels A and AA, and best practices. Of a page
 * that was judged by all of them, another colour scheme can change nothing but contrasts.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = {
  all: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  contrast: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
} as const;

export type Findings = {
  /** Serious and critical ones. */
  readonly grave: readonly string[];
  /** Moderate and minor ones. */
  readonly lesser: readonly string[];
};

/** One line a place: `rule (impact) selector: what is wrong`. */
export async function findingsOn(page: Page, rules: keyof typeof RULES = 'all'): Promise<Findings> {
  // Evaluated by the DevTools, which a page's policy on scripts does not bind; once a page, for it takes half a second.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const lines = await page.evaluate(async ({ type, values }) => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run({
      runOnly: { type, values: [...values] },
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, any, all, none }) => ({
        isGrave: impact === 'serious' || impact === 'critical',
        text: `${id} (${impact}) ${target.flat().join(' >> ')}: ${[...any, ...all, ...none].map(({ message }) => message).join('; ')}`,
      })),
    );
  }, RULES[rules]);
  const texts = (isGrave: boolean) =>
    lines.filter((line) => line.isGrave === isGrave).map(({ text }) => text);
  return { grave: texts(true), lesser: texts(false) };
}
