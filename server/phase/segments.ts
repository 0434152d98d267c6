/**
 * Names for the segments between phase changes, each from its own statistics. First rule that fits:
 *
 *   exploration     no consolidation yet, and strength does not grow: structure does not persist
 *   consolidation   total strength grows, or grew with the change before and churn is still above the calmest
 *   reorganisation  churn is above the calmest segment from here on, and more role holders change than there
 *   refinement      otherwise: strength no longer grows, churn and roles are as calm as they get
 *
 *   grows           least squares line of ln(total strength) over the segment rises by 10 % or more, and by two
 *                   standard deviations of what it leaves unexplained
 *   above           median churn > median + 2·1.48·MAD of the calmest segment (least median churn, CALM_MIN samples)
 *
 * The last segment has no name until it has CALM_MIN samples. Growth that levels off is no jump, so no change point: a
 * consolidation ends, and refinement begins, at the first sample from which on strength no longer grows and rises at
 * most half as fast as before. Pure; live, names are given anew as the run goes on. Segments begin with the last step
 * of a change's interval.
 */
import { SAID_FROM } from './detector.ts';
import type { PhaseChange, Sample } from './phase-change.ts';

export type PhaseName = 'exploration' | 'consolidation' | 'reorganisation' | 'refinement';

export type PhaseSegment = {
  /** Steps of its first and last checkpoint. */
  readonly from: number;
  readonly to: number;
  /** null where the samples have no total strength. */
  readonly name: PhaseName | null;
  /** Sentences for people: what the name was given for. */
  readonly reasons: readonly string[];
};

/** 10 %: three times the scatter of total strength (3 %) once the sample run has settled. */
const GROWTH = Math.log(1.1);
const RESIDUAL_DEVIATIONS = 2;
/** Fewer samples have no median worth comparing with. */
const CALM_MIN = 4;
/** A level needs as many samples to be called one as the detector needs to know the noise. */
const SETTLED_MIN = 8;
const SETTLED_SLOWER = 2;
/** Values on either side of a change whose medians tell the jump. */
const SIDE = 3;
/** MAD of a normal distribution × 1.48 is its standard deviation. */
const DEVIATIONS_OF_MAD = 1.48;

/** @param changes what stands of the detector's statements (detector.ts, `standing`) */
export function segments(changes: readonly PhaseChange[], samples: readonly Sample[]): PhaseSegment[] {
  const parts = split(changes, samples).flatMap(settled);
  const named: PhaseSegment[] = [];
  parts.forEach((part, index) => {
    const hasConsolidated = named.some(({ name }) => name === 'consolidation');
    named.push(namedSegment(part, parts[index - 1] ?? [], parts.slice(index), hasConsolidated));
  });
  return named;
}

type Part = readonly Sample[];

function split(changes: readonly PhaseChange[], samples: readonly Sample[]): Part[] {
  const parts: Part[] = [];
  let from = 0;
  const likely = changes.filter(({ probability }) => probability >= SAID_FROM);
  for (const { interval } of likely.toSorted((a, b) => a.interval[1] - b.interval[1])) {
    const end = samples.findIndex(({ step }) => step > interval[0]);
    const next = samples.findIndex(({ step }) => step >= interval[1]);
    if (end <= from || next < 0) continue;
    parts.push(samples.slice(from, end));
    from = next;
  }
  if (from < samples.length) parts.push(samples.slice(from));
  return parts;
}

/** A part that grows and then levels off as two. */
function settled(part: Part): Part[] {
  const strengths = part.map(({ signals }) => signals.log_total_strength ?? null);
  if (!grows(line(strengths))) return [part];
  for (let end = 2; end + SETTLED_MIN <= part.length; end += 1) {
    const [before, after] = [line(strengths.slice(0, end)), line(strengths.slice(end))];
    const isSlower = before.slope > 0 && after.slope * SETTLED_SLOWER <= before.slope;
    if (isSlower && before.rise >= GROWTH && Math.abs(after.rise) < GROWTH)
      return [part.slice(0, end), part.slice(end)];
  }
  return [part];
}

function namedSegment(
  part: Part,
  previous: Part,
  partsFromHere: readonly Part[],
  hasConsolidated: boolean,
): PhaseSegment {
  const place = { from: part[0].step, to: part[part.length - 1].step };
  const strengths = valuesOf(part, 'log_total_strength');
  if (strengths.length === 0)
    return { ...place, name: null, reasons: ['no log_total_strength to judge growth by'] };

  if (partsFromHere.length === 1 && part.length < CALM_MIN)
    return {
      ...place,
      name: null,
      reasons: [`too early to say: ${part.length} of the ${CALM_MIN} checkpoints that a name needs`],
    };

  const strength = line(strengths);
  const calm = calmest(partsFromHere);
  const churn = median(churnOf(part));
  const isAbove = calm !== null && churn !== null && churn > calm.limit;
  const turnover = mean(valuesOf(part, 'role_turnover'));
  const rolesMove = turnover !== null && calm?.turnover != null && turnover > calm.turnover;
  const jump =
    (median(strengths.slice(0, SIDE)) ?? 0) -
    (median(valuesOf(previous, 'log_total_strength').slice(-SIDE)) ?? Number.POSITIVE_INFINITY);
  const isSettlingIn = jump >= GROWTH && isAbove;
  const name: PhaseName =
    grows(strength) || isSettlingIn
      ? 'consolidation'
      : !hasConsolidated
        ? 'exploration'
        : isAbove && rolesMove
          ? 'reorganisation'
          : 'refinement';
  return {
    ...place,
    name,
    reasons: [
      `total strength ${growthWord(strength)}: ${percent(strength.rise)} over the segment`,
      ...(isSettlingIn ? [`${percent(jump)} with the change before it`] : []),
      ...(churn === null || calm === null
        ? []
        : [
            `${churnLabel(part)} ${churn.toFixed(3)}, ${isAbove ? 'above' : 'near'} the calmest from here on, ${calm.churn.toFixed(3)}`,
          ]),
      ...spoken('rank correlation with the previous checkpoint', median(valuesOf(part, 'spearman'))),
      ...(turnover === null ? [] : [`role turnover ${turnover.toFixed(2)} a checkpoint`]),
      ...spoken('Gini coefficient', median(valuesOf(part, 'gini'))),
      ...(name === 'exploration' ? ['no consolidation before it'] : []),
    ],
  };
}

/** Of the calmest of `parts`: its churn, the limit above which others are restless, its role turnover. */
function calmest(
  parts: readonly Part[],
): { readonly churn: number; readonly limit: number; readonly turnover: number | null } | null {
  const known = parts.flatMap((part) => {
    const values = churnOf(part);
    const churn = median(values);
    return churn === null || values.length < CALM_MIN ? [] : [{ part, values, churn }];
  });
  if (known.length === 0) return null;
  const { part, values, churn } = known.reduce((calm, other) => (other.churn < calm.churn ? other : calm));
  const spread = median(values.map((value) => Math.abs(value - churn))) ?? 0;
  return {
    churn,
    limit: churn + 2 * DEVIATIONS_OF_MAD * spread,
    turnover: mean(valuesOf(part, 'role_turnover')),
  };
}

type Line = { readonly slope: number; readonly rise: number; readonly residual: number };

/** Least squares line over the index: slope, rise from first to last index, standard deviation of the rest. */
function line(values: readonly (number | null)[]): Line {
  const points = values.flatMap((y, x) => (y === null ? [] : [{ x, y }]));
  if (points.length < 2) return { slope: 0, rise: 0, residual: 0 };
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const squares = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / squares;
  const rest = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, rise: slope * (values.length - 1), residual: Math.sqrt(rest / points.length) };
}

function growthWord(strength: Line): string {
  if (grows(strength)) return 'grows';
  if (strength.rise >= GROWTH) return 'does not grow beyond its scatter';
  return strength.rise <= -GROWTH ? 'falls' : 'is flat';
}

function grows({ rise, residual }: Line): boolean {
  return rise >= GROWTH && rise >= RESIDUAL_DEVIATIONS * residual;
}

function churnOf(part: Part): number[] {
  return part.flatMap(({ signals }) => signals.churn_above_floor ?? signals.churn ?? []);
}

function churnLabel(part: Part): string {
  return valuesOf(part, 'churn_above_floor').length > 0 ? 'churn minus its floor' : 'churn';
}

function valuesOf(part: Part, id: string): number[] {
  return part.flatMap(({ signals }) => signals[id] ?? []);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const ascending = [...values].sort((a, b) => a - b);
  return (ascending[(values.length - 1) >> 1] + ascending[values.length >> 1]) / 2;
}

function percent(logarithm: number): string {
  const change = Math.round(100 * Math.expm1(logarithm));
  return `${change < 0 ? '−' : '+'}${Math.abs(change)} %`;
}

function spoken(label: string, value: number | null): string[] {
  return value === null ? [] : [`${label} ${value.toFixed(2)}`];
}
