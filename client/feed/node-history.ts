/**
 * The numbers of all nodes over the checkpoints of a run, for the charts of a node that is pinned. They stand in the graphs
 * only, so these are fetched one after the other while a node is pinned, at most 60 of them evenly spaced until all
 * are asked for; of each only the numbers of its nodes are kept.
 *
 * Bound: 400 checkpoints; of 408 nodes 5 numbers each and of 384 heads 4, 29 KB a checkpoint, so about 12 MB.
 */
import type { Graph, RunState } from '../../protocol/state.ts';
import { type CheckpointKey, keyText, lineOf } from '../view/branches.ts';
import { columnsOf, type NodeColumns } from '../view/node-numbers.ts';
import { coarseToFine, evenly } from '../view/sampling.ts';
import type { WatchedRun } from '../watched-run.ts';
import type { Feed } from './feed.ts';

const SAMPLED_MAX = 60;
const KEPT_MAX = 400;

type Wanted = { readonly key: CheckpointKey; readonly text: string };

export class NodeHistory {
  readonly #changed: () => void;
  /** By checkpoint and contents, in the order in which they came. */
  readonly #kept = new Map<string, NodeColumns>();
  #feed: Feed | null = null;
  #run: WatchedRun | null = null;
  #isAll = false;
  /** The run that graphs are being fetched of. */
  #fetching: WatchedRun | null = null;
  #problem: string | null = null;
  #wanted: readonly Wanted[] = [];
  #complete = 0;

  /** @param changed called when there is more of it */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** By step. */
  get columns(): readonly NodeColumns[] {
    return this.#wanted.flatMap(({ text }) => this.#kept.get(text) ?? []);
  }

  /** How many checkpoints are wanted now, and how many complete ones there are. */
  get counts(): { readonly wanted: number; readonly complete: number } {
    return { wanted: this.#wanted.length, complete: this.#complete };
  }

  /** Why it goes on no more. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Fetches what is missing from now on. */
  follow(feed: Feed): void {
    if (feed !== this.#feed || this.#run?.run !== feed.run) {
      this.rest();
      this.#kept.clear();
      this.#feed = feed;
      this.#run = feed.source.acquire(feed.run);
    }
    const { state } = feed;
    if (state === null) return;
    this.#want(state, feed.shownKey?.branch ?? null);
    if (feed.focus.kind === 'graph' && !feed.focus.partial && feed.shownKey)
      this.#take(feed.focus.graph, feed.shownKey);
    if (state.latest) this.#take(state.latest, { id: state.latest.checkpoint, branch: null });
    void this.#fetch(state.run.id);
  }

  /** All checkpoints, up to the bound. */
  all(): void {
    this.#isAll = true;
    this.retry();
  }

  retry(): void {
    this.#problem = null;
    if (this.#feed !== null) this.follow(this.#feed);
    this.#changed();
  }

  /** Nobody looks: what is under way is the last. */
  rest(): void {
    if (this.#run !== null) this.#feed?.source.release(this.#run);
    this.#run = null;
    this.#fetching = null;
    this.#feed = null;
    this.#problem = null;
    this.#isAll = false;
  }

  #want(state: RunState, branch: number | null): void {
    const complete = lineOf(state, branch).filter(({ checkpoint }) => checkpoint.status === 'done');
    const chosen = evenly(complete.length, this.#isAll ? KEPT_MAX : SAMPLED_MAX);
    this.#complete = complete.length;
    // The same id may mean another checkpoint after the training began again.
    this.#wanted = chosen.map((index) => {
      const { key, checkpoint } = complete[index];
      return { key, text: `${keyText(key)} ${checkpoint.content}` };
    });
  }

  #take(graph: Graph, key: CheckpointKey): void {
    const wanted = this.#wanted.find((one) => one.key.id === key.id && one.key.branch === key.branch);
    if (wanted !== undefined) this.#keep(wanted.text, graph);
  }

  #keep(text: string, graph: Graph): void {
    this.#kept.delete(text);
    this.#kept.set(text, columnsOf(graph));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
  }

  async #fetch(id: string): Promise<void> {
    const run = this.#run;
    if (run === null || this.#fetching === run) return;
    this.#fetching = run;
    for (let next = this.#missing(); next !== null && this.#problem === null; next = this.#missing()) {
      try {
        const graph = await run.graphs.load(id, next.key);
        if (run === this.#run) this.#keep(next.text, graph);
      } catch (error) {
        if (run === this.#run) this.#problem = error instanceof Error ? error.message : String(error);
      }
      // Another run is looked at now, or none.
      if (run !== this.#run) break;
      this.#changed();
    }
    if (this.#fetching === run) this.#fetching = null;
  }

  #missing(): Wanted | null {
    const order = coarseToFine(this.#wanted.length).map((index) => this.#wanted[index]);
    return order.find(({ text }) => !this.#kept.has(text)) ?? null;
  }
}
