/**
 * The page of `frames-chart.ts`: widgets over a scripted run, and what `requestAnimationFrame` says of the time between
 * frames while it grows.
 */
import '../../client/elements/phasewatch-chart.ts';
import '../../client/elements/phasewatch-metrics.ts';
import { Feed } from '../../client/feed/feed.ts';
import { Graphs } from '../../client/graphs.ts';
import type { RunSource, WatchedRun } from '../../client/watched-run.ts';
import { initialState } from '../../protocol/apply.ts';
import type { Checkpoint, RunState } from '../../protocol/state.ts';

export type Scenario = {
  readonly element: 'phasewatch-metrics' | 'phasewatch-chart';
  /** Checkpoints that are there. */
  readonly present: number;
  readonly perSecond: number;
  /** Whether what is shown is panned in every frame. */
  readonly isPanned: boolean;
  readonly seconds: number;
};

export type Frames = {
  readonly millis: readonly number[];
  readonly longTasks: number;
  readonly scriptMillis: number;
};

const METRICS = ['total_strength', 'active_edges', 'active_nodes', 'density', 'gini', 'churn', 'churn_floor'];
const TASKS = ['loss_first_half', 'loss_second_half', 'induction_score', 'accuracy_second_half'];

class ScriptedRun implements WatchedRun {
  readonly graphs = new Graphs(() => Promise.reject(new Error('there are no graphs here')));
  readonly runs = [{ id: 'r', name: 'scripted', epoch: 'e', offset: 0, unkept: null }];
  readonly run = 'r';
  readonly status = { phase: 'live' } as const;
  readonly resyncs = 0;
  readonly resumes = 0;
  readonly #listeners = new Set<() => void>();
  state: RunState;

  constructor(present: number) {
    const checkpoints = Array.from({ length: present }, (_, row) => checkpointAt(row));
    this.state = {
      ...initialState({ id: 'r', name: 'scripted', source: 'script', analysis: null }),
      checkpoints,
    };
  }

  grow(): void {
    const { checkpoints } = this.state;
    this.state = { ...this.state, checkpoints: [...checkpoints, checkpointAt(checkpoints.length)] };
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(): void {}
  close(): void {}
  retryNow(): void {}
}

export async function framesOf({
  element,
  present,
  perSecond,
  isPanned,
  seconds,
}: Scenario): Promise<Frames> {
  const run = new ScriptedRun(present);
  const source: RunSource = { address: 'script', acquire: () => run, release: () => {}, enter: () => {} };
  const feed = new Feed({ source, run: null });
  const widget = document.createElement(element);
  widget.feed = feed;
  widget.style.cssText = 'display: flex; height: 880px;';
  document.body.replaceChildren(widget);
  await widget.flush();
  await new Promise((resolve) => setTimeout(resolve, 500));

  let longTasks = 0;
  const observer = new PerformanceObserver((list) => {
    longTasks += list.getEntries().length;
  });
  observer.observe({ type: 'longtask' });
  const growing = perSecond > 0 ? setInterval(() => run.grow(), 1000 / perSecond) : undefined;
  const millis: number[] = [];
  let scriptMillis = 0;
  const end = performance.now() + seconds * 1000;
  await new Promise<void>((resolve) => {
    const frame = (now: number, before: number | null) => {
      if (before !== null) millis.push(now - before);
      if (isPanned) {
        const from = ((now / 20) % 50) / 100;
        feed.lookAt({ zoom: [from * present, (from + 0.5) * present] });
      }
      const begun = performance.now();
      // After the microtasks of this frame, in which lit and uPlot do their work.
      queueMicrotask(() =>
        queueMicrotask(() => {
          scriptMillis += performance.now() - begun;
        }),
      );
      if (now >= end) resolve();
      else requestAnimationFrame((next) => frame(next, now));
    };
    requestAnimationFrame((now) => frame(now, null));
  });
  clearInterval(growing);
  observer.disconnect();
  return { millis, longTasks, scriptMillis };
}

/** A slow curve with noise on it, the same whenever it is asked for. */
function checkpointAt(row: number): Checkpoint {
  const value = (index: number) =>
    1 + Math.sin(row / 40 + index) + 0.1 * Math.sin(row * 12.9898 + index * 78.233);
  const of = (names: readonly string[], scale: number) =>
    Object.fromEntries(names.map((name, index) => [name, scale * value(index)]));
  return {
    id: `checkpoint-${row}`,
    step: row,
    content: null,
    status: 'done',
    metrics: of(METRICS, 1),
    metricErrors: of(METRICS.slice(0, 5), 0.1),
    nullScores: {},
    task: of(TASKS, 1),
    roles: null,
    undefinedCount: 0,
    unchangedLayers: 0,
    identicalTo: null,
    millis: 100,
    failure: null,
  };
}

Object.assign(globalThis, { framesOf });
