import { firstValueFrom } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Graph } from '../../protocol/state.ts';
import { GraphHistory } from '../../server/graph/history.ts';

/** Of 10 numbers: 80 bytes. */
const graph = (checkpoint: string, step: number): Graph => ({
  checkpoint,
  step,
  weights: [step, 1, 2, 3],
  standardErrors: [0, 0, 0, 0],
  nodeMetrics: { out_strength: [1, 2] },
  headScores: {},
});
const [a, b, c] = [graph('a', 10), graph('b', 20), graph('c', 30)];

describe('past graphs', () => {
  it('are dropped from memory in the order of their completion, and stay known', async () => {
    const stored = vi.fn(async (checkpoint: string) => (checkpoint === 'c' ? c : null));
    const history = new GraphHistory({ bytesMax: 160, stored });
    for (const each of [c, a, b]) history.put(each);
    expect([history.peek('a'), history.peek('b'), history.peek('c')]).toEqual([a, b, null]);
    expect(await firstValueFrom(history.get('c'))).toBe(c);
    expect(await firstValueFrom(history.get('a'))).toBe(a);
    expect(stored.mock.calls).toEqual([['c']]);
    expect(history.neighbours(25)).toEqual({ before: 'b', after: 'c' });
  });

  it('are bounded after one came again, and the newest is held however large it is', () => {
    const history = new GraphHistory({ bytesMax: 160 });
    for (const each of [a, b, a, a, b]) history.put(each);
    expect([history.peek('a'), history.peek('b')]).toEqual([a, b]);
    const small = new GraphHistory({ bytesMax: 1 });
    for (const each of [a, b]) small.put(each);
    expect([small.peek('a'), small.peek('b')]).toEqual([null, b]);
  });

  it('that are stored are neighbours and are fetched; others are not asked for', async () => {
    const stored = vi.fn(async () => a);
    const history = new GraphHistory({ bytesMax: 160, stored });
    history.know('a', 10);
    expect(history.neighbours(11)).toEqual({ before: 'a', after: null });
    expect(await firstValueFrom(history.get('a'))).toBe(a);
    expect(await firstValueFrom(history.get('z'))).toBeNull();
    expect(stored.mock.calls).toEqual([['a']]);
  });

  it('have no neighbour at their own step', () => {
    const history = new GraphHistory({ bytesMax: 1_000 });
    for (const each of [a, b, c]) history.put(each);
    expect(history.neighbours(20)).toEqual({ before: 'a', after: 'c' });
    expect(history.neighbours(5)).toEqual({ before: null, after: 'a' });
  });

  it('from a step on are forgotten when the training begins again there', async () => {
    const stored = vi.fn(async () => c);
    const history = new GraphHistory({ bytesMax: 160, stored });
    history.know('d', 40);
    for (const each of [a, b, c]) history.put(each);
    history.deleteFrom(20);
    expect(history.neighbours(15)).toEqual({ before: 'a', after: null });
    for (const gone of ['b', 'c', 'd']) expect(await firstValueFrom(history.get(gone))).toBeNull();
    expect(stored).not.toHaveBeenCalled();
    // Their bytes are free again.
    for (const each of [b, c]) history.put(each);
    expect([history.peek('b'), history.peek('c')]).toEqual([b, c]);
  });
});
