/** How phases.md says the detector is judged, on stored signals (test/fixtures/phases/README.md). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detectAll, SURE_FROM, standing } from '../../server/phase/detector.ts';
import type { PhaseChange, Sample } from '../../server/phase/phase-change.ts';
import { segments } from '../../server/phase/segments.ts';
import { phasesOfTable, readTable } from '../../server/phase/table.ts';
import { seriesOf } from './series.ts';

describe('sample run', () => {
  it.each(['sample-run', 'sample-run-default-probe'])('%s: induction forms between 512 and 600', (name) => {
    const { events } = detectAll(samplesOf(name));
    const changes = sure(events);
    const induction = changes.find(({ interval }) => interval[0] >= 512 && interval[1] <= 600);
    expect(induction?.signals.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['induction_score', 'log_total_strength', 'gini']),
    );
    const reported = events.find(({ id, probability }) => id === induction?.id && probability >= SURE_FROM);
    expect(reported?.reportedStep).toBeLessThanOrEqual(600);
    expect(Math.max(...changes.map(({ size }) => size))).toBe(induction?.size);
    expect(Math.max(...changes.map(({ probability }) => probability))).toBe(induction?.probability);
    expect(sureAfter(events, 1000)).toEqual([]);
    expect(sureAfter(events, 600).length).toBeLessThanOrEqual(1);
  });

  it.each(['sample-run', 'sample-run-default-probe'])('%s: has its names in order', (name) => {
    const samples = samplesOf(name);
    const named = segments(standing(detectAll(samples).events), samples);
    expect(named[0].name).toBe('exploration');
    expect(named.find(({ from, to }) => from <= 600 && to >= 600)?.name).toBe('consolidation');
    expect(named.at(-1)?.name).toBe('refinement');
    for (const { reasons } of named) expect(reasons.length).toBeGreaterThanOrEqual(3);
  });

  it.each([0, 1])('finds it with every second checkpoint (from the one of index %i on)', (offset) => {
    const thinned = samplesOf('sample-run').filter((_, index) => index % 2 === offset);
    const changes = sure(detectAll(thinned).events);
    expect(changes.filter(({ interval }) => interval[0] >= 500 && interval[1] <= 650)).toHaveLength(1);
    expect(changes.filter(({ interval }) => interval[1] > 700)).toEqual([]);
  });

  it('finds it without being told of the task', () => {
    const graphOnly = samplesOf('sample-run').map((sample) => ({
      ...sample,
      signals: { ...sample.signals, induction_score: null },
    }));
    expect(sure(detectAll(graphOnly).events).map(({ interval }) => interval)).toContainEqual([512, 550]);
  });
});

describe('other runs', () => {
  it.each([
    ['induction-run', 275, 325],
    ['induction-run-other-seed', 300, 325],
  ])('%s: one change after the start, when induction forms', (name, from, to) => {
    const late = sure(detectAll(samplesOf(name)).events).filter(({ interval }) => interval[1] > 100);
    expect(late).toHaveLength(1);
    expect(late[0].interval).toEqual([from, to]);
  });

  it.each(['control-run', 'control-run-other-seed'])('%s: silent after its first 300 steps', (name) => {
    const { events } = detectAll(samplesOf(name));
    expect(events.filter(({ interval }) => interval[1] > 300)).toEqual([]);
  });
});

describe('paper', () => {
  const lines = phasesOfTable(fixture('paper-nodes-and-edges-by-step'), null);
  const starts = lines.flatMap((line) =>
    line.type === 'phases' ? line.segments.map(({ from }) => from) : [],
  );

  it('turns near step 2,000 to 3,000 and reorganises between 80,000 and 88,000', () => {
    const found = sure(lines.filter((line) => line.type === 'phase-change'));
    expect(found.some(({ interval: [from, to] }) => from <= 2_000 && to >= 2_000 && to <= 3_000)).toBe(true);
    expect(found.some(({ interval: [from, to] }) => from >= 80_000 && to <= 88_000)).toBe(true);
    expect(starts).toContain(3_000);
    expect(starts).toContain(81_000);
  });

  it('has segments, not shreds', () => {
    expect(starts.length).toBeLessThanOrEqual(12);
  });
});

describe('noise', () => {
  it.each([
    { signals: 1, common: 0, alarmsMax: 0 },
    { signals: 6, common: 0, alarmsMax: 0 },
    { signals: 6, common: 1, alarmsMax: 2 },
  ])('%o: false alarms in 1,000 checkpoints', ({ signals, common, alarmsMax }) => {
    const { events } = detectAll(seriesOf({ seed: 11, samples: 1_000, signals, common }));
    const alarms = new Set(events.filter(({ probability }) => probability >= SURE_FROM).map(({ id }) => id));
    expect(alarms.size).toBeLessThanOrEqual(alarmsMax);
  });
});

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/phases/${name}.csv`, import.meta.url), 'utf8');
}

function samplesOf(name: string): readonly Sample[] {
  return readTable(fixture(name), null).samples;
}

function sure(statements: readonly PhaseChange[]): PhaseChange[] {
  return standing(statements).filter(({ probability }) => probability >= SURE_FROM);
}

function sureAfter(statements: readonly PhaseChange[], step: number): PhaseChange[] {
  return sure(statements).filter(({ interval }) => interval[1] > step);
}
