/**
 * The page that `frames.ts` measures: one `phasewatch-graph` over a run that is made up in the page, of the shape of
 * Pythia-410M: 408 nodes, 79,764 possible edges, several checkpoints.
 *
 * Weights are w = exp(μ + σ z), at most 1, and drift by a quarter of their size from one checkpoint to the next; z
 * standard normal, seeded. Nothing is fetched: what is measured is drawing.
 */
import '../../client/elements/phasewatch-graph.ts';
import { Feed } from '../../client/feed/feed.ts';
import { Graphs } from '../../client/graphs.ts';
import type { RunSource, WatchedRun } from '../../client/watched-run.ts';
import { initialState } from '../../protocol/apply.ts';
import { type ComponentNode, possibleEdges } from '../../protocol/graph.ts';
import type { Checkpoint, Graph, RunState } from '../../protocol/state.ts';
import { seededRandom } from '../../server/base/random.ts';

const LAYERS = 24;
const HEADS = 16;
const CHECKPOINTS = 8;
const SEED = 1;
const MU = Math.log(0.03);
const SIGMA = 1;
const DRIFT = 0.25;

const random = seededRandom(SEED);
const nodes = Array.from({ length: LAYERS }, (_, layer): ComponentNode[] => [
  ...Array.from(
    { length: HEADS },
    (_, head): ComponentNode => ({ id: `L${layer}H${head}`, layer, kind: 'head', depth: layer }),
  ),
  { id: `L${layer}MLP`, layer, kind: 'mlp', depth: layer },
]).flat();
const edges = possibleEdges(nodes);
const graphs = madeGraphs();

class MadeRun implements WatchedRun {
  readonly graphs = new Graphs(() => Promise.reject(new Error('nothing is fetched here')));
  readonly run = 'made';
  readonly runs = [];
  readonly status = { phase: 'live' } as const;
  readonly resyncs = 0;
  readonly resumes = 0;
  readonly #listeners = new Set<() => void>();
  state: RunState = stateAt(0);

  open(): void {}
  close(): void {}
  retryNow(): void {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  show(index: number): void {
    this.state = stateAt(index);
    for (const listener of this.#listeners) listener();
  }
}

const run = new MadeRun();
const source: RunSource = { address: 'made', acquire: () => run, release: () => {}, enter: () => {} };
const widget = document.createElement('phasewatch-graph');
widget.feed = new Feed({ source, run: 'made' });
document.body.append(widget);

/** What `frames.ts` calls in the page. */
export type FramesPage = {
  ready(): Promise<number>;
  /** Points at one node after the other, one a frame. */
  hover(frames: number): Promise<number[]>;
  /** Goes to another checkpoint every `every` frames. */
  change(frames: number, every: number): Promise<number[]>;
  /** Draws another number of edges each frame, up to all that are drawn at most. */
  slide(frames: number): Promise<number[]>;
};

const page: FramesPage = {
  async ready() {
    widget.edgesMax = 5_000;
    await widget.flush();
    while (widget.getAttribute('data-edges') !== '5000') await widget.flush();
    return nodes.length;
  },
  hover(frames) {
    const stage = inside('.stage');
    const box = stage.getBoundingClientRect();
    const shapes = [...shadow().querySelectorAll<SVGElement>('svg.nodes [data-node]')];
    return framesOf(frames, (frame) => {
      const shape = shapes[(frame * 7) % shapes.length];
      const { x, y, width, height } = shape.getBoundingClientRect();
      const at = { clientX: x + width / 2, clientY: y + height / 2, bubbles: true, composed: true };
      // Every eighth frame beside the nodes, where the nearest of all edges is looked for.
      const target = frame % 8 === 7 ? stage : (shape.querySelector('.hit') ?? shape);
      target.dispatchEvent(
        new PointerEvent('pointermove', target === stage ? { ...at, clientX: box.x + 60 + frame } : at),
      );
    });
  },
  change(frames, every) {
    inside('.stage').dispatchEvent(new PointerEvent('pointerleave'));
    return framesOf(frames, (frame) => {
      if (frame % every === 0) run.show((frame / every + 1) % CHECKPOINTS);
    });
  },
  slide(frames) {
    return framesOf(frames, (frame) => {
      widget.edgesMax = Math.round(2_500 + 2_500 * Math.cos((frame / frames) * 2 * Math.PI));
    });
  },
};
Object.assign(globalThis, { page });

/** Does something each frame; the milliseconds between frames. */
function framesOf(frames: number, act: (frame: number) => void): Promise<number[]> {
  return new Promise((resolve) => {
    const millis: number[] = [];
    let before: number | null = null;
    const next = (now: number) => {
      if (before !== null) millis.push(now - before);
      before = now;
      if (millis.length === frames) return resolve(millis);
      act(millis.length);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

function shadow(): ShadowRoot {
  if (widget.shadowRoot === null) throw new Error('expected a graph that has been rendered');
  return widget.shadowRoot;
}

function inside(selector: string): Element {
  const element = shadow().querySelector(selector);
  if (element === null) throw new Error(`expected ${selector} in the graph, found none`);
  return element;
}

function madeGraphs(): Graph[] {
  let logs = Array.from(edges.targets, () => MU + SIGMA * normal());
  return Array.from({ length: CHECKPOINTS }, (_, index): Graph => {
    logs = logs.map((log) => log + DRIFT * normal());
    const weights = logs.map((log) => Math.min(1, Math.exp(log)));
    const strengths = { out: nodes.map(() => 0), in: nodes.map(() => 0) };
    weights.forEach((weight, edge) => {
      strengths.out[edges.sources[edge]] += weight;
      strengths.in[edges.targets[edge]] += weight;
    });
    return {
      checkpoint: `checkpoint-${index + 1}`,
      step: index + 1,
      weights,
      standardErrors: weights.map((weight) => weight / 10),
      nodeMetrics: { out_strength: strengths.out, in_strength: strengths.in },
      headScores: {},
    };
  });
}

function stateAt(index: number): RunState {
  const state = initialState({
    id: 'made',
    name: 'made',
    source: 'made',
    analysis: {
      model: {
        family: 'gpt_neox',
        layers: LAYERS,
        heads: HEADS,
        width: 1_024,
        headWidth: 64,
        mlpWidth: 4_096,
        vocabulary: 50_304,
      },
      nodes,
      ablation: 'zero',
      measure: 'cosine',
      probe: { kind: 'induction', prompts: 4, positions: 48, segment: 24, seed: 0 },
      activityThreshold: 0.3,
    },
  });
  return { ...state, checkpoints: graphs.map(checkpointOf), latest: graphs[index] };
}

function checkpointOf({ checkpoint, step }: Graph): Checkpoint {
  const ids = (count: number, from: number) => nodes.slice(from, from + count).map(({ id }) => id);
  return {
    id: checkpoint,
    step,
    content: null,
    status: 'done',
    metrics: {},
    metricErrors: {},
    nullScores: {},
    task: {},
    roles: { spreaders: ids(20, 0), gatherers: ids(20, 380), gatekeepers: ids(20, 200) },
    undefinedCount: 0,
    unchangedLayers: 0,
    identicalTo: null,
    millis: null,
    failure: null,
  };
}

/** Box and Muller's method. */
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

declare global {
  interface Window {
    readonly page: FramesPage;
  }
}
