/**
 * What sets a checkpoint against the one before it by step: comparing metrics, and the churn smoothed over the run.
 *
 * A checkpoint that comes late is compared with the one before it, and the one after it anew; the smoothed churn of
 * all after it changes with that, and is stated anew where it does.
 */
import { concat, concatMap, defer, EMPTY, forkJoin, from, map, type Observable, of } from 'rxjs';
import type { ComponentNode } from '../protocol/graph.ts';
import type { Checkpoint, Delta, Graph } from '../protocol/state.ts';
import type { Engine } from './engine-process.ts';
import { churnEwma } from './graph/churn-ewma.ts';
import type { GraphHistory } from './graph/history.ts';
import { metricsDelta } from './metrics-delta.ts';

type Churn = {
  readonly step: number;
  readonly churn: number;
  /** As last stated. */
  ewma: number | null;
};

export class Comparisons {
  readonly #engine: Engine;
  readonly #history: GraphHistory;
  readonly #churns = new Map<string, Churn>();

  /** @param past checkpoints that were compared before this server was started */
  constructor(engine: Engine, history: GraphHistory, past: readonly Checkpoint[]) {
    this.#engine = engine;
    this.#history = history;
    for (const { id, step, metrics } of past)
      if (metrics.churn !== undefined)
        this.#churns.set(id, { step, churn: metrics.churn, ewma: metrics.churn_ewma ?? null });
  }

  /** Puts a complete graph beside its neighbours. */
  of(graph: Graph, nodes: readonly ComponentNode[]): Observable<Delta> {
    return defer(() => {
      const neighbours = this.#history.neighbours(graph.step);
      const [before, after] = [neighbours.before, neighbours.after].map((checkpoint) =>
        checkpoint === null ? of(null) : this.#history.get(checkpoint),
      );
      this.#history.put(graph);
      return forkJoin([before, after]).pipe(
        concatMap(([earlier, later]) =>
          concat(
            this.#compared(earlier, graph, nodes),
            this.#compared(graph, later, nodes),
            // Once both are known, or what follows would be stated twice.
            defer(() => from(this.#smoothed())),
          ),
        ),
      );
    });
  }

  /** The checkpoint begins anew, or failed. */
  forget(checkpoint: string): void {
    this.#history.delete(checkpoint);
    this.#churns.delete(checkpoint);
  }

  /** The training has gone back to before a step. */
  rewind(fromStep: number): void {
    this.#history.deleteFrom(fromStep);
    for (const [checkpoint, { step }] of this.#churns) if (step >= fromStep) this.#churns.delete(checkpoint);
  }

  #compared(before: Graph | null, after: Graph | null, nodes: readonly ComponentNode[]): Observable<Delta> {
    if (!before || !after) return EMPTY;
    const [p, q] = [before, after].map((graph) => Float64Array.from(graph.weights));
    return this.#engine.compare(nodes, p, q).pipe(
      map((metrics) => {
        const { churn } = metrics;
        const ewma = this.#churns.get(after.checkpoint)?.ewma ?? null;
        this.#churns.set(after.checkpoint, { step: after.step, churn, ewma });
        return metricsDelta(after.checkpoint, { metrics: { ...metrics } });
      }),
    );
  }

  /** The smoothed churn wherever it is another than last stated. */
  #smoothed(): Delta[] {
    const deltas: Delta[] = [];
    let previous: number | null = null;
    const byStep = [...this.#churns].sort(([, a], [, b]) => a.step - b.step);
    for (const [checkpoint, known] of byStep) {
      previous = churnEwma(previous, known.churn);
      if (previous === known.ewma) continue;
      known.ewma = previous;
      deltas.push(metricsDelta(checkpoint, { metrics: { churn_ewma: previous } }));
    }
    return deltas;
  }
}
