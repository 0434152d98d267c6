/** A stream from its log: what it was when the server before ended, at whatever point. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { apply, initialState } from '../../protocol/apply.ts';
import type { Delta, Graph, RunState } from '../../protocol/state.ts';
import { seededRandom } from '../../server/base/random.ts';
import { EventLog, recordOf } from '../../server/log/event-log.ts';
import { RunStream, type RunStreamOptions } from '../../server/log/run-stream.ts';
import { DeltaWalk, RUN, walked } from './delta-walk.ts';
import { madeLog } from './made-log.ts';
import { scratch } from './scratch.ts';

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);

async function opened(directory: string, options: Partial<RunStreamOptions> = {}): Promise<RunStream> {
  const log =
    directory === null ? null : await EventLog.open({ directory, bytesMax: Number.POSITIVE_INFINITY });
  const stream = await RunStream.open({ run: RUN, log, ...options });
  onTestFinished(() => stream.close());
  return stream;
}

function publishAll(stream: RunStream, deltas: readonly Delta[]): Promise<void> {
  for (const delta of deltas) stream.publish(delta);
  return stream.settled();
}

const withoutProgress = ({ progress: _, ...rest }: RunState) => rest;

/** All graphs that were completed, as they were then. */
class Witness {
  readonly graphs: { readonly checkpoint: string; branch: number | null; readonly graph: Graph }[] = [];

  see(before: RunState, delta: Delta, after: RunState): void {
    if (delta.type === 'rewound') {
      for (const seen of this.graphs)
        if (seen.branch === null && seen.graph.step >= delta.fromStep) seen.branch = before.branches.length;
    } else if (delta.type === 'checkpoint-done' && after.latest) {
      this.graphs.push({ checkpoint: delta.checkpoint, branch: null, graph: after.latest });
    }
  }
}

describe('a stream that is opened again', () => {
  it.each(SEEDS)('S-2: stands exactly where it stood, at whatever point it ended, seed %i', async (seed) => {
    const random = seededRandom(seed);
    const directory = scratch();
    const deltas = walked(seed, 60);
    let at = 0;
    let epoch: string | null = null;
    while (at < deltas.length) {
      const stream = await opened(directory);
      expect(withoutProgress(stream.state)).toEqual(
        withoutProgress(deltas.slice(0, at).reduce(apply, initialState(RUN))),
      );
      expect([stream.offset, stream.epoch]).toEqual([at, epoch ?? stream.epoch]);
      expect(stream.state.progress).toEqual(initialState(RUN).progress);
      epoch = stream.epoch;
      const next = deltas.slice(at, at + 1 + Math.floor(25 * random()));
      await publishAll(stream, next);
      at += next.length;
      await stream.close();
    }
  });

  it.each(SEEDS)(
    'H-2: has every graph of the run and its branches as it was completed, seed %i',
    async (seed) => {
      const directory = scratch();
      const walk = new DeltaWalk(seed);
      while (walk.state.branches.length < 2) walk.step();
      const witness = new Witness();
      let state = initialState(RUN);
      for (const delta of walk.deltas) {
        const after = apply(state, delta);
        witness.see(state, delta, after);
        state = after;
      }
      const stream = await opened(directory);
      await publishAll(stream, walk.deltas);
      await stream.close();
      const again = await opened(directory);
      expect(witness.graphs.length).toBeGreaterThan(1);
      expect(witness.graphs.some(({ branch }) => branch !== null)).toBe(true);
      for (const { checkpoint, branch, graph } of witness.graphs)
        expect(await again.graph(checkpoint, branch)).toEqual(graph);
      for (const { id, status } of again.state.checkpoints)
        if (status !== 'done') expect(await again.graph(id, null)).toBeNull();
      expect(await again.graph('none', null)).toBeNull();
      expect(await again.graph('c10', 1_000)).toBeNull();
    },
  );

  it('S-2: goes on with a checkpoint that was interrupted after its first layers', async () => {
    const directory = scratch();
    const begun: Delta[] = [
      { type: 'checkpoint-started', checkpoint: 'a', step: 10, content: 'x' },
      { type: 'edges', checkpoint: 'a', layer: 0, firstEdge: 0, weights: [0.5, 0.25], standardErrors: null },
      // A failure of another one comes in between.
      { type: 'failure', checkpoint: 'b', step: 20, failure: { code: 'truncated', message: 'cut' } },
      { type: 'edges', checkpoint: 'a', layer: 1, firstEdge: 2, weights: [0.125], standardErrors: null },
    ];
    const stream = await opened(directory);
    await publishAll(stream, begun);
    await stream.close();
    const again = await opened(directory);
    expect(again.state.partial).toMatchObject({ checkpoint: 'a', weights: [0.5, 0.25, 0.125] });
    again.publish({
      type: 'edges',
      checkpoint: 'a',
      layer: 2,
      firstEdge: 3,
      weights: [1],
      standardErrors: null,
    });
    again.publish({
      type: 'checkpoint-done',
      checkpoint: 'a',
      millis: 1,
      unchangedLayers: 0,
      identicalTo: null,
    });
    await again.settled();
    await again.close();
    expect((await opened(directory)).state.latest?.weights).toEqual([0.5, 0.25, 0.125, 1]);
  });

  it('takes name and source from who opens it, and its analysis from the log', async () => {
    const directory = scratch();
    const stream = await opened(directory);
    await publishAll(stream, walked(1, 1));
    const { analysis } = stream.state.run;
    await stream.close();
    const again = await opened(directory, { run: { ...RUN, name: 'another name' } });
    expect(again.state.run).toEqual({ ...RUN, name: 'another name', analysis });
    expect(analysis?.nodes).toHaveLength(4);
  });

  it('is damaged where its deltas do not follow from one another', async () => {
    const { log } = await madeLog(scratch());
    await log.append([recordOf(1, 0, { type: 'metrics', ...EMPTY_METRICS, checkpoint: 'nowhere' })]);
    await expect(RunStream.open({ run: RUN, log })).rejects.toMatchObject({
      name: 'LogProblem',
      code: 'damaged',
    });
  });
});

const EMPTY_METRICS = {
  metrics: {},
  metricErrors: {},
  nullScores: {},
  nodeMetrics: {},
  headScores: {},
  task: {},
  roles: {},
  undefinedCount: null,
};
