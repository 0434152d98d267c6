/**
 * The phase detector on seeded series: how soon it is sure of a change, and how often it is sure of one where there
 * is none. Sizes in standard deviations of the noise; delay in checkpoints; a change is found when an event of
 * probability ≥ 0.9 lies within PLACE_MAX checkpoints of it. Beside `trend`, which is used: the models that lost.
 */
import { detectAll, SURE_FROM } from '../../server/phase/detector.ts';
import type { PhaseChange, Sample } from '../../server/phase/phase-change.ts';
import { type Change, type Noise, type SeriesOptions, seriesOf } from '../phase/series.ts';

const RUNS = 20;
const SAMPLES = 120;
const CHANGE_AT = 60;
/** The kink of a ramp shows only when the ramp has left the noise. */
const PLACE_MAX = 5;
const CHANGES: readonly Change[] = ['step 3', 'step 6', 'ramp 1/2', 'variance ×9', 'variance ×25'];
const SIGNALS = [1, 6];

type Detector = {
  readonly name: string;
  readonly statements: (samples: readonly Sample[]) => readonly PhaseChange[];
};
const DETECTORS: readonly Detector[] = [
  { name: 'trend', statements: (samples) => detectAll(samples).events },
  { name: 'level', statements: (samples) => detectAll(samples, 'level').events },
  { name: 'increments', statements: (samples) => detectAll(increments(samples), 'level').events },
];

export async function benchPhases(print: (line: string) => void): Promise<void> {
  print(
    `Phase detector: ${RUNS} runs of ${SAMPLES} checkpoints a cell, change at ${CHANGE_AT}, seeds 1–${RUNS}`,
  );
  print(`| change | signals | ${DETECTORS.map(({ name }) => `${name}: found, median delay`).join(' | ')} |`);
  print(`|---|---|${DETECTORS.map(() => '---|').join('')}`);
  for (const change of CHANGES)
    for (const signals of SIGNALS)
      print(
        `| ${change} | ${signals} | ${DETECTORS.map((detector) => delays(detector, change, signals)).join(' | ')} |`,
      );

  print('');
  print(
    'False alarms: events of probability ≥ 0.9 at any time, per 1,000 checkpoints of noise (3,000 a cell)',
  );
  print(`| noise | signals | in common | ${DETECTORS.map(({ name }) => name).join(' | ')} |`);
  print(`|---|---|---|${DETECTORS.map(() => '---|').join('')}`);
  const noises: readonly (readonly [Noise, number, number])[] = [
    ['white', 1, 0],
    ['white', 6, 0],
    ['white', 6, 0.8],
    ['white', 6, 1],
    ['Student t3', 6, 0],
    ['AR(1/2)', 1, 0],
    ['AR(1/2)', 6, 0],
    ['random walk', 1, 0],
    ['random walk', 6, 0],
  ];
  for (const [noise, signals, common] of noises) {
    const cells = DETECTORS.map((detector) => falseAlarms(detector, { noise, signals, common }));
    print(`| ${noise} | ${signals} | ${100 * common} % | ${cells.join(' | ')} |`);
  }

  const begun = performance.now();
  detectAll(seriesOf({ samples: 1_000, signals: 7 }));
  print('');
  print(
    `One checkpoint of 7 signals: ${((performance.now() - begun) / 1_000).toFixed(2)} ms (mean of 1,000)`,
  );
}

function delays(detector: Detector, change: Change, signals: number): string {
  const found: number[] = [];
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const series = seriesOf({ seed, samples: SAMPLES, signals, change, changeAt: CHANGE_AT });
    const sure = detector
      .statements(series)
      .find(
        ({ probability, interval }) =>
          probability >= SURE_FROM && Math.abs(interval[1] / 10 - CHANGE_AT) <= PLACE_MAX,
      );
    if (sure) found.push(sure.reportedStep / 10 - CHANGE_AT);
  }
  found.sort((a, b) => a - b);
  const median = found.length === 0 ? '–' : String(found[(found.length - 1) >> 1]);
  return `${Math.round((100 * found.length) / RUNS)} %, ${median}`;
}

function falseAlarms(detector: Detector, options: Partial<SeriesOptions>): string {
  let alarms = 0;
  for (let seed = 1; seed <= 3; seed += 1) {
    const statements = detector.statements(seriesOf({ ...options, seed, samples: 1_000 }));
    alarms += new Set(statements.filter(({ probability }) => probability >= SURE_FROM).map(({ id }) => id))
      .size;
  }
  return (alarms / 3).toFixed(1);
}

/** Each signal as its differences: the other way to let a signal drift. */
function increments(samples: readonly Sample[]): Sample[] {
  return samples.slice(1).map((sample, index) => ({
    ...sample,
    signals: Object.fromEntries(
      Object.entries(sample.signals).map(([id, value]) => {
        const before = samples[index].signals[id] ?? null;
        return [id, value === null || before === null ? null : value - before];
      }),
    ),
  }));
}
