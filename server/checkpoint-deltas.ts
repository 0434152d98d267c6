/**
 * One checkpoint as deltas: started, the edges of each layer, metrics, comparisons with its neighbours, done.
 * What is wrong with the checkpoint ends as a `failure` delta and costs nothing else.
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
import type { Analysis, Delta, Graph, RunInfo } from '../protocol/state.ts';
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
  readonly run: RunInfo;
  readonly engine: Engine;
  readonly settings: Settings;
  readonly history: GraphHistory;
};

export class CheckpointDeltas {
  readonly #options: CheckpointDeltasOptions;
  readonly #book: ProgressBook;
  readonly #comparisons: Comparisons;
  /** Of the run's first readable checkpoint; all others must have the same. */
  #analysis: Analysis | null = null;
  /** The checkpoint that the engine analysed last. */
  #lastDone: string | null = null;

  constructor(options: CheckpointDeltasOptions, book: ProgressBook) {
    this.#options = options;
    this.#book = book;
    this.#comparisons = new Comparisons(options.engine, options.history);
  }

  /** @param broken emits when the files turn out broken while they are being read: newer than this analysis */
  of(ref: CheckpointRef, broken: Observable<unknown>): Observable<Delta> {
    const { engine, settings } = this.#options;
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
      let same = { unchanged: false, unchangedLayers: 0 };
      this.#comparisons.forget(ref.id);
      book.begin(ref.id);
      return concat(
        of<Delta[]>({ type: 'checkpoint-started', checkpoint: ref.id, step: ref.step }, book.delta()),
        engine.analyse(ref, settings).pipe(
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
          return of<Delta[]>(
            { type: 'checkpoint-done', checkpoint: ref.id, millis, unchangedLayers, identicalTo },
            book.delta(),
          );
        }),
      ).pipe(
        catchError((error: unknown) => {
          if (!(error instanceof CheckpointFailure)) return throwError(() => error);
          book.fail();
          const failure = { code: error.code, message: error.message };
          return of<Delta[]>({ type: 'failure', checkpoint: ref.id, step: ref.step, failure }, book.delta());
        }),
        takeUntil(broken.pipe(tap(() => book.fail()))),
      );
    });
  }

  /** Not taken now, since the analysis would fall behind. */
  leftOut(ref: CheckpointRef): Observable<Delta> {
    return defer(() => {
      this.#book.refuse(ref.id);
      return of<Delta[]>(
        { type: 'checkpoint-skipped', checkpoint: ref.id, step: ref.step },
        this.#book.delta(),
      );
    });
  }

  #deltasOf(checkpoint: string, event: AnalysisEvent): Observable<Delta> {
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
      return of({ type: 'run', run: { ...this.#options.run, analysis: found } });
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
