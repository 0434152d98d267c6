/**
 * What a chart says in words of the last samples, for who asks what it is.
 */
import { lastRowOf } from './columns.ts';
import type { Line } from './lines.ts';
import { numberText } from './number.ts';
import type { Panel } from './panels.ts';

/** `Gini 0.61 at step 4,000; 59 samples`, of every line. */
export function summaryOf(lines: readonly Line[], { metrics }: Panel): string {
  return lines
    .flatMap(({ name, columns }) =>
      metrics.map((metric) => {
        const { values, samples } = columns.column(metric);
        const row = lastRowOf(values);
        const value = values[row] ?? null;
        const run = lines.length > 1 ? `${name}: ` : '';
        if (value === null) return `${run}${metric.label}: no sample yet`;
        const step = numberText(columns.steps[row]);
        return `${run}${metric.label} ${numberText(value)} at step ${step}, ${samples} sample${samples === 1 ? '' : 's'}`;
      }),
    )
    .join('; ');
}
