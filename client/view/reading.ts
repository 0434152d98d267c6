/**
 * What a chart says in words of the sample under the cursor, for who hears it.
 */
import type { StepAxis } from './axis.ts';
import { type Line, sampleNear } from './lines.ts';
import { numberText } from './number.ts';
import type { Panel } from './panels.ts';

/** `step 512: Loss, first half 3.21 ± 0.02`, of every line. */
export function readingAt(lines: readonly Line[], { metrics }: Panel, x: number, axis: StepAxis): string {
  return lines
    .map((line) => {
      const samples = metrics.map((metric) => ({ metric, sample: sampleNear(line, metric, x, axis) }));
      const step = samples[0]?.sample?.step;
      if (step === undefined) return `${line.name}: no checkpoint`;
      const words = samples.map(({ metric: { id, label }, sample }) => {
        const value = sample?.column.values[sample.row] ?? null;
        if (sample === null || value === null) return `${label}: no value`;
        const error = line.columns.checkpoints[sample.row].metricErrors[id];
        return `${label} ${numberText(value)}${error === undefined ? '' : ` ± ${numberText(error)}`}`;
      });
      const run = lines.length > 1 ? `${line.name}, ` : '';
      return `${run}step ${numberText(step)}: ${words.join(', ')}`;
    })
    .join('; ');
}
