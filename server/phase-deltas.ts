/**
 * Phases while a run goes on: every completed checkpoint is a sample of the detector, and what it says follows the
 * checkpoint's own deltas.
 *
 *   deltas in    s e e m d-----s e e m d|
 *   deltas out   s e e m d p---s e e m d c p|      c phase-change, p phases (all segments anew, where they changed)
 *
 * The detector takes samples in the order of steps. A checkpoint that comes late, or again, makes it run anew over
 * all of them, which is a few milliseconds: what is said then is what it would have said had they come in order.
 */
import { concatMap, defer, from, type Observable } from 'rxjs';
import { apply, initialState } from '../protocol/apply.ts';
import { possibleEdges } from '../protocol/graph.ts';
import type { PhaseChange } from '../protocol/phases.ts';
import type { Checkpoint, Delta, RunInfo, RunState } from '../protocol/state.ts';
import type { GraphHistory } from './graph/history.ts';
import { type Detection, detect, detectAll, initialDetector, standing } from './phase/detector.ts';
import { type Evidence, evidenceOf } from './phase/evidence.ts';
import type { PhaseChange as Finding, Sample } from './phase/phase-change.ts';
import { segments } from './phase/segments.ts';
import { sampleFrom } from './phase/signals.ts';

/** Edges and nodes that a phase change names. */
const EVIDENCE_MAX = 8;
const NO_EVIDENCE: Evidence = { edges: [], nodes: [], roles: [] };

/** @param history of the same run, for the evidence of what changed */
export function withPhases(
  run: RunInfo,
  history: GraphHistory,
): (deltas: Observable<Delta>) => Observable<Delta> {
  return (deltas) =>
    defer(() => {
      const watch = new PhaseWatch(history);
      let state = initialState(run);
      return deltas.pipe(
        concatMap((delta) => {
          state = apply(state, delta);
          return from(delta.type === 'checkpoint-done' ? [delta, ...watch.look(state)] : [delta]);
        }),
      );
    });
}

class PhaseWatch {
  readonly #history: GraphHistory;
  #samples: readonly Sample[] = [];
  #detector = initialDetector();
  /** All that was said, in the order in which it was. */
  #findings: readonly Finding[] = [];
  /** What viewers were told last, by id and as text. */
  readonly #told = new Map<string, PhaseChange>();
  #segmentsText = '[]';

  constructor(history: GraphHistory) {
    this.#history = history;
  }

  look(state: RunState): Delta[] {
    const done = state.checkpoints.filter((checkpoint) => checkpoint.status === 'done');
    const samples = done.map((checkpoint, index) => sampleFrom(checkpoint, done[index - 1] ?? null));
    const { state: detector, events } = this.#detection(samples);
    this.#detector = detector;
    this.#samples = samples;
    this.#findings = events;
    const changes = standing(events);
    const named = segments(changes, samples);
    return [...this.#news(changes, state, done), ...this.#segmentsNews(named)];
  }

  /** One step further where a sample was added at the end, else anew from the first. */
  #detection(samples: readonly Sample[]): Detection {
    const added = samples.length === this.#samples.length + 1;
    const before = JSON.stringify(samples.slice(0, -1));
    if (!added || before !== JSON.stringify(this.#samples)) return detectAll(samples);
    const step = detect(this.#detector, samples[samples.length - 1]);
    return { state: step.state, events: [...this.#findings, ...step.events] };
  }

  /** What differs from what viewers were told; what no longer stands is taken back. */
  #news(changes: readonly Finding[], state: RunState, done: readonly Checkpoint[]): Delta[] {
    const deltas: Delta[] = [];
    const tell = (change: PhaseChange) => {
      this.#told.set(change.id, change);
      deltas.push({ type: 'phase-change', change });
    };
    for (const finding of changes) {
      const change = { ...published(finding), ...this.#evidence(finding, state, done) };
      const told = this.#told.get(change.id);
      if (!told || !sameStatement(told, change))
        tell({ ...change, revision: told ? Math.max(told.revision + 1, change.revision) : change.revision });
    }
    const standingIds = new Set(changes.map((change) => change.id));
    for (const told of this.#told.values())
      if (!standingIds.has(told.id) && told.probability > 0)
        tell({
          ...told,
          probability: 0,
          revision: told.revision + 1,
          reportedStep: done[done.length - 1].step,
        });
    return deltas;
  }

  #segmentsNews(named: ReturnType<typeof segments>): Delta[] {
    const text = JSON.stringify(named);
    if (text === this.#segmentsText) return [];
    this.#segmentsText = text;
    return [
      { type: 'phases', segments: named.map((segment) => ({ ...segment, reasons: [...segment.reasons] })) },
    ];
  }

  /** Nothing where one of the two graphs is no longer kept. */
  #evidence(
    { interval }: Finding,
    state: RunState,
    done: readonly Checkpoint[],
  ): Pick<PhaseChange, keyof Evidence> {
    const [before, after] = interval.map((step) => done.find((checkpoint) => checkpoint.step === step));
    const [from, to] = [before, after].map((checkpoint) => checkpoint && this.#history.get(checkpoint.id));
    const nodes = state.run.analysis?.nodes;
    const evidence =
      nodes && from && to
        ? evidenceOf({
            graph: { nodes, ...possibleEdges(nodes) },
            before: from.weights,
            after: to.weights,
            rolesBefore: before?.roles ?? {},
            rolesAfter: after?.roles ?? {},
            limit: EVIDENCE_MAX,
          })
        : NO_EVIDENCE;
    return {
      edges: [...evidence.edges],
      nodes: evidence.nodes.map(({ id, out, in: into }) => ({ id, out: [...out], in: [...into] })),
      roles: [...evidence.roles],
    };
  }
}

/** Strength is watched as its logarithm and told as itself. */
function published(finding: Finding): Omit<PhaseChange, keyof Evidence> {
  const { id, interval, probability, size, revision, reportedStep } = finding;
  return {
    id,
    interval: [...interval],
    probability,
    size,
    revision,
    reportedStep,
    signals: finding.signals.map((signal) =>
      signal.id === 'log_total_strength'
        ? {
            ...signal,
            id: 'total_strength',
            before: Math.exp(signal.before),
            after: Math.exp(signal.after),
          }
        : { ...signal },
    ),
  };
}

/** Whether two statements say the same, whenever and however often they were made. */
function sameStatement(a: PhaseChange, b: PhaseChange): boolean {
  const said = ({ revision: _, reportedStep: __, ...rest }: PhaseChange) => JSON.stringify(rest);
  return said(a) === said(b);
}
