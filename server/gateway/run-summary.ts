/** The list of runs. */
import type { RunSummary } from '../../protocol/messages.ts';
import type { Runs } from '../log/run-view.ts';

export function runSummaries(runs: Runs): RunSummary[] {
  const more = runs.trainsMore ? { trainsMore: true } : {};
  return runs.all().map(({ id, state, epoch, offset, unkept }) => ({
    id,
    name: state.run.name,
    epoch,
    offset,
    unkept,
    ...more,
  }));
}
