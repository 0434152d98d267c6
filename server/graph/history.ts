/**
 * Complete graphs of a run, for comparison and for viewers who look back. Bounded by bytes: over the bound the
 * graphs that were completed first are dropped, and `get` answers null for them.
 */
import type { Graph } from '../../protocol/state.ts';

const BYTES_PER_NUMBER = 8;

export class GraphHistory {
  readonly #bytesMax: number;
  /** Insertion order is completion order. */
  readonly #graphs = new Map<string, Graph>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  put(graph: Graph): void {
    this.delete(graph.checkpoint);
    this.#graphs.set(graph.checkpoint, graph);
    this.#bytes += bytesOf(graph);
    for (const id of this.#graphs.keys()) {
      if (this.#bytes <= this.#bytesMax || this.#graphs.size === 1) break;
      this.delete(id);
    }
  }

  delete(checkpoint: string): void {
    const graph = this.#graphs.get(checkpoint);
    if (!graph) return;
    this.#graphs.delete(checkpoint);
    this.#bytes -= bytesOf(graph);
  }

  get(checkpoint: string): Graph | null {
    return this.#graphs.get(checkpoint) ?? null;
  }

  /** The graphs next to `step` on either side. */
  neighbours(step: number): { readonly before: Graph | null; readonly after: Graph | null } {
    let before: Graph | null = null;
    let after: Graph | null = null;
    for (const graph of this.#graphs.values()) {
      if (graph.step < step && (!before || graph.step > before.step)) before = graph;
      if (graph.step > step && (!after || graph.step < after.step)) after = graph;
    }
    return { before, after };
  }
}

function bytesOf(graph: Graph): number {
  const nodeValues = Object.values(graph.nodeMetrics).reduce((count, values) => count + values.length, 0);
  return BYTES_PER_NUMBER * (graph.weights.length + (graph.standardErrors?.length ?? 0) + nodeValues);
}
