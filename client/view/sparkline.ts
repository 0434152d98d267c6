/**
 * A small chart over steps as SVG paths: lines through what is known, a marker at the checkpoint looked at, the ends of
 * both axes. The value axis holds 0, and everything that is drawn.
 */
import { type Range, type StepAxis, shareOf } from './axis.ts';

export type Point = { readonly step: number; readonly value: number };

export type SparklineOptions = {
  /** By step. */
  readonly lines: readonly (readonly Point[])[];
  readonly axis: StepAxis;
  /** Step looked at, null for none. */
  readonly step: number | null;
  readonly width: number;
  readonly height: number;
};

export type Sparkline = {
  readonly paths: readonly string[];
  /** x of the step looked at; null where it lies outside. */
  readonly marker: number | null;
  readonly steps: Range;
  readonly values: Range;
};

/** Null while there is nothing to draw. */
export function sparklineOf({ lines, axis, step, width, height }: SparklineOptions): Sparkline | null {
  const points = lines.flat();
  if (points.length === 0) return null;
  const steps = extent(points.map((point) => point.step));
  const values = extent([0, ...points.map(({ value }) => value)]);
  const xOf = (at: number) => (steps[0] === steps[1] ? width / 2 : shareOf(at, steps, axis) * width);
  const span = values[1] - values[0];
  const yOf = (value: number) => (span === 0 ? height : height - ((value - values[0]) / span) * height);
  const isInside = step !== null && step >= steps[0] && step <= steps[1];
  return {
    paths: lines.map((line) => {
      const [only] = line;
      // A line of one point is a dot: round caps draw it.
      if (line.length === 1) return `M${text(xOf(only.step))} ${text(yOf(only.value))}h0`;
      return line
        .map((point, index) => `${index === 0 ? 'M' : 'L'}${text(xOf(point.step))} ${text(yOf(point.value))}`)
        .join('');
    }),
    marker: isInside ? xOf(step) : null,
    steps,
    values,
  };
}

function extent(values: readonly number[]): Range {
  return [Math.min(...values), Math.max(...values)];
}

function text(value: number): string {
  return String(Number(value.toFixed(1)));
}
