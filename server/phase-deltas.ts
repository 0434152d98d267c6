/**
 * Phases while a run goes on: every completed checkpoint is a sample of the detector, and what it says follows the
 * checkpoint's own deltas.
 *
 *   deltas in    s e e m d-----s e e m d|
 *   deltas out   s e e m d p---s e e m d c p|      c phase-change, p phases (all segments anew, where they changed)
 *
 * The detector takes samples in the order of steps. A checkpoint that comes late, or again, makes it run anew over
 * all of them, which is a few milliseconds: what is said then is what it would have said had they come in order. So
 * does a rewound training, over the samples that are left.
 */
import { concat, concatMap, defer, forkJoin, from, map, type Observable, of } from 'rxjs';
import { apply } from '../protocol/apply.ts';
import { possibleEdges } from '../protocol/graph.ts';
import type { PhaseChange } from '../protocol/phases.ts';
import type { Checkpoint, Delta, RunState, Update } from '../protocol/state.ts';
import type { GraphHistory } from './graph/history.ts';
import { type Detection, detect, detectAll, initialDetector, standing } from './phase/detector.ts';
import { type Evidence, evidenceOf } from './phase/evidence.ts';
import type { PhaseChange as Finding, Sample } from './phase/phase-change.ts';
import { segments } from './phase/segments.ts';
import { sampleFrom } from './phase/signals.ts';

/** Edges and nodes that a phase change names. */
const EVIDENCE_MAX = 8;
const NO_EVIDENCE: Evidence = { edges: [], nodes: [], roles: [] };

/**
 * @param past the state before the first delta
 * @param history of the same run, for the evidence of what changed
 */
export function withPhases(
  past: RunState,
  history: GraphHistory,
): (updates: Observable<Update>) => Observable<Update> {
  return (updates) =>
    defer(() => {
      const watch = new PhaseWatch(past, history);
      let state = past;
      const since = updates.pipe(
        concatMap((update) => {
          state = apply(state, update);
          if (update.type === 'rewound') watch.rewind(update.fromStep);
          const isTelling = update.type === 'checkpoint-done' || update.type === 'rewound';
          return isTelling ? concat(of(update), watch.look(state)) : of(update);
        }),
      );
      // A server that was killed may not have come to say what its last checkpoint showed.
      return concat(watch.look(past), since);
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
  #segmentsText: string;

  constructor(past: RunState, history: GraphHistory) {
    this.#history = history;
    this.#segmentsText = JSON.stringify(past.segments);
    for (const change of past.phaseChanges) this.#told.set(change.id, change);
  }

  /** What was told of this step and later ones now belongs to a branch. */
  rewind(fromStep: number): void {
    for (const { id, interval } of this.#told.values()) if (interval[1] >= fromStep) this.#told.delete(id);
    this.#segmentsText = '';
  }

  look(state: RunState): Observable<Delta> {
    const done = state.checkpoints.filter((checkpoint) => checkpoint.status === 'done');
    const samples = done.map((checkpoint, index) => sampleFrom(checkpoint, done[index - 1] ?? null));
    const { state: detector, events } = this.#detection(samples);
    this.#detector = detector;
    this.#samples = samples;
    this.#findings = events;
    const changes = standing(events);
    const named = segments(changes, samples);
    return concat(
      from(changes).pipe(concatMap((finding) => this.#restated(finding, state, done))),
      defer(() => from([...this.#takenBack(changes, done), ...this.#segmentsNews(named)])),
    );
  }

  /** One step further where a sample was added at the end, else anew from the first. */
  #detection(samples: readonly Sample[]): Detection {
    const added = samples.length === this.#samples.length + 1;
    const before = JSON.stringify(samples.slice(0, -1));
    if (!added || before !== JSON.stringify(this.#samples)) return detectAll(samples);
    const step = detect(this.#detector, samples[samples.length - 1]);
    return { state: step.state, events: [...this.#findings, ...step.events] };
  }

  /** A finding, where it differs from what viewers were told. */
  #restated(finding: Finding, state: RunState, done: readonly Checkpoint[]): Observable<Delta> {
    return this.#evidence(finding, state, done).pipe(
      concatMap((evidence) => {
        const change = { ...published(finding), ...evidence };
        const told = this.#told.get(change.id);
        if (told && sameStatement(told, change)) return [];
        const revision = told ? Math.max(told.revision + 1, change.revision) : change.revision;
        return [this.#tell({ ...change, revision })];
      }),
    );
  }

  /** What no longer stands. */
  #takenBack(changes: readonly Finding[], done: readonly Checkpoint[]): Delta[] {
    const standingIds = new Set(changes.map((change) => change.id));
    const reportedStep = done[done.length - 1]?.step ?? 0;
    return [...this.#told.values()]
      .filter(({ id, probability }) => !standingIds.has(id) && probability > 0)
      .map((told) => this.#tell({ ...told, probability: 0, revision: told.revision + 1, reportedStep }));
  }

  #tell(change: PhaseChange): Delta {
    this.#told.set(change.id, change);
    return { type: 'phase-change', change };
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
  ): Observable<Pick<PhaseChange, keyof Evidence>> {
    const [before, after] = interval.map((step) => done.find((checkpoint) => checkpoint.step === step));
    const graphs = [before, after].map((checkpoint) =>
      checkpoint ? this.#history.get(checkpoint.id) : of(null),
    );
    return forkJoin(graphs).pipe(
      map(([from_, to]) => {
        const nodes = state.run.analysis?.nodes;
        const evidence =
          nodes && from_ && to
            ? evidenceOf({
                graph: { nodes, ...possibleEdges(nodes) },
                before: from_.weights,
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
      }),
    );
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
