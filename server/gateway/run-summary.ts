/** A run in the list of runs. */
import type { RunSummary } from '../../protocol/messages.ts';
import type { RunView } from '../log/run-view.ts';

export function runSummary({ id, state, epoch, offset, unkept }: RunView): RunSummary {
  return { id, name: state.run.name, epoch, offset, unkept };
}
