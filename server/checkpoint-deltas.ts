/**
 * One checkpoint as deltas: started, the edges of each layer, metrics, comparisons with its neighbours, done.
 * What is wrong with the checkpoint ends as a `failure` delta and costs nothing else.
 *
 * A checkpoint that was done and comes with other contents means that the training has begun again before it: it and all
 * later ones are left behind in a branch first (`rewound`), so that no result is ever replaced.
 */
import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  type Observable,
  of,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import type { Analysis, Delta, Graph, RunState, Update } from '../protocol/state.ts';
import { unreachable } from '../protocol/unreachable.ts';
import type { Settings } from './ablation/settings.ts';
import type { AnalysisEvent } from './analysis.ts';
import { CheckpointFailure } from './base/failure.ts';
import { Comparisons } from './comparisons.ts';
import type { Engine } from './engine-process.ts';
import type { GraphHistory } from './graph/history.ts';
import { metricsDelta } from './metrics-delta.ts';
import type { ProgressBook } from './progress.ts';
import type { CheckpointRef } from './source/checkpoint-files.ts';

export type CheckpointDeltasOptions = {
  readonly engine: Engine;
  readonly settings: Settings;
  readonly history: GraphHistory;
  /** What was known of the run when the pipeline began. */
  readonly past: RunState;
  /** Completes when all that was said so far has been kept: the next checkpoint waits for it. */
  readonly kept: () => Observable<never>;
  /** What the training that begins again at a step has broken by now: said before, and not left behind. */
  readonly restated: (fromStep: number) => readonly Update[];
};

export class CheckpointDeltas {
  readonly #options: CheckpointDeltasOptions;
  readonly #book: ProgressBook;
  readonly #comparisons: Comparisons;
  readonly #state: () => RunState;
  /** Of the run's first readable checkpoint; all others must have the same. */
  #analysis: Analysis | null;
  /** The checkpoint that the engine analysed last. */
  #lastDone: string | null = null;

  /** @param state with all that was said so far */
  constructor(options: CheckpointDeltasOptions, book: ProgressBook, state: () => RunState) {
    const { engine, history, past } = options;
    this.#options = options;
    this.#book = book;
    this.#state = state;
    this.#analysis = past.run.analysis;
    this.#comparisons = new Comparisons(engine, history, past.checkpoints);
    for (const { id, step, status } of past.checkpoints) if (status === 'done') history.know(id, step);
  }

  /** @param broken emits when the files turn out broken while they are being read: newer than this analysis */
  of(ref: CheckpointRef, broken: Observable<unknown>): Observable<Update> {
    const { engine, settings, kept } = this.#options;
    return defer(() => {
      const book = this.#book;
      const graph: Graph = {
        checkpoint: ref.id,
        step: ref.step,
        weights: [],
        standardErrors: null,
        nodeMetrics: {},
        headScores: {},
      };
      const { id: checkpoint, step, content } = ref;
      let same = { unchanged: false, unchangedLayers: 0 };
      const rewound = this.#rewound(ref);
      this.#comparisons.forget(ref.id);
      book.begin(ref.id);
      return concat(
        rewound,
        of<Update[]>({ type: 'checkpoint-started', checkpoint, step, content }, book.delta()),
        engine.analyse(this.#options.past.run.id, ref, settings).pipe(
          tap((event) => {
            gather(graph, event);
            if (event.type === 'output') same = event;
          }),
          concatMap((event) => this.#deltasOf(ref.id, event)),
        ),
        defer(() => this.#comparisons.of(graph, this.#analysis?.nodes ?? [])),
        defer(() => {
          const millis = book.finish();
          const identicalTo = same.unchanged ? this.#lastDone : null;
          this.#lastDone = ref.id;
          const { unchangedLayers } = same;
          return of<Update[]>(
            { type: 'checkpoint-done', checkpoint, millis, unchangedLayers, identicalTo },
            book.delta(),
          );
        }),
        defer(kept),
      ).pipe(
        catchError((error: unknown) => {
          if (!(error instanceof CheckpointFailure)) return throwError(() => error);
          this.#failed(ref);
          const failure = { code: error.code, message: error.message };
          return of<Update[]>({ type: 'failure', checkpoint, step, failure }, book.delta());
        }),
        takeUntil(broken.pipe(tap(() => this.#failed(ref)))),
      );
    });
  }

  /** Not taken now, since the analysis would fall behind. */
  leftOut(ref: CheckpointRef): Observable<Update> {
    return defer(() => {
      const before = this.#state().checkpoints.find(({ id }) => id === ref.id);
      this.#book.leaveOut(ref.id);
      if (before?.status === 'skipped') return of(this.#book.delta());
      const skipped: Delta = { type: 'checkpoint-skipped', checkpoint: ref.id, step: ref.step };
      return concat(this.#rewound(ref), of<Update[]>(skipped, this.#book.delta()));
    });
  }

  /** Says that the training has begun again, where this checkpoint was done with other contents. */
  #rewound({ id, step }: CheckpointRef): Observable<Update> {
    const before = this.#state().checkpoints.find((checkpoint) => checkpoint.id === id);
    if (before?.status !== 'done') return EMPTY;
    this.#comparisons.rewind(step);
    return of<Update[]>({ type: 'rewound', fromStep: step }, ...this.#options.restated(step));
  }

  #failed({ id }: CheckpointRef): void {
    this.#book.fail();
    // Whole or not, its graph is none that others are compared with.
    this.#comparisons.forget(id);
  }

  #deltasOf(checkpoint: string, event: AnalysisEvent): Observable<Update> {
    switch (event.type) {
      case 'opened': {
        this.#book.open(event.analysis, event.expectedMillis);
        return concat(this.#ofRun(event.analysis), of(this.#book.delta()));
      }
      case 'layer': {
        this.#book.finishLayer(event.layer);
        const edges: Delta = {
          type: 'edges',
          checkpoint,
          layer: event.layer,
          firstEdge: event.firstEdge,
          weights: Array.from(event.weights),
          standardErrors: event.standardErrors && Array.from(event.standardErrors),
        };
        return of(edges, this.#book.delta());
      }
      case 'output':
        return of(
          metricsDelta(checkpoint, {
            nodeMetrics: { ...event.effects },
            headScores: { ...event.headScores },
            task: { ...event.task },
            undefinedCount: event.undefinedCount,
          }),
        );
      case 'measured':
        return of(
          metricsDelta(checkpoint, {
            metrics: { ...event.metrics },
            metricErrors: { ...event.metricErrors },
            nodeMetrics: nodeMetricsOf(event),
            roles: event.roles,
          }),
        );
      case 'null-model':
        return of(metricsDelta(checkpoint, { nullScores: { ...event.nullScores } }));
      default:
        return unreachable(event);
    }
  }

  /** The run with its analysis, once; later checkpoints only have to agree. */
  #ofRun(found: Analysis): Observable<Delta> {
    if (!this.#analysis) {
      this.#analysis = found;
      return of({ type: 'run', run: { ...this.#options.past.run, analysis: found } });
    }
    const [expected, got] = [this.#analysis.model, found.model].map((model) => JSON.stringify(model));
    if (expected === got) return EMPTY;
    const sentence = `config.json: expected the model of this run's first checkpoint, ${expected}; found ${got}`;
    return throwError(() => new CheckpointFailure('unsupported-model', sentence));
  }
}

/** Adds what `event` tells to `graph`, which is kept for comparisons and for viewers who look back. */
function gather(graph: Graph, event: AnalysisEvent): void {
  if (event.type === 'layer') {
    for (const weight of event.weights) graph.weights.push(weight);
    if (event.standardErrors) {
      graph.standardErrors ??= [];
      for (const error of event.standardErrors) graph.standardErrors.push(error);
    }
  } else if (event.type === 'output') {
    Object.assign(graph.nodeMetrics, event.effects);
    Object.assign(graph.headScores, event.headScores);
  } else if (event.type === 'measured') {
    Object.assign(graph.nodeMetrics, nodeMetricsOf(event));
  }
}

function nodeMetricsOf(event: Extract<AnalysisEvent, { readonly type: 'measured' }>): Graph['nodeMetrics'] {
  return Object.fromEntries(Object.entries(event.nodeMetrics).map(([id, values]) => [id, [...values]]));
}
