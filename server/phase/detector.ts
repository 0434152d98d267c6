/**
 * Says live that something changed: (state, sample) → state and statements. Pure, causal, constant work per sample;
 * the state is plain JSON. How a run is cut into arrivals makes no difference.
 *
 *   said when      P(a change within REACH of sample k | all samples so far) ≥ 1/2, k the most probable place
 *   said again     when that probability moves by 0.05, passes 1/2, 0.9 or 0.99, or the interval moves; for LAG samples
 *   interval       the most probable place within REACH of k and its neighbours at least half as probable
 *
 * The first WARM_UP samples are held back until the noise of each signal is known from them; then they are judged
 * like all others, so a change among them is found, only later. The probabilities are those of posterior.ts.
 */

import { deviation, type NoiseScale, scaleFromWarmUp } from './noise-scale.ts';
import type { PhaseChange, Sample, SignalChange } from './phase-change.ts';
import { type Answers, beginning, LAG, observed, type Posterior, REACH } from './posterior.ts';
import type { SegmentModel } from './regression.ts';

/** Eight samples are seven differences: their median is within a factor of two of the truth six times in seven. */
export const WARM_UP = 8;
/** More likely than not. */
export const SAID_FROM = 0.5;
/** From here a phase change counts as certain; passing it is always said. */
export const SURE_FROM = 0.9;
/** The most that is claimed: one value in a hundred is an outlier to the model, so it cannot be surer than that. */
export const PROBABILITY_MAX = 0.99;
/** Smaller movements of a probability are not worth a message. */
const PROBABILITY_STEP = 0.05;
/** Values on either side that before and after are the medians of: the fewest that bear one outlier. */
const SIDE = 3;
/** A signal drove the change where it moved by at least two deviations of its noise. */
const DROVE_FROM_DEVIATIONS = 2;
const RECENT_MAX = LAG + REACH + SIDE + 1;

type OpenChange = {
  /** Index of the sample at which it was first placed. */
  readonly anchor: number;
  /** Index of the last sample of its interval, as it is placed now. */
  readonly place: number;
  readonly said: PhaseChange;
};

export type DetectorState = {
  readonly model: SegmentModel;
  /** null during the warm-up. */
  readonly posterior: Posterior | null;
  /** The last samples, oldest first; all of them during the warm-up. */
  readonly recent: readonly Sample[];
  /** Changes that are near enough to matter, in the order in which they were said. */
  readonly open: readonly OpenChange[];
};

export type Detection = { readonly state: DetectorState; readonly events: readonly PhaseChange[] };

export function initialDetector(model: SegmentModel = 'trend'): DetectorState {
  return { model, posterior: null, recent: [], open: [] };
}

export function detect(state: DetectorState, sample: Sample): Detection {
  for (const [id, value] of Object.entries(sample.signals))
    if (value !== null && !Number.isFinite(value))
      throw new Error(`invariant: signal ${id} of ${sample.id} is a finite number or null, got ${value}`);
  const recent = [...state.recent, sample].slice(-RECENT_MAX);
  if (!state.posterior && recent.length < WARM_UP) return { state: { ...state, recent }, events: [] };
  const posterior = state.posterior
    ? observed(state.posterior, sample.signals, state.model)
    : warmedUp(recent, state.model);
  return stated({ ...state, posterior, recent }, posterior);
}

/** The statements about a whole run, in the order in which they are made. */
export function detectAll(samples: readonly Sample[], model: SegmentModel = 'trend'): Detection {
  let state = initialDetector(model);
  const events: PhaseChange[] = [];
  for (const sample of samples) {
    const detection = detect(state, sample);
    state = detection.state;
    events.push(...detection.events);
  }
  return { state, events };
}

/** What holds after all `statements`: the last about each change, in order of step. */
export function standing(statements: readonly PhaseChange[]): PhaseChange[] {
  const last = new Map(statements.map((statement) => [statement.id, statement]));
  return [...last.values()].sort((a, b) => a.interval[1] - b.interval[1]);
}

function warmedUp(samples: readonly Sample[], model: SegmentModel): Posterior {
  const ids = new Set(samples.flatMap((sample) => Object.keys(sample.signals)));
  const scales: Record<string, NoiseScale> = {};
  for (const id of ids) scales[id] = scaleFromWarmUp(samples.flatMap(({ signals }) => signals[id] ?? []));
  return samples.reduce((posterior, { signals }) => observed(posterior, signals, model), beginning(scales));
}

function stated(state: DetectorState, posterior: Posterior): Detection {
  const now = posterior.samples - 1;
  const events: PhaseChange[] = [];
  const open: OpenChange[] = [];
  for (const change of state.open) {
    const age = now - change.anchor;
    if (age >= LAG) {
      // What is beyond revision still keeps its neighbours from being said as changes of their own.
      if (age < LAG + 2 * REACH) open.push(change);
      continue;
    }
    const bounds = place(posterior.answers, now, change.anchor);
    const next = statement(state, posterior, change.anchor, bounds, change.said);
    const isNews = differs(change.said, next);
    if (isNews) events.push(next);
    open.push({ anchor: change.anchor, place: bounds[1], said: isNews ? next : change.said });
  }
  for (;;) {
    const anchor = unsaidChange(posterior, open);
    if (anchor === null) break;
    const bounds = place(posterior.answers, now, anchor);
    const said = statement(state, posterior, anchor, bounds, null);
    events.push(said);
    open.push({ anchor, place: bounds[1], said });
  }
  return { state: { ...state, open }, events };
}

/** The most probable place away from all known changes, null if there is none worth saying. */
function unsaidChange({ samples, answers }: Posterior, open: readonly OpenChange[]): number | null {
  const now = samples - 1;
  const isFree = (sample: number) =>
    sample > 0 &&
    open.every(({ anchor, place }) => [anchor, place].every((known) => Math.abs(known - sample) > REACH));
  const free = answers.changed.map((probability, age) => (isFree(now - age) ? probability : 0));
  const best = free.indexOf(Math.max(...free));
  const around = free.slice(Math.max(0, best - REACH), best + REACH + 1);
  // The sum may count two changes; then both are there and it is all the more worth saying.
  return around.reduce((sum, probability) => sum + probability, 0) >= SAID_FROM ? now - best : null;
}

function statement(
  state: DetectorState,
  posterior: Posterior,
  anchor: number,
  [first, last]: readonly [number, number],
  said: PhaseChange | null,
): PhaseChange {
  const now = posterior.samples - 1;
  const quiet = posterior.answers.quiet[now - anchor];
  const at = (index: number) => state.recent.length - 1 - (now - index);
  const moved = signalChanges(
    state.recent.slice(0, at(first)).slice(-SIDE),
    state.recent.slice(at(last)).slice(0, SIDE),
    posterior.scales,
  );
  return {
    type: 'phase-change',
    id: said?.id ?? `phase-change-${state.recent[at(anchor)].id}`,
    interval: [state.recent[at(first) - 1].step, state.recent[at(last)].step],
    probability: Math.max(0, Math.min(1 - quiet, PROBABILITY_MAX)),
    size: Math.sqrt(moved.reduce((sum, { deviations }) => sum + deviations ** 2, 0) / (moved.length || 1)),
    signals: moved.filter(
      (change, rank) => rank === 0 || Math.abs(change.deviations) >= DROVE_FROM_DEVIATIONS,
    ),
    revision: said ? said.revision + 1 : 0,
    reportedStep: state.recent[at(now)].step,
  };
}

/** Indices of the first and the last sample that may have begun the new phase. */
function place({ changed }: Answers, now: number, anchor: number): readonly [number, number] {
  const at = (sample: number) => {
    const isNear = sample > 0 && sample <= now && Math.abs(sample - anchor) <= REACH;
    return isNear ? (changed[now - sample] ?? 0) : 0;
  };
  let best = anchor;
  for (let sample = anchor - REACH; sample <= anchor + REACH; sample += 1)
    if (at(sample) > at(best)) best = sample;
  let [first, last] = [best, best];
  while (at(first - 1) > 0 && at(first - 1) >= at(best) / 2) first -= 1;
  while (at(last + 1) > 0 && at(last + 1) >= at(best) / 2) last += 1;
  return [first, last];
}

function differs(said: PhaseChange, next: PhaseChange): boolean {
  const passes = (limit: number) => said.probability >= limit !== next.probability >= limit;
  return (
    Math.abs(next.probability - said.probability) >= PROBABILITY_STEP ||
    passes(SAID_FROM) ||
    passes(SURE_FROM) ||
    passes(PROBABILITY_MAX) ||
    next.interval.some((step, side) => step !== said.interval[side])
  );
}

/** How each signal moved, largest move first. */
function signalChanges(
  before: readonly Sample[],
  after: readonly Sample[],
  scales: Posterior['scales'],
): SignalChange[] {
  const changes = Object.keys(scales).flatMap((id): SignalChange[] => {
    const [old, fresh] = [before, after].map((samples) =>
      medianOf(samples.flatMap(({ signals }) => signals[id] ?? [])),
    );
    const noise = deviation(scales[id]);
    if (old === null || fresh === null || noise === null) return [];
    return [{ id, before: old, after: fresh, deviations: (fresh - old) / noise }];
  });
  return changes.sort((a, b) => Math.abs(b.deviations) - Math.abs(a.deviations));
}

function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const ascending = [...values].sort((a, b) => a - b);
  return (ascending[(values.length - 1) >> 1] + ascending[values.length >> 1]) / 2;
}
