/**
 * The metric families of the runs, for `/metrics`; each has the label `run`, which is the run's id.
 *
 *   phasewatch_source_reachable               gauge      1 or 0
 *   phasewatch_kept                           gauge      1 while results are kept on disk, else 0
 *   phasewatch_lag_checkpoints                gauge      checkpoints that are known and have not had their turn
 *   phasewatch_lag_steps                      gauge      steps from the newest done checkpoint to the newest announced
 *   phasewatch_remaining_seconds              gauge      time left for all known checkpoints, where it can be told
 *   phasewatch_latest_step                    gauge      step of the newest done checkpoint
 *   phasewatch_checkpoints{status}            gauge      computing, done, failed or skipped
 *   phasewatch_failed_checkpoints{code}       gauge      those that failed, by the code of their failure
 *   phasewatch_sweep_seconds                  histogram  time that a done checkpoint took, those of branches too
 *   phasewatch_phase_changes                  gauge      the probable ones
 *   phasewatch_branches                       gauge      left behind by a training that began again
 *   phasewatch_run_metric{metric}             gauge      of the newest done checkpoint, ids of protocol/metrics.ts
 *   phasewatch_run_metric_standard_error{metric}  gauge  the same’s, over prompts, where it is known
 *
 * A value that is not known has no sample. The histogram is made anew each time (20 ms for 5,000 checkpoints): its
 * counts fall where a checkpoint that was done begins again, which reads as the reset of a counter.
 * Series of a run: 12, one a failure code (there are 12), 13 of the histogram, and two for each of the 30 metrics and
 * measures of the catalogue: at most 97, whatever the run's length.
 */
import { Gauge, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';
import { PROBABLE } from '../../protocol/phases.ts';
import { Checkpoint, type RunState } from '../../protocol/state.ts';
import type { Runs, RunView } from '../log/run-view.ts';
import { pointOf, SERIES_METRICS } from './series.ts';

/** From a toy model on a quick machine to half a billion parameters on a slow one: see README, "How fast". */
const SWEEP_SECONDS_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600];

const STATUSES = Checkpoint.entries.status.options;

/** A sample of a run: its labels beside `run`, and its value. */
type Sample<Label extends string> = { readonly labels: Record<Label, string>; readonly value: number };

export function registerRunFamilies(registry: Registry<OpenMetricsContentType>, runs: Runs): void {
  const registers = [registry];

  const labelled = <Label extends string>(
    name: string,
    help: string,
    labels: readonly Label[],
    samples: (run: RunView) => readonly Sample<Label>[],
  ) =>
    new Gauge<string>({
      name,
      help,
      labelNames: ['run', ...labels],
      registers,
      collect() {
        // Runs go, and so do values.
        this.reset();
        for (const run of runs.all())
          for (const sample of samples(run)) this.set({ run: run.id, ...sample.labels }, sample.value);
      },
    });
  const single = (name: string, help: string, value: (run: RunView) => number | null) =>
    labelled<never>(name, help, [], (run) => {
      const known = value(run);
      return known === null ? [] : [{ labels: {}, value: known }];
    });

  single('phasewatch_source_reachable', 'Whether the source of the run can be reached.', ({ state }) =>
    state.progress.activity === 'missing' ? 0 : 1,
  );
  single('phasewatch_kept', 'Whether results of the run are kept on disk.', ({ unkept }) =>
    unkept === null ? 1 : 0,
  );
  single(
    'phasewatch_lag_checkpoints',
    'Checkpoints that are known and have not had their turn.',
    ({ state }) => state.progress.known - state.progress.taken,
  );
  single(
    'phasewatch_lag_steps',
    'Training steps from the newest done checkpoint to the newest announced, whatever became of it.',
    ({ state }) => lagSteps(state),
  );
  single(
    'phasewatch_remaining_seconds',
    'Expected time until all known checkpoints are done.',
    ({ state: { progress } }) => (progress.remainingMillis === null ? null : progress.remainingMillis / 1000),
  );
  single(
    'phasewatch_latest_step',
    'Training step of the newest done checkpoint.',
    ({ state }) => newestDone(state)?.step ?? null,
  );
  single(
    'phasewatch_phase_changes',
    'Phase changes that are more probable than not.',
    ({ state }) => state.phaseChanges.filter(({ probability }) => probability >= PROBABLE).length,
  );
  single(
    'phasewatch_branches',
    'Branches left behind by a training that began again.',
    ({ state }) => state.branches.length,
  );

  labelled('phasewatch_checkpoints', 'Checkpoints by status.', ['status'], ({ state }) =>
    STATUSES.map((status) => ({
      labels: { status },
      value: state.checkpoints.filter((checkpoint) => checkpoint.status === status).length,
    })),
  );
  labelled(
    'phasewatch_failed_checkpoints',
    'Checkpoints that failed, by code of the failure.',
    ['code'],
    ({ state }) => failuresByCode(state),
  );
  labelled(
    'phasewatch_run_metric',
    'Metrics and task measures of the newest done checkpoint, in the units of the catalogue.',
    ['metric'],
    ({ state }) => latestValues(state, 'value'),
  );
  labelled(
    'phasewatch_run_metric_standard_error',
    'Standard errors over prompts of the metrics of the newest done checkpoint.',
    ['metric'],
    ({ state }) => latestValues(state, 'standardError'),
  );

  new Histogram({
    name: 'phasewatch_sweep_seconds',
    help: 'Time that the analysis of a done checkpoint took.',
    labelNames: ['run'],
    buckets: SWEEP_SECONDS_BOUNDS,
    registers,
    collect() {
      this.reset();
      for (const run of runs.all()) {
        this.zero({ run: run.id });
        for (const millis of sweepMillis(run.state)) this.observe({ run: run.id }, millis / 1000);
      }
    },
  });
}

function newestDone(state: RunState): Checkpoint | undefined {
  return state.checkpoints.findLast(({ status }) => status === 'done');
}

function lagSteps(state: RunState): number | null {
  const done = newestDone(state);
  const newest = state.checkpoints.at(-1);
  return done && newest ? newest.step - done.step : null;
}

function failuresByCode(state: RunState): Sample<'code'>[] {
  const counts = new Map<string, number>();
  for (const { failure, status } of state.checkpoints)
    if (status === 'failed' && failure) counts.set(failure.code, (counts.get(failure.code) ?? 0) + 1);
  return [...counts].map(([code, value]) => ({ labels: { code }, value }));
}

/** Only of the catalogue, so that the number of series is bounded. */
function latestValues(state: RunState, what: 'value' | 'standardError'): Sample<'metric'>[] {
  const done = newestDone(state);
  if (!done) return [];
  return SERIES_METRICS.flatMap((metric) => {
    const value = pointOf(done, metric)?.[what] ?? null;
    return value === null ? [] : [{ labels: { metric }, value }];
  });
}

function sweepMillis(state: RunState): number[] {
  const all = [...state.branches.flatMap(({ checkpoints }) => checkpoints), ...state.checkpoints];
  return all.flatMap(({ status, millis }) => (status === 'done' && millis !== null ? [millis] : []));
}
