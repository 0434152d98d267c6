/**
 * Graphs of earlier checkpoints, fetched one by one (rule H-2) and kept up to a bound, least recently used out first.
 *
 * A request under way is shared by all who ask. What arrives after `clear` or `forget` reaches those who asked but
 * is not kept: it may belong to an analysis that has begun anew.
 * Bound: 24 graphs; one of 408 nodes has 79,764 weights and as many errors, 1.3 MB, so about 31 MB.
 */
import { Graph } from '../protocol/state.ts';

const GRAPHS_KEPT_MAX = 24;

export type FetchGraph = (run: string, checkpoint: string) => Promise<Graph>;

export class Graphs {
  readonly #fetch: FetchGraph;
  /** In order of use: the first was used longest ago. */
  readonly #kept = new Map<string, Graph>();
  readonly #underWay = new Map<string, Promise<Graph>>();

  constructor(fetchGraph: FetchGraph) {
    this.#fetch = fetchGraph;
  }

  get(checkpoint: string): Graph | null {
    const graph = this.#kept.get(checkpoint);
    if (graph === undefined) return null;
    this.keep(graph);
    return graph;
  }

  keep(graph: Graph): void {
    this.#kept.delete(graph.checkpoint);
    this.#kept.set(graph.checkpoint, graph);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= GRAPHS_KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
  }

  load(run: string, checkpoint: string): Promise<Graph> {
    const kept = this.get(checkpoint);
    if (kept !== null) return Promise.resolve(kept);
    const before = this.#underWay.get(checkpoint);
    if (before !== undefined) return before;
    const request: Promise<Graph> = this.#fetch(run, checkpoint)
      .then((graph) => {
        if (this.#underWay.get(checkpoint) === request) this.keep(graph);
        return graph;
      })
      .finally(() => {
        if (this.#underWay.get(checkpoint) === request) this.#underWay.delete(checkpoint);
      });
    this.#underWay.set(checkpoint, request);
    return request;
  }

  forget(checkpoint: string): void {
    this.#kept.delete(checkpoint);
    this.#underWay.delete(checkpoint);
  }

  clear(): void {
    this.#kept.clear();
    this.#underWay.clear();
  }
}

/** @throws Error with a sentence for people. */
export async function fetchGraph(address: string): Promise<Graph> {
  const response = await fetch(address);
  if (response.status === 404) throw new Error('the server no longer has this graph');
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const parsed = Graph.safeParse(await response.json());
  if (!parsed.success) throw new Error('the server sent what is not a graph');
  return parsed.data;
}
