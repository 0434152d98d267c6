import { spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { Counters, disconnectReasonOf } from '../../server/gateway/counters.ts';
import { metricsRoute } from '../../server/gateway/openmetrics.ts';
import { SERIES_METRICS } from '../../server/gateway/series.ts';
import type { Runs, RunView } from '../../server/log/run-view.ts';
import { answer, asked, type MadeRun, madeChange, madeCheckpoint, madeRun, madeRuns } from './made-runs.ts';
import { openMetricsFrom } from './openmetrics-text.ts';

/** One route for all tests, as a process has one; what it is asked about changes. */
const all: RunView[] = [];
const runs: Runs = { ...madeRuns(), all: () => all };
const counters = new Counters();
const alerts = new Map([
  ['sent', 3],
  ['dropped', 0],
]);
const route = metricsRoute(runs, counters, alerts);

const scraped = async () => openMetricsFrom((await answer(route, '/metrics')).text);
/** Samples of a family whose names begin with phasewatch_, as they are written. */
async function samplesOf(family: string): Promise<Record<string, number>> {
  const found = (await scraped()).get(family);
  if (!found) throw new Error(`expected a family ${family}`);
  return Object.fromEntries(found.samples);
}

let run: MadeRun;
beforeEach(() => {
  run = madeRun('my-model');
  all.splice(0, all.length, run);
});

describe('/metrics', () => {
  it('H-5: is OpenMetrics text, of the process, the server and each run', async () => {
    run.state = {
      ...run.state,
      checkpoints: [madeCheckpoint(1, { millis: 20, metrics: { gini: 0.5 }, metricErrors: { gini: 0.1 } })],
    };
    const { status, text, contentType } = await answer(route, '/metrics');
    expect({ status, contentType }).toEqual({
      status: 200,
      contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    });
    const families = openMetricsFrom(text);
    expect(families.get('process_resident_memory_bytes')?.type).toBe('gauge');
    expect(families.get('process_cpu_seconds')?.type).toBe('counter');
    expect(families.get('nodejs_gc_duration_seconds')?.type).toBe('histogram');
    const own = [...families].filter(([name]) => name.startsWith('phasewatch_'));
    expect(own.map(([name, { type }]) => `${name} ${type}`).sort()).toEqual([
      'phasewatch_alerts counter',
      'phasewatch_branches gauge',
      'phasewatch_bytes_sent counter',
      'phasewatch_checkpoints gauge',
      'phasewatch_failed_checkpoints gauge',
      'phasewatch_kept gauge',
      'phasewatch_lag_checkpoints gauge',
      'phasewatch_lag_steps gauge',
      'phasewatch_latest_step gauge',
      'phasewatch_messages_sent counter',
      'phasewatch_outbox_bytes gauge',
      'phasewatch_phase_changes gauge',
      'phasewatch_remaining_seconds gauge',
      'phasewatch_resyncs counter',
      'phasewatch_run_metric gauge',
      'phasewatch_run_metric_standard_error gauge',
      'phasewatch_source_reachable gauge',
      'phasewatch_sweep_seconds histogram',
      'phasewatch_viewers gauge',
      'phasewatch_viewers_disconnected counter',
    ]);
    expect(own.filter(([, { help }]) => !/^[A-Z].*\.$/.test(help))).toEqual([]);
  });

  it('counts alerts by what became of them', async () => {
    expect(await samplesOf('phasewatch_alerts')).toEqual({
      'phasewatch_alerts_total{outcome="sent"}': 3,
      'phasewatch_alerts_total{outcome="dropped"}': 0,
    });
  });

  it('is the same family again at the next scrape', async () => {
    const [first, second] = [await scraped(), await scraped()];
    expect([...second.keys()]).toEqual([...first.keys()]);
  });

  it('leaves other paths and methods to others', async () => {
    expect(await asked(route, '/metrics/x')).toBeNull();
    expect(await asked(route, '/metrics', {}, 'POST')).toBeNull();
  });

  it('does not keep a process alive', () => {
    const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { createRequire } from 'node:module';
        const { collectDefaultMetrics, Registry } = createRequire(${url('./openmetrics.test.ts')})('prom-client');
        const registry = new Registry();
        collectDefaultMetrics({ register: registry });
        await registry.metrics();
        console.log('scraped');`,
      ],
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'scraped\n' });
  });
});

describe('the metrics of a run', () => {
  it('H-5: have the newest done checkpoint’s values and standard errors', async () => {
    run.state = {
      ...run.state,
      checkpoints: [
        madeCheckpoint(100, { metrics: { gini: 0.1 } }),
        madeCheckpoint(200, {
          metrics: { gini: 0.5, modularity: -0.25, not_in_the_catalogue: 1 },
          metricErrors: { gini: 0.125 },
          task: { loss_first_half: 3.5 },
        }),
        madeCheckpoint(300, { status: 'computing', metrics: { gini: 0.9 } }),
      ],
    };
    expect(await samplesOf('phasewatch_run_metric')).toEqual({
      'phasewatch_run_metric{run="my-model",metric="gini"}': 0.5,
      'phasewatch_run_metric{run="my-model",metric="modularity"}': -0.25,
      'phasewatch_run_metric{run="my-model",metric="loss_first_half"}': 3.5,
    });
    expect(await samplesOf('phasewatch_run_metric_standard_error')).toEqual({
      'phasewatch_run_metric_standard_error{run="my-model",metric="gini"}': 0.125,
    });
    expect(await samplesOf('phasewatch_latest_step')).toEqual({
      'phasewatch_latest_step{run="my-model"}': 200,
    });
  });

  it('tell how far it lags and how long it takes', async () => {
    run.state = {
      ...run.state,
      checkpoints: [madeCheckpoint(100), madeCheckpoint(200), madeCheckpoint(450, { status: 'skipped' })],
      progress: { ...run.state.progress, known: 9, taken: 3, remainingMillis: 2500 },
    };
    expect(await samplesOf('phasewatch_lag_checkpoints')).toEqual({
      'phasewatch_lag_checkpoints{run="my-model"}': 6,
    });
    expect(await samplesOf('phasewatch_lag_steps')).toEqual({ 'phasewatch_lag_steps{run="my-model"}': 250 });
    expect(await samplesOf('phasewatch_remaining_seconds')).toEqual({
      'phasewatch_remaining_seconds{run="my-model"}': 2.5,
    });
  });

  it('leave out what is not known', async () => {
    run.state = { ...run.state, progress: { ...run.state.progress, remainingMillis: null } };
    for (const family of [
      'lag_steps',
      'remaining_seconds',
      'latest_step',
      'run_metric',
      'failed_checkpoints',
    ])
      expect(await samplesOf(`phasewatch_${family}`)).toEqual({});
  });

  it('count checkpoints by status and failures by code', async () => {
    const failed = (step: number, code: string) =>
      madeCheckpoint(step, { status: 'failed', failure: { code, message: 'm' } });
    run.state = {
      ...run.state,
      checkpoints: [
        madeCheckpoint(1),
        madeCheckpoint(2),
        failed(3, 'truncated'),
        failed(4, 'truncated'),
        failed(5, 'engine'),
        madeCheckpoint(6, { status: 'computing' }),
      ],
    };
    expect(await samplesOf('phasewatch_checkpoints')).toEqual({
      'phasewatch_checkpoints{run="my-model",status="computing"}': 1,
      'phasewatch_checkpoints{run="my-model",status="done"}': 2,
      'phasewatch_checkpoints{run="my-model",status="failed"}': 3,
      'phasewatch_checkpoints{run="my-model",status="skipped"}': 0,
    });
    expect(await samplesOf('phasewatch_failed_checkpoints')).toEqual({
      'phasewatch_failed_checkpoints{run="my-model",code="truncated"}': 2,
      'phasewatch_failed_checkpoints{run="my-model",code="engine"}': 1,
    });
  });

  it('count the probable phase changes, and the branches', async () => {
    run.state = {
      ...run.state,
      phaseChanges: [madeChange(0.2), madeChange(0.5), madeChange(0.9)],
      branches: [{ fromStep: 3, checkpoints: [], phaseChanges: [] }],
    };
    expect(await samplesOf('phasewatch_phase_changes')).toEqual({
      'phasewatch_phase_changes{run="my-model"}': 2,
    });
    expect(await samplesOf('phasewatch_branches')).toEqual({ 'phasewatch_branches{run="my-model"}': 1 });
  });

  it('say whether it is watched and kept', async () => {
    const both = async () => [
      (await samplesOf('phasewatch_source_reachable'))['phasewatch_source_reachable{run="my-model"}'],
      (await samplesOf('phasewatch_kept'))['phasewatch_kept{run="my-model"}'],
    ];
    expect(await both()).toEqual([1, 1]);
    run.unkept = 'the disk is full';
    run.state = { ...run.state, progress: { ...run.state.progress, activity: 'missing' } };
    expect(await both()).toEqual([0, 0]);
  });

  it('put the times of done checkpoints, of branches too, into buckets', async () => {
    run.state = {
      ...run.state,
      checkpoints: [
        madeCheckpoint(1, { millis: 100 }),
        madeCheckpoint(2, { millis: 400 }),
        madeCheckpoint(3, { millis: 700_000 }),
        madeCheckpoint(4, { millis: 9, status: 'failed' }),
      ],
      branches: [{ fromStep: 2, checkpoints: [madeCheckpoint(2, { millis: 2000 })], phaseChanges: [] }],
    };
    const samples = await samplesOf('phasewatch_sweep_seconds');
    const upTo = (bound: string) => samples[`phasewatch_sweep_seconds_bucket{le="${bound}",run="my-model"}`];
    expect(['0.1', '0.25', '0.5', '1.0', '2.5', '600.0', '+Inf'].map(upTo)).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect(samples['phasewatch_sweep_seconds_count{run="my-model"}']).toBe(4);
    expect(samples['phasewatch_sweep_seconds_sum{run="my-model"}']).toBeCloseTo(702.5, 9);
    expect(await samplesOf('phasewatch_sweep_seconds')).toEqual(samples);
  });

  it('are gone with the run, and are of every run', async () => {
    all.push(madeRun('other'));
    expect(Object.keys(await samplesOf('phasewatch_kept'))).toEqual([
      'phasewatch_kept{run="my-model"}',
      'phasewatch_kept{run="other"}',
    ]);
    all.shift();
    expect(Object.keys(await samplesOf('phasewatch_kept'))).toEqual(['phasewatch_kept{run="other"}']);
    expect(Object.keys(await samplesOf('phasewatch_sweep_seconds'))).not.toContain(
      'phasewatch_sweep_seconds_count{run="my-model"}',
    );
  });

  it('escape a name that holds quotes, backslashes or breaks', async () => {
    all.splice(0, 1, madeRun('a"b\\c\nd,le="1"'));
    expect(Object.keys(await samplesOf('phasewatch_kept'))).toEqual([
      String.raw`phasewatch_kept{run="a\"b\\c\nd,le=\"1\""}`,
    ]);
  });

  it('are a bounded number, whatever the length of the run', async () => {
    const everything = Object.fromEntries(SERIES_METRICS.map((metric) => [metric, 1]));
    const count = async () =>
      [...(await scraped()).values()]
        .flatMap(({ samples }) => [...samples.keys()])
        .filter((sample) => sample.includes('run="my-model"')).length;
    const checkpoints = Array.from({ length: 300 }, (_, step) =>
      madeCheckpoint(step, { metrics: everything, task: everything, metricErrors: everything, millis: step }),
    );
    run.state = { ...run.state, checkpoints: checkpoints.slice(0, 2) };
    const short = await count();
    run.state = { ...run.state, checkpoints };
    expect(await count()).toBe(short);
    expect(short).toBeLessThan(98);
  });
});

describe('the metrics of the server', () => {
  it('H-5: are those of the counters', async () => {
    const before = await samplesOf('phasewatch_viewers_disconnected');
    const gone = [
      counters.connected(() => 100),
      counters.connected(() => 23),
      counters.connected(() => 1000),
    ];
    counters.sent(40);
    counters.sent(2);
    counters.resynced();
    gone[2]('too-slow');
    gone[2]('left');
    expect(await samplesOf('phasewatch_viewers')).toEqual({ phasewatch_viewers: 2 });
    expect(await samplesOf('phasewatch_outbox_bytes')).toEqual({ phasewatch_outbox_bytes: 123 });
    expect(await samplesOf('phasewatch_resyncs')).toEqual({ phasewatch_resyncs_total: 1 });
    expect(await samplesOf('phasewatch_messages_sent')).toEqual({ phasewatch_messages_sent_total: 2 });
    expect(await samplesOf('phasewatch_bytes_sent')).toEqual({ phasewatch_bytes_sent_total: 42 });
    expect(Object.values(before).every((count) => count === 0)).toBe(true);
    expect(await samplesOf('phasewatch_viewers_disconnected')).toEqual({
      ...before,
      'phasewatch_viewers_disconnected_total{reason="too-slow"}': 1,
    });
    gone[0]('left');
    gone[1]('lost');
    expect(await samplesOf('phasewatch_viewers')).toEqual({ phasewatch_viewers: 0 });
    expect(await samplesOf('phasewatch_outbox_bytes')).toEqual({ phasewatch_outbox_bytes: 0 });
  });

  it.each([
    [1000, 'left'],
    [1001, 'left'],
    [1005, 'left'],
    [1006, 'lost'],
    [1009, 'too-large'],
    [4400, 'bad-message'],
    [4404, 'unknown-run'],
    [4406, 'bad-version'],
    [4408, 'too-slow'],
    [4429, 'too-many'],
    [4999, 'left'],
  ])('count a connection that closed with %d as %s', (code, reason) => {
    expect(disconnectReasonOf(code)).toBe(reason);
  });
});
