import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../protocol/state.ts';
import { ProgressBook } from '../../server/progress.ts';
import { progressLine } from '../../server/terminal/progress-line.ts';
import { madeCheckpoint } from '../client/made.ts';

/** Two layers of one head and one MLP: layer 0 runs 1 row, layer 1 runs 1 + 2. */
const nodes: Analysis['nodes'] = [0, 1].flatMap((layer) => [
  { id: `L${layer}H0`, layer, kind: 'head', depth: layer },
  { id: `L${layer}MLP`, layer, kind: 'mlp', depth: layer },
]);
const ANALYSIS: Analysis = {
  model: { family: 'gpt_neox', layers: 2, heads: 1, width: 8, headWidth: 8, mlpWidth: 8, vocabulary: 9 },
  nodes,
  ablation: 'zero',
  measure: 'cosine',
  probe: { kind: 'tokens', prompts: 1, positions: 4 },
  activityThreshold: 0.3,
};

describe('the time left', () => {
  it('is what is expected before anything ran, then follows the share of rows done', () => {
    let now = 0;
    const book = new ProgressBook([], () => now);
    book.know('a');
    book.know('b');
    book.begin('a');
    expect(book.progress().remainingMillis).toBeNull();
    book.open(ANALYSIS, 500);
    expect(book.progress().remainingMillis).toBe(1_000);
    now = 100;
    book.finishLayer(0);
    // 1 of 4 rows in 100 ms: 400 ms a checkpoint, 300 left of this one and 400 for the next.
    expect(book.progress()).toMatchObject({ layersDone: 1, layers: 2, remainingMillis: 700 });
  });

  it('follows the mean of those that an earlier server finished, where there are any', () => {
    let now = 0;
    const past = [200, 400, null].map((millis, step) => ({ ...madeCheckpoint(step), millis }));
    const book = new ProgressBook(past, () => now);
    book.know('a');
    book.begin('a');
    book.open(ANALYSIS, 5_000);
    now = 100;
    expect(book.progress().remainingMillis).toBe(200);
  });

  it('follows the mean of the finished checkpoints after that', () => {
    let now = 0;
    const book = new ProgressBook([], () => now);
    for (const checkpoint of ['a', 'b', 'c']) book.know(checkpoint);
    book.begin('a');
    book.open(ANALYSIS, 500);
    now = 200;
    expect(book.finish()).toBe(200);
    book.begin('b');
    now = 250;
    expect(book.progress().remainingMillis).toBe(150 + 200);
    book.fail();
    book.begin('c');
    book.finish();
    expect(book.progress()).toMatchObject({ activity: 'waiting', checkpoint: null, remainingMillis: 0 });
  });
});

describe('the progress line', () => {
  it('shows the share done, the checkpoint, its layer and the time left', () => {
    const line = progressLine({
      activity: 'analysing',
      checkpoint: 'checkpoint-8',
      taken: 2,
      known: 4,
      layersDone: 1,
      layers: 2,
      remainingMillis: 1_400,
      message: null,
    });
    // 1.5 of 4 checkpoints: 9 of 24 blocks
    expect(line).toBe(`${'█'.repeat(9)}${'░'.repeat(15)} 2 of 4: checkpoint-8, layer 1 of 2, about 2 s left`);
  });
});
