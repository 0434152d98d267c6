/**
 * Graphs of earlier checkpoints, fetched one by one (rule H-2) and kept up to a bound, least recently used out first.
 *
 * A request under way is shared by all who ask. What arrives after `clear` or `forget` reaches those who asked but
 * is not kept: it may belong to an analysis that has begun anew.
 * Bound: 24 graphs; one of 408 nodes has 79,764 weights and as many errors, 1.3 MB, so about 31 MB.
 */
import * as v from 'valibot';
import { Graph } from '../protocol/state.ts';
import { type CheckpointKey, keyText } from './view/branches.ts';

const GRAPHS_KEPT_MAX = 24;

export type FetchGraph = (run: string, checkpoint: CheckpointKey) => Promise<Graph>;

export class Graphs {
  readonly #fetch: FetchGraph;
  /** By key, in order of use: the first was used longest ago. */
  readonly #kept = new Map<string, Graph>();
  readonly #underWay = new Map<string, Promise<Graph>>();

  constructor(fetchGraph: FetchGraph) {
    this.#fetch = fetchGraph;
  }

  get(key: CheckpointKey): Graph | null {
    const graph = this.#kept.get(keyText(key));
    if (graph === undefined) return null;
    this.keep(graph, key.branch);
    return graph;
  }

  /** @param branch that the checkpoint was left behind in, null for one of the run */
  keep(graph: Graph, branch: number | null = null): void {
    const text = keyText({ id: graph.checkpoint, branch });
    this.#kept.delete(text);
    this.#kept.set(text, graph);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= GRAPHS_KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
  }

  load(run: string, key: CheckpointKey): Promise<Graph> {
    const kept = this.get(key);
    if (kept !== null) return Promise.resolve(kept);
    const text = keyText(key);
    const before = this.#underWay.get(text);
    if (before !== undefined) return before;
    const request: Promise<Graph> = this.#fetch(run, key)
      .then((graph) => {
        if (this.#underWay.get(text) === request) this.keep(graph, key.branch);
        return graph;
      })
      .finally(() => {
        if (this.#underWay.get(text) === request) this.#underWay.delete(text);
      });
    this.#underWay.set(text, request);
    return request;
  }

  forget(key: CheckpointKey): void {
    const text = keyText(key);
    this.#kept.delete(text);
    this.#underWay.delete(text);
  }

  clear(): void {
    this.#kept.clear();
    this.#underWay.clear();
  }
}

/** @throws Error with a sentence for people. */
export async function fetchGraph(request: Promise<Response>): Promise<Graph> {
  const response = await request;
  if (response.status === 401) throw new Error('the server asks for a token');
  if (response.status === 404) throw new Error('the server no longer has this graph');
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const parsed = v.safeParse(Graph, await response.json());
  if (!parsed.success) throw new Error('the server sent what is not a graph');
  return parsed.output;
}
