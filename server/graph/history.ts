/**
 * Complete graphs of a run, for comparison and for viewers who look back: the newest ones in memory, the others from
 * wherever they are stored. Bounded by bytes: over the bound the graphs that were completed first are dropped from
 * memory; which checkpoints have a graph, and their steps, stays known.
 */
import { from, type Observable, of } from 'rxjs';
import type { Graph } from '../../protocol/state.ts';

const BYTES_PER_NUMBER = 8;

export type GraphHistoryOptions = {
  readonly bytesMax: number;
  /** A complete graph that is no longer in memory, null where it is not kept. */
  readonly stored?: (checkpoint: string) => Promise<Graph | null>;
};

export class GraphHistory {
  readonly #bytesMax: number;
  readonly #stored: (checkpoint: string) => Promise<Graph | null>;
  /** Of every checkpoint that has a graph. */
  readonly #steps = new Map<string, number>();
  /** Insertion order is completion order. */
  readonly #graphs = new Map<string, Graph>();
  #bytes = 0;

  constructor({ bytesMax, stored = async () => null }: GraphHistoryOptions) {
    this.#bytesMax = bytesMax;
    this.#stored = stored;
  }

  /** A checkpoint whose graph is stored, not in memory. */
  know(checkpoint: string, step: number): void {
    this.#steps.set(checkpoint, step);
  }

  put(graph: Graph): void {
    this.delete(graph.checkpoint);
    this.#steps.set(graph.checkpoint, graph.step);
    this.#graphs.set(graph.checkpoint, graph);
    this.#bytes += bytesOf(graph);
    for (const id of this.#graphs.keys()) {
      if (this.#bytes <= this.#bytesMax || this.#graphs.size === 1) break;
      this.#drop(id);
    }
  }

  delete(checkpoint: string): void {
    this.#drop(checkpoint);
    this.#steps.delete(checkpoint);
  }

  /** Those of a step and all later ones. */
  deleteFrom(step: number): void {
    for (const [checkpoint, own] of this.#steps) if (own >= step) this.delete(checkpoint);
  }

  /** At once where it is in memory. */
  get(checkpoint: string): Observable<Graph | null> {
    const graph = this.peek(checkpoint);
    if (graph || !this.#steps.has(checkpoint)) return of(graph);
    return from(this.#stored(checkpoint));
  }

  /** From memory only. */
  peek(checkpoint: string): Graph | null {
    return this.#graphs.get(checkpoint) ?? null;
  }

  /** The checkpoints with a graph next to `step` on either side. */
  neighbours(step: number): { readonly before: string | null; readonly after: string | null } {
    let before: readonly [string, number] | null = null;
    let after: readonly [string, number] | null = null;
    for (const [checkpoint, own] of this.#steps) {
      if (own < step && (!before || own > before[1])) before = [checkpoint, own];
      if (own > step && (!after || own < after[1])) after = [checkpoint, own];
    }
    return { before: before?.[0] ?? null, after: after?.[0] ?? null };
  }

  #drop(checkpoint: string): void {
    const graph = this.#graphs.get(checkpoint);
    if (!graph) return;
    this.#graphs.delete(checkpoint);
    this.#bytes -= bytesOf(graph);
  }
}

function bytesOf(graph: Graph): number {
  const nodeValues = Object.values(graph.nodeMetrics).reduce((count, values) => count + values.length, 0);
  return BYTES_PER_NUMBER * (graph.weights.length + (graph.standardErrors?.length ?? 0) + nodeValues);
}
