import { describe, expect, it } from 'vitest';
import { Graphs } from '../../client/graphs.ts';
import type { Graph } from '../../protocol/state.ts';
import { madeGraph } from './made.ts';

/** Requests that are answered by hand. */
function requests() {
  const waiting: {
    readonly checkpoint: string;
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
    const both = [graphs.load('r', 'checkpoint-4'), graphs.load('r', 'checkpoint-4')];
    expect(waiting).toHaveLength(1);
    waiting[0].answer(madeGraph(4, [0.5]));
    expect((await Promise.all(both)).map(({ weights }) => weights)).toEqual([[0.5], [0.5]]);
    await graphs.load('r', 'checkpoint-4');
    expect(waiting).toHaveLength(1);
  });

  it('asks again after a failure', async () => {
    const { graphs, waiting } = requests();
    const first = graphs.load('r', 'checkpoint-4');
    waiting[0].fail(new Error('the server answered 500'));
    await expect(first).rejects.toThrow('the server answered 500');
    graphs.load('r', 'checkpoint-4');
    expect(waiting).toHaveLength(2);
  });

  it('does not keep what arrives after the checkpoint began anew', async () => {
    const { graphs, waiting } = requests();
    const asked = graphs.load('r', 'checkpoint-4');
    graphs.forget('checkpoint-4');
    waiting[0].answer(madeGraph(4, [0.5]));
    await asked;
    expect(graphs.get('checkpoint-4')).toBeNull();
  });

  it('keeps 24 graphs, least recently used out first', () => {
    const { graphs } = requests();
    for (let step = 0; step < 24; step += 1) graphs.keep(madeGraph(step, []));
    graphs.get('checkpoint-0');
    graphs.keep(madeGraph(24, []));
    expect(graphs.get('checkpoint-1')).toBeNull();
    expect(graphs.get('checkpoint-0')?.step).toBe(0);
    expect(graphs.get('checkpoint-24')?.step).toBe(24);
  });
});
