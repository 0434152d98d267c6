import { describe, expect, it } from 'vitest';
import { Graphs } from '../../client/graphs.ts';
import type { CheckpointKey } from '../../client/view/branches.ts';
import type { Graph } from '../../protocol/state.ts';
import { madeGraph } from './made.ts';

const ofRun = (id: string): CheckpointKey => ({ id, branch: null });

/** Requests that are answered by hand. */
function requests() {
  const waiting: {
    readonly checkpoint: CheckpointKey;
    readonly answer: (graph: Graph) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  const graphs = new Graphs(
    (_run, checkpoint) =>
      new Promise((answer, fail) => {
        waiting.push({ checkpoint, answer, fail });
      }),
  );
  return { graphs, waiting };
}

describe('Graphs', () => {
  it('asks once for what is asked for twice, and keeps the answer', async () => {
    const { graphs, waiting } = requests();
    const both = [graphs.load('r', ofRun('checkpoint-4')), graphs.load('r', ofRun('checkpoint-4'))];
    expect(waiting).toHaveLength(1);
    waiting[0].answer(madeGraph(4, [0.5]));
    expect((await Promise.all(both)).map(({ weights }) => weights)).toEqual([[0.5], [0.5]]);
    await graphs.load('r', ofRun('checkpoint-4'));
    expect(waiting).toHaveLength(1);
  });

  it('asks again after a failure', async () => {
    const { graphs, waiting } = requests();
    const first = graphs.load('r', ofRun('checkpoint-4'));
    waiting[0].fail(new Error('the server answered 500'));
    await expect(first).rejects.toThrow('the server answered 500');
    graphs.load('r', ofRun('checkpoint-4'));
    expect(waiting).toHaveLength(2);
  });

  it('does not keep what arrives after the checkpoint began anew', async () => {
    const { graphs, waiting } = requests();
    const asked = graphs.load('r', ofRun('checkpoint-4'));
    graphs.forget(ofRun('checkpoint-4'));
    waiting[0].answer(madeGraph(4, [0.5]));
    await asked;
    expect(graphs.get(ofRun('checkpoint-4'))).toBeNull();
  });

  it('keeps 24 graphs, least recently used out first', () => {
    const { graphs } = requests();
    for (let step = 0; step < 24; step += 1) graphs.keep(madeGraph(step, []));
    graphs.get(ofRun('checkpoint-0'));
    graphs.keep(madeGraph(24, []));
    expect(graphs.get(ofRun('checkpoint-1'))).toBeNull();
    expect(graphs.get(ofRun('checkpoint-0'))?.step).toBe(0);
    expect(graphs.get(ofRun('checkpoint-24'))?.step).toBe(24);
  });

  it('S-7: tells a checkpoint of the run from those of the same id that were left behind', async () => {
    const { graphs, waiting } = requests();
    const left = graphs.load('r', { id: 'checkpoint-4', branch: 0 });
    const own = graphs.load('r', ofRun('checkpoint-4'));
    expect(waiting.map(({ checkpoint }) => checkpoint.branch)).toEqual([0, null]);
    waiting[0].answer(madeGraph(4, [0.5]));
    waiting[1].answer(madeGraph(4, [0.25]));
    await Promise.all([left, own]);
    expect(graphs.get({ id: 'checkpoint-4', branch: 0 })?.weights).toEqual([0.5]);
    expect(graphs.get(ofRun('checkpoint-4'))?.weights).toEqual([0.25]);
    expect(graphs.get({ id: 'checkpoint-4', branch: 1 })).toBeNull();
  });
});
