/** What of a run's state becomes an alert, and that nothing does twice. */
import { describe, expect, it } from 'vitest';
import { initialState } from '../../protocol/apply.ts';
import type { Progress, RunState } from '../../protocol/state.ts';
import { RunAlerts } from '../../server/alert/run-alerts.ts';
import { madeCheckpoint } from '../client/made.ts';
import { madeChange } from './made.ts';

const EMPTY = initialState({ id: 'r', name: 'r', source: '/r', analysis: null });
const with_ = (more: Partial<RunState>): RunState => ({ ...EMPTY, ...more });
const failed = (step: number, message: string) =>
  madeCheckpoint(step, { status: 'failed', failure: { code: 'truncated', message } });
const doing = (activity: Progress['activity'], message: string | null = null) => ({
  progress: { ...EMPTY.progress, activity, message },
});

/** Looks at one state after the other; what each look says, in short. */
function told(past: RunState, ...states: readonly (RunState | { unkept: string | null })[]): string[][] {
  const alerts = new RunAlerts(past);
  let seen = { state: past, unkept: null as string | null, isEndNews: false };
  return states.map((next) => {
    seen = 'unkept' in next ? { ...seen, ...next } : { ...seen, state: next };
    return alerts.look(seen).map((happening) => {
      switch (happening.type) {
        case 'phase-change':
        case 'phase-change-taken-back':
          return `${happening.type} ${happening.change.probability} ${happening.checkpoint}`;
        case 'checkpoint-failed':
          return `failed ${happening.checkpoint}: ${happening.failure.message}`;
        case 'run-ended':
          return `ended: ${happening.message} ${happening.done}/${happening.failed}`;
        default:
          return happening.type;
      }
    });
  });
}

describe('a phase change', () => {
  const at = (probability: number, revision = 0) =>
    with_({ checkpoints: [madeCheckpoint(550)], phaseChanges: [madeChange(probability, { revision })] });

  it('is told when it is first probable, once more when it is taken back, and not for each revision', () => {
    expect(told(EMPTY, at(0.49), at(0.5), at(0.7, 1), at(0.98, 2), at(0, 3), at(0, 4))).toEqual([
      [],
      ['phase-change 0.5 checkpoint-550'],
      [],
      [],
      ['phase-change-taken-back 0 checkpoint-550'],
      [],
    ]);
  });

  it('that the log has is not told again, but that it is taken back is', () => {
    expect(told(at(0.9), at(0.9), at(0.95, 1), at(0.1, 2))).toEqual([
      [],
      [],
      ['phase-change-taken-back 0.1 checkpoint-550'],
    ]);
  });

  it('that a rewound training leaves behind is not taken back', () => {
    expect(told(at(0.9), with_({}), at(0.9))).toEqual([[], ['phase-change 0.9 checkpoint-550']]);
  });
});

describe('a failed checkpoint', () => {
  const wrong = (message: string) => with_({ checkpoints: [failed(600, message)] });
  const tried = with_({ checkpoints: [madeCheckpoint(600, { status: 'computing' })] });

  it('is told once for what is wrong with it, however often it is tried', () => {
    expect(told(EMPTY, wrong('cut'), wrong('cut'), tried, wrong('cut'), wrong('cut elsewhere'))).toEqual([
      ['failed checkpoint-600: cut'],
      [],
      [],
      [],
      ['failed checkpoint-600: cut elsewhere'],
    ]);
  });

  it('that the log has is not told again', () => {
    expect(told(wrong('cut'), tried, wrong('cut'))).toEqual([[], []]);
  });

  it('that was mended and breaks again in a training that began again is', () => {
    const done = with_({ checkpoints: [madeCheckpoint(600)] });
    expect(told(wrong('cut'), done, wrong('cut'))).toEqual([[], ['failed checkpoint-600: cut']]);
  });
});

describe('the end of a run', () => {
  const checkpoints = [madeCheckpoint(1), failed(2, 'cut')];

  it('is told once, with what came of it, after all else', () => {
    const end = with_({ checkpoints, ...doing('ended', 'the last step') });
    expect(told(EMPTY, end, { ...end })).toEqual([
      ['failed checkpoint-2: cut', 'ended: the last step 1/1'],
      [],
    ]);
  });

  it('is told again when the run had gone on, and not when it was out of reach', () => {
    const going = with_({ checkpoints, ...doing('analysing') });
    const end = with_({ checkpoints, ...doing('ended') });
    const gone = with_({ checkpoints, ...doing('missing', 'no such directory') });
    expect(told(with_({}), end, gone, end, going, end).map((all) => all.length)).toEqual([2, 0, 0, 0, 1]);
  });

  it('that was there before the server looked, with nothing new since, is not told', () => {
    const past = with_({ checkpoints });
    expect(told(past, with_({ checkpoints, ...doing('ended') }))).toEqual([[]]);
    const alerts = new RunAlerts(past);
    const seen = { state: with_({ checkpoints, ...doing('ended') }), unkept: null, isEndNews: true };
    expect(alerts.look(seen).map(({ type }) => type)).toEqual(['run-ended']);
  });
});

it('results that are not kept are told, and that they are again', () => {
  expect(told(EMPTY, { unkept: 'full' }, { unkept: 'full' }, { unkept: null })).toEqual([
    ['results-not-kept'],
    [],
    ['results-kept-again'],
  ]);
});
