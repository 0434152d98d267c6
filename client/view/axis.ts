/**
 * Ranges and ticks of chart axes.
 *
 * The logarithmic axis of steps is asinh(step): linear near 0, logarithmic beyond about 3, so that step 0 stands where
 * it belongs instead of being left out or moved. A y axis keeps a tenth of the spread free above and below, stays
 * inside the metric's own range, and never spans less than a fiftieth of the value.
 */
export type StepAxis = 'linear' | 'asinh';
export type Range = readonly [min: number, max: number];

const X_MARGIN = 0.015;
const Y_MARGIN = 0.1;
/** Least spread shown, as a share of the value: a change of a thousandth should look like one. */
const SPREAD_MIN = 0.02;
/** A count has ticks at whole numbers only, and an axis needs two. */
const COUNT_SPREAD_MIN = 2;

export function stepRange(min: number, max: number, axis: StepAxis): Range {
  if (axis === 'linear') {
    const margin = max > min ? (max - min) * X_MARGIN : 1;
    return [min - margin, max + margin];
  }
  const low = Math.asinh(min);
  const high = Math.asinh(max);
  const margin = high > low ? (high - low) * X_MARGIN : 1;
  return [Math.sinh(low - margin), Math.sinh(high + margin)];
}

/** Where a step stands between the ends of its axis, 0…1. */
export function shareOf(step: number, [min, max]: Range, axis: StepAxis): number {
  const place = axis === 'linear' ? (value: number) => value : Math.asinh;
  return (place(step) - place(min)) / (place(max) - place(min));
}

/** The step half way between two, as the axis shows them. */
export function middleOf(a: number, b: number, axis: StepAxis): number {
  return axis === 'linear' ? (a + b) / 2 : Math.sinh((Math.asinh(a) + Math.asinh(b)) / 2);
}

/** 0 and the powers of ten inside a range of steps. */
export function asinhTicks(min: number, max: number): number[] {
  const ticks = min <= 0 && max >= 0 ? [0] : [];
  for (let power = 1; power <= max; power *= 10) if (power >= min) ticks.push(power);
  return ticks;
}

export function valueRange(
  min: number | null,
  max: number | null,
  bounds: readonly [number, number | null],
  isCount = false,
): Range {
  if (min === null || max === null) return [bounds[0], bounds[1] ?? bounds[0] + 1];
  const relative = Math.max(Math.abs(min), Math.abs(max)) * SPREAD_MIN || 1;
  const least = isCount ? Math.max(relative, COUNT_SPREAD_MIN) : relative;
  const missing = Math.max(0, least - (max - min));
  const margin = (max - min + missing) * Y_MARGIN + missing / 2;
  const low = min - margin;
  const high = max + margin;
  // A metric that never leaves its bound still gets its margin on the other side; measured values outside win.
  return [
    Math.max(low, Math.min(bounds[0], min)),
    bounds[1] === null ? high : Math.min(high, Math.max(bounds[1], max)),
  ];
}

/** 12,000 → `12k`: step labels of a narrow chart. */
export function stepText(step: number): string {
  if (step >= 1_000_000) return `${step / 1_000_000}M`;
  return step >= 10_000 ? `${step / 1000}k` : String(step);
}

/** Labels of a value axis: at most four significant digits, none of them idle. */
export function tickText(value: number): string {
  const rounded = Number(value.toPrecision(4));
  if (Math.abs(rounded) >= 10_000) return `${rounded / 1000}k`;
  return String(rounded).replace('-', '−');
}
