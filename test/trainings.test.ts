/** The trainings of a demo: which may be started, and the runs that come of them. */
import { expect, it } from 'vitest';
import { TRAININGS_AT_ONCE_MAX, TRAININGS_MAX } from '../server/base/config.ts';
import { DemoTrainings } from '../server/trainings.ts';

function made(seed = 0, induction = 0.7) {
  const begun: { readonly words: readonly string[]; end(): void; isStopped: boolean }[] = [];
  const trainings = new DemoTrainings({
    directory: '/runs',
    options: { seed, induction },
    words: ['--layers=3', '--seed=5'],
    say() {},
    train({ directory, words }) {
      let ended: string | null = null;
      const training = {
        words: [directory, ...words],
        isStopped: false,
        end() {
          ended = 'over';
        },
      };
      begun.push(training);
      return {
        ended: () => ended,
        stop() {
          training.isStopped = true;
        },
      };
    },
  });
  const runs: string[] = [];
  trainings.runs.subscribe(({ run }) => runs.push(`${run.id}: ${run.name}`));
  return { trainings, begun, runs };
}

it('differ in their seeds and in nothing else', () => {
  const { trainings, begun, runs } = made(5);
  trainings.start(5);
  expect(trainings.start(null)).toMatchObject({ type: 'started', run: 'demo-seed-6', seed: 6 });
  expect(trainings.start(2)).toMatchObject({ type: 'started', run: 'demo-seed-2', seed: 2 });
  expect(begun.map(({ words }) => words)).toEqual([
    ['/runs/demo', '--layers=3', '--seed=5', '--seed=5'],
    ['/runs/demo-seed-6', '--layers=3', '--seed=5', '--seed=6'],
    ['/runs/demo-seed-2', '--layers=3', '--seed=5', '--seed=2'],
  ]);
  expect(runs).toEqual([
    'demo: Demo: a small model learns to copy (seed 5)',
    'demo-seed-6: Demo: a small model learns to copy (seed 6)',
    'demo-seed-2: Demo: a small model learns to copy (seed 2)',
  ]);
});

it('are not started twice with one seed', () => {
  const { trainings, begun } = made();
  trainings.start(0);
  expect(trainings.start(0)).toEqual({
    type: 'taken',
    sentence: 'expected a seed that was not trained with so far, got 0',
  });
  expect(begun).toHaveLength(1);
});

it('are so many at once, and then wait for one to end', () => {
  const { trainings, begun } = made();
  for (let count = 0; count < TRAININGS_AT_ONCE_MAX; count++) trainings.start(null);
  expect(trainings.start(null)).toMatchObject({
    type: 'taken',
    sentence: expect.stringContaining('4 are under way'),
  });
  begun[1].end();
  expect(trainings.start(null)).toMatchObject({ type: 'started', seed: TRAININGS_AT_ONCE_MAX });
});

it('are so many in all, ended ones too', () => {
  const { trainings, begun } = made();
  for (let count = 0; count < TRAININGS_MAX; count++) {
    expect(trainings.start(null).type).toBe('started');
    begun[count].end();
  }
  expect(trainings.start(null)).toMatchObject({
    type: 'taken',
    sentence: expect.stringContaining('at most 32'),
  });
});

it('say when there is nothing to learn from, and stop together', () => {
  const { trainings, begun, runs } = made(0, 0);
  trainings.start(0);
  trainings.start(1);
  expect(runs[0]).toBe('demo: Demo: a control run, with nothing to copy (seed 0)');
  trainings.stop();
  expect(begun.map(({ isStopped }) => isStopped)).toEqual([true, true]);
});
