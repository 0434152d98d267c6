/**
 * Ranges and ticks of chart axes.
 *
 * A step axis is linear, logarithmic, or asinh(step): linear near 0, logarithmic beyond about 3, so that step 0 stands
 * where it belongs. Steps up to 0 have no place on the logarithmic one: they are left out there, and never moved. A y
 * axis keeps a tenth of the spread free above and below, stays inside the metric's own range, and never spans less than
 * a fiftieth of the value.
 */
export type StepAxis = 'linear' | 'asinh' | 'log';
export type Range = readonly [min: number, max: number];

const X_MARGIN = 0.015;
const Y_MARGIN = 0.1;
/** Least spread shown, as a share of the value: a change of a thousandth should look like one. */
const SPREAD_MIN = 0.02;
/** A count has ticks at whole numbers only, and an axis needs two. */
const COUNT_SPREAD_MIN = 2;
/** With fewer powers of ten in sight, their multiples by 2 and 5 are ticks too; with fewer of those, even ones. */
const TICKS_MIN = 3;
const SUFFIXES = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
] as const;

/** The place of a step on an axis of even length, and back. */
const PLACES: Readonly<Record<StepAxis, readonly [(step: number) => number, (place: number) => number]>> = {
  linear: [(step) => step, (place) => place],
  asinh: [Math.asinh, Math.sinh],
  log: [Math.log, Math.exp],
};

export function stepRange(min: number, max: number, axis: StepAxis): Range {
  const [place, step] = PLACES[axis];
  const [low, high] = [place(min), place(max)];
  const margin = high > low ? (high - low) * X_MARGIN : 1;
  return [step(low - margin), step(high + margin)];
}

export type Shown = {
  /** The first and the last step that have a place on the axis; null where there is none. */
  readonly span: Range | null;
  readonly zoom: Range | null;
  readonly axis: StepAxis;
};

/** The steps between which charts and phases of a feed are shown: of all that stand in one line, the same. */
export function shownRange({ span, zoom, axis }: Shown): Range {
  const whole: Range = span === null ? [1, 10] : stepRange(...span, axis);
  if (zoom === null) return whole;
  // Where another axis was zoomed into, this one may have no place for its lower end.
  const low = axis === 'log' && zoom[0] <= 0 ? whole[0] : zoom[0];
  return low < zoom[1] ? [low, zoom[1]] : whole;
}

/** Both ranges; null of none. */
export function widerOf(a: Range | null, b: Range | null): Range | null {
  if (a === null || b === null) return a ?? b;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/** Where a step stands between the ends of its axis, 0…1; one without a place on it before its beginning, at −1. */
export function shareOf(step: number, [min, max]: Range, axis: StepAxis): number {
  if (axis === 'log' && step <= 0) return -1;
  const [place] = PLACES[axis];
  return (place(step) - place(min)) / (place(max) - place(min));
}

/** The step at a share of the axis. */
export function stepAt(share: number, [min, max]: Range, axis: StepAxis): number {
  const [place, step] = PLACES[axis];
  return step(place(min) + share * (place(max) - place(min)));
}

/** The step half way between two, as the axis shows them. */
export function middleOf(a: number, b: number, axis: StepAxis): number {
  return axis === 'log' && Math.min(a, b) <= 0 ? Math.max(a, b) : stepAt(0.5, [a, b], axis);
}

/** Steps to label inside a range, at most `most`: round numbers, on a logarithmic axis powers of ten and 0. */
export function stepTicks(min: number, max: number, axis: StepAxis, most = 8): number[] {
  if (axis === 'linear') return evenTicks(min, max, most);
  const zero = axis === 'asinh' && min <= 0 && max >= 0 ? [0] : [];
  const powers = multiples(min, max, [1]);
  if (powers.length + zero.length > most) {
    const every = Math.ceil(powers.length / Math.max(1, most - zero.length));
    return [...zero, ...powers.filter((_, index) => (powers.length - 1 - index) % every === 0)];
  }
  if (powers.length + zero.length >= TICKS_MIN) return [...zero, ...powers];
  const finer = [...zero, ...multiples(min, max, [1, 2, 5])];
  if (finer.length > most) return [...zero, ...powers];
  return finer.length >= TICKS_MIN ? finer : evenTicks(min, max, most);
}

function multiples(min: number, max: number, leads: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = 1; power <= max; power *= 10)
    ticks.push(...leads.map((lead) => lead * power).filter((tick) => tick >= min && tick <= max));
  return ticks;
}

/** Whole multiples of 1, 2 or 5 times a power of ten. */
function evenTicks(min: number, max: number, most: number): number[] {
  const least = Math.max(1, (max - min) / Math.max(1, most));
  const power = 10 ** Math.floor(Math.log10(least));
  const apart = power * ([1, 2, 5].find((lead) => lead * power >= least) ?? 10);
  const first = Math.ceil(min / apart);
  return Array.from(
    { length: Math.max(0, Math.floor(max / apart) - first + 1) },
    (_, index) => (first + index) * apart,
  );
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

/** 12,000 → `12k`, 4 × 10⁹ → `4B`: steps and tokens on a narrow chart. */
export function stepText(step: number): string {
  const found = SUFFIXES.find(([size]) => step >= size);
  if (found) return `${Number((step / found[0]).toPrecision(6))}${found[1]}`;
  return step >= 10_000 ? `${step / 1000}k` : String(step);
}

/** Labels of a value axis: at most four significant digits, none of them idle. */
export function tickText(value: number): string {
  const rounded = Number(value.toPrecision(4));
  if (Math.abs(rounded) >= 10_000) return `${rounded / 1000}k`;
  return String(rounded).replace('-', '−');
}
