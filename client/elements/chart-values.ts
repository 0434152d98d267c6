/**
 * What stands above the plot of one run in numbers: its values at the cursor, else the latest, and what was left behind
 * there.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { legendText } from '../view/branches.ts';
import { lastRowOf } from '../view/columns.ts';
import { ghostValueAt } from '../view/ghosts.ts';
import { type Line, sampleNear } from '../view/lines.ts';
import { numberText } from '../view/number.ts';
import type { Scene } from './chart-scene.ts';

/** Of the run itself. */
export function ownValues(shown: Scene): TemplateResult {
  const { lines, panel } = shown;
  const left = leftBehind(shown);
  const { metrics } = panel;
  const hasFloor =
    panel.floor !== null && lines[0].columns.column({ id: panel.floor, range: [0, null] }).samples > 0;
  // There is no room for the key of the floor as well.
  const key = left ?? (hasFloor ? floorKey : nothing);
  return html`${key}${metrics.map((metric, index) => {
    const { value } = sampleOf(shown, lines[0], index);
    const isOne = metrics.length === 1;
    return html`<span>${isOne ? nothing : html`<small>${metric.label.split(', ').at(-1)}</small> `}<span class=${isOne ? '' : (['first', 'second'][index] ?? '')}>${textOf(value)}</span></span>`;
  })}`;
}

const floorKey = html`<small title="Between two halves of the prompts at one checkpoint">below <span class="key-noise"></span> noise</small>`;

export function sampleOf(
  { panel, view: { axis }, readAt }: Scene,
  line: Line,
  metric: number,
): { readonly value: number | null; readonly step: number | null } {
  const info = panel.metrics[metric];
  const { values } = line.columns.column(info);
  const row = readAt === null ? lastRowOf(values) : (sampleNear(line, info, readAt, axis)?.row ?? -1);
  return { value: values[row] ?? null, step: row < 0 ? null : line.columns.steps[row] };
}

function leftBehind({ panel, hovered, ghosts, branches }: Scene): TemplateResult | null {
  if (hovered === null) return null;
  const texts = panel.metrics.flatMap((_, series) => {
    const value = ghostValueAt(ghosts, series, hovered);
    return value === null ? [] : [numberText(value)];
  });
  if (texts.length === 0) return null;
  return html`<small class="left" title=${legendText(branches)}><span class="key-ghost"></span> ${texts.join(' / ')}</small>`;
}

export function textOf(value: number | null): string {
  return value === null ? '–' : numberText(value);
}
