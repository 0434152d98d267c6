/**
 * The columns of a chart of what the trainer logged: as those of a run (`run-columns.ts`), with a row a point of the one
 * curve. A curve is a value, and so are its columns: another curve has others.
 */
import type { Checkpoint, RunState } from '../../protocol/state.ts';
import type { TrainerCurve } from '../../protocol/trainer.ts';
import type { Columns } from './lines.ts';

/** What ids of metrics that a trainer logged begin with. */
export const TRAINER = 'trainer:';

const NONE: TrainerCurve = { name: '', steps: [], values: [], stride: 1, count: 0 };
const kept = new WeakMap<TrainerCurve, Columns>();

/** @param metric its id; a curve that is not there has no rows */
export function curveColumns({ trainer }: RunState, metric: string): Columns {
  const curve = trainer.find(({ name }) => TRAINER + name === metric) ?? NONE;
  const columns = kept.get(curve) ?? columnsOf(curve);
  kept.set(curve, columns);
  return columns;
}

function columnsOf({ name, steps, values }: TrainerCurve): Columns {
  const metric = TRAINER + name;
  const column = { metric, values, band: null, samples: values.length };
  return {
    version: 0,
    steps,
    failedSteps: [],
    column: () => column,
    get checkpoints() {
      return steps.map(
        (step, row) =>
          ({
            id: '',
            step,
            task: { [metric]: values[row] },
            metrics: {},
            metricErrors: {},
          }) as unknown as Checkpoint,
      );
    },
  };
}
