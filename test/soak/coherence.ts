/**
 * What follows from the checkpoints of a run follows from those that it has, in whatever order they came and however
 * often the server was killed in between: comparisons with the checkpoint before, smoothed churn, segments, and phase
 * changes.
 */
import type { Checkpoint } from '../../protocol/state.ts';
import type { RunHistory } from '../../server/gateway/api.ts';
import { churnEwma } from '../../server/graph/churn-ewma.ts';
import { compare } from '../../server/graph/measure.ts';
import { detectAll, standing } from '../../server/phase/detector.ts';
import { segments } from '../../server/phase/segments.ts';
import { sampleFrom } from '../../server/phase/signals.ts';
import { Broken } from './broken.ts';
import { historyOf } from './rest.ts';
import { graphOver } from './viewer.ts';
import { differenceOf } from './witness.ts';
import type { World } from './world.ts';

export async function checkCoherent(world: World, run: string): Promise<void> {
  const history = await historyOf(world, run);
  if (history === null) return;
  const done = history.checkpoints.filter(({ status }) => status === 'done');
  await checkComparisons(world, run, done);
  checkSmoothed(run, done);
  checkPhases(run, history, done);
  world.count('runs found coherent');
}

async function checkComparisons(world: World, run: string, done: readonly Checkpoint[]): Promise<void> {
  let before: Float64Array | null = null;
  for (const [index, { id, metrics }] of done.entries()) {
    const weights = Float64Array.from((await graphOver(world.port, run, id, null)).weights);
    const expected: number | undefined = before === null ? undefined : compare(before, weights).churn;
    if (metrics.churn !== expected)
      throw new Broken(
        'compared with the checkpoint before',
        `${run}: ${id} after ${done[index - 1]?.id ?? 'none'}: expected churn ${expected}, got ${metrics.churn}`,
      );
    before = weights;
  }
}

function checkSmoothed(run: string, done: readonly Checkpoint[]): void {
  let previous: number | null = null;
  for (const { id, metrics } of done) {
    if (metrics.churn === undefined) continue;
    previous = churnEwma(previous, metrics.churn);
    if (metrics.churn_ewma !== previous)
      throw new Broken(
        'smoothed over the run',
        `${run}: ${id}: expected ${previous}, got ${metrics.churn_ewma}`,
      );
  }
}

function checkPhases(run: string, history: RunHistory, done: readonly Checkpoint[]): void {
  const samples = done.map((checkpoint, index) => sampleFrom(checkpoint, done[index - 1] ?? null));
  const changes = standing(detectAll(samples).events);
  const named: unknown = JSON.parse(JSON.stringify(segments(changes, samples)));
  const unlike = differenceOf(named, history.segments);
  if (unlike !== null) throw new Broken('phases follow from the checkpoints', `${run}: segments${unlike}`);
  const told = history.phaseChanges
    .filter(({ probability }) => probability > 0)
    .map(({ id, interval, probability, size }) => ({ id, interval, probability, size }));
  const found = changes.map(({ id, interval, probability, size }) => ({ id, interval, probability, size }));
  const difference = differenceOf(JSON.parse(JSON.stringify(found)), told);
  if (difference !== null)
    throw new Broken('phase changes follow from the checkpoints', `${run}: ${difference}`);
}
