/** What time, states and news are called, and where they stand. */
import { describe, expect, it } from 'vitest';
import { type Alert, Alerts } from '../../client/feed/alerts.ts';
import { statusFigure } from '../../client/figure/status-figure.ts';
import { listOf } from '../../client/view/checkpoint-list.ts';
import { connectionWords, cutOffText } from '../../client/view/connection-words.ts';
import { factsOf } from '../../client/view/facts.ts';
import { KEY_HELP } from '../../client/view/key-help.ts';
import { actionOf } from '../../client/view/keys.ts';
import { connectionNotice, noticeOf } from '../../client/view/notice.ts';
import { progressLine } from '../../client/view/progress.ts';
import {
  nearestStop,
  type Strip,
  speedText,
  stopText,
  stripAxis,
  tickPath,
} from '../../client/view/scrubber.ts';
import { dateText } from '../../client/view/time.ts';
import { LoneRun } from './lone-run.ts';
import { madeAnalysis, madeChange, madeCheckpoint, madeState, NODES } from './made.ts';

const FAILURE = { code: 'torn', message: 'It is torn.' };
const failed = (step: number) => madeCheckpoint(step, { status: 'failed', failure: FAILURE });
const plain = (key: string) => ({ key, ctrlKey: false, metaKey: false, altKey: false });

describe('the strip', () => {
  const strip: Strip = {
    stops: [madeCheckpoint(0), failed(500), madeCheckpoint(1000)].map((checkpoint) => ({
      key: { id: checkpoint.id, branch: null },
      checkpoint,
    })),
    range: [0, 1000],
    axis: 'linear',
  };

  it('means the checkpoint that is nearest on the axis shown', () => {
    expect([0, 0.24, 0.26, 0.74, 0.76, 2].map((share) => nearestStop(strip, share))).toEqual([
      0, 0, 1, 1, 2, 2,
    ]);
    // asinh(500) is 9/10 of the way to asinh(1000).
    expect(nearestStop({ ...strip, axis: 'asinh' }, 0.76)).toBe(1);
    expect(nearestStop({ ...strip, stops: [] }, 0.5)).toBe(-1);
  });

  it('draws a tick for each checkpoint of a status where it stands', () => {
    expect(tickPath(strip, 'done', 8, 14)).toBe('M0.0 8V14M1000.0 8V14');
    expect(tickPath(strip, 'failed', 1, 8)).toBe('M500.0 1V8');
    expect(tickPath(strip, 'skipped', 1, 8)).toBe('');
  });

  it('leaves no checkpoint out where step 0 has no place on the axis', () => {
    expect(stripAxis('log', [0, 1000])).toBe('asinh');
    expect(stripAxis('log', [1, 1000])).toBe('log');
    expect(stripAxis('linear', [0, 1000])).toBe('linear');
  });

  it('says which one it is at, out of how many, and what is amiss', () => {
    expect(stopText(strip, 2)).toBe('checkpoint-1000, step 1,000, 3 of 3');
    expect(stopText(strip, 1)).toBe('checkpoint-500, step 500, 2 of 3, could not be analysed');
    expect(stopText(strip, -1)).toBe('no checkpoint yet');
    expect([speedText(1), speedText(16)]).toEqual(['1 checkpoint a second', '16 checkpoints a second']);
  });
});

describe('the keys', () => {
  it('mean what the help says, and nothing with a modifier', () => {
    expect(
      ['ArrowLeft', 'ArrowRight', ' ', 'L', 't', '?', '2', '5', '0', 'x'].map((key) => actionOf(plain(key))),
    ).toEqual([
      { kind: 'step', by: -1 },
      { kind: 'step', by: 1 },
      { kind: 'play' },
      { kind: 'live' },
      { kind: 'theme' },
      { kind: 'help' },
      { kind: 'view', view: 'matrix' },
      null,
      null,
      null,
    ]);
    expect(actionOf({ ...plain('l'), ctrlKey: true })).toBeNull();
    expect(KEY_HELP[0].keys.flatMap(({ keys }) => keys)).toEqual([
      '←',
      '→',
      'Space',
      'L',
      '1',
      '2',
      '3',
      '4',
      'T',
      '?',
    ]);
  });
});

describe('a date', () => {
  it('is said as the reader says it', () => {
    const at = '2026-11-25T02:10:00';
    expect(dateText(at, 'en-GB')).toBe('25 Nov 2026, 02:10');
    expect(dateText(at, 'de-DE')).toBe('25.11.2026, 02:10');
    expect(dateText('yesterday', 'en-GB')).toBe('yesterday');
  });
});

describe('the states', () => {
  it('say of a recording until when it goes, and that nothing is added to it', () => {
    const at = '2026-11-25T02:10:00';
    const words = connectionWords({ phase: 'recorded', at }, 0);
    expect(words.words).toBe(`recorded until ${dateText(at)}`);
    expect(words.detail).toContain('nothing will be added');
    expect(connectionNotice({ phase: 'recorded', at }, 0).title).toBe('Nothing was recorded');
  });

  it('say of a connection that is gone what happens next, or what to do', () => {
    expect(cutOffText({ phase: 'reconnecting', retryAt: 0, reason: 'server is stopping' })).toBe(
      'Server is stopping. The page connects again on its own, and gets what it missed.',
    );
    expect(
      cutOffText({ phase: 'offline', reason: 'the server asks for a token', hint: 'Open the address.' }),
    ).toBe('The server asks for a token. Open the address.');
  });

  it('say that a training has ended, of how many checkpoints, and what to do next', () => {
    const progress = { ...madeState({}).progress, activity: 'ended', taken: 1200, known: 1200 } as const;
    const { parts, hint } = progressLine(progress);
    expect(parts).toEqual(['the training has ended', '1,200 of 1,200 checkpoints analysed']);
    expect(hint).toContain('phasewatch export');
  });

  it('say that no checkpoint at all could be analysed, rather than that one could not', () => {
    const state = madeState({ checkpoints: [failed(1), failed(2)] });
    const focus = { kind: 'failed', checkpoint: failed(2), branch: null } as const;
    const options = { status: { phase: 'live' } as const, focus, fetchProblem: null, now: 0 };
    expect(noticeOf({ ...options, state })).toMatchObject({
      title: 'None of the 2 checkpoints could be analysed',
      text: 'checkpoint-2: It is torn.',
    });
    const other = { ...state, checkpoints: [madeCheckpoint(0), ...state.checkpoints] };
    expect(noticeOf({ ...options, state: other })?.title).toBe('checkpoint-2 could not be analysed');
  });
});

describe('the facts of a run', () => {
  const state = madeState({
    run: { id: 'r', name: 'a <run>', source: `/runs/${'r'.repeat(80)}`, analysis: madeAnalysis(NODES) },
    checkpoints: [madeCheckpoint(1), failed(2)],
  });

  it('always name the ablation and the measure, and count what failed', () => {
    const facts = new Map(factsOf(state, { phase: 'live' }));
    expect(facts.get('ablation')).toBe('zero');
    expect(facts.get('measure')).toBe('1 − cosine');
    expect(facts.get('possible edges')).toBe(4);
    expect(facts.get('checkpoints failed')).toBe(1);
  });

  it('are a card of plain text, with what is long in several lines', () => {
    const svg = statusFigure({
      title: state.run.name,
      facts: factsOf(state, { phase: 'live' }),
      colour: () => '#000',
    });
    expect(svg).toContain('>a &#60;run&#62;<');
    expect(svg).not.toContain('r'.repeat(80));
    expect(svg).not.toMatch(/var\(|light-dark/);
  });
});

describe('the list', () => {
  it('makes one new row for one checkpoint that changed', () => {
    const checkpoints = Array.from({ length: 100 }, (_, step) =>
      madeCheckpoint(step, { metrics: { total_strength: 9 } }),
    );
    const listed = (among: typeof checkpoints) =>
      listOf({ checkpoints: among, branches: [], open: new Set() }).map(
        (item) => item.kind === 'checkpoint' && item.row,
      );
    const before = new Set(listed(checkpoints));
    const after = listed(checkpoints.with(40, madeCheckpoint(40, { metrics: { total_strength: 8 } })));
    expect(after.filter((row) => !before.has(row))).toMatchObject([{ id: 'checkpoint-40' }]);
    const larger = listed([...checkpoints, madeCheckpoint(100, { metrics: { total_strength: 18 } })]);
    expect(larger.at(-1)).toMatchObject({ strength: { share: 0.5 } });
  });
});

describe('alerts', () => {
  function watched() {
    const told: Alert[] = [];
    const begun = madeState({
      checkpoints: [madeCheckpoint(512)],
      phaseChanges: [madeChange({ id: 'old' })],
    });
    const run = new LoneRun(begun);
    const leave = new Alerts((alert) => told.push(alert)).watch(run);
    return { run, begun, told, leave };
  }

  it('tell of nothing that was so before', () => {
    const { told, leave } = watched();
    leave();
    expect(told).toEqual([]);
  });

  it('tell of a phase change once, with the checkpoint at its end', () => {
    const { run, begun, told, leave } = watched();
    const state = {
      ...begun,
      checkpoints: [...begun.checkpoints, madeCheckpoint(550)],
      phaseChanges: [...begun.phaseChanges, madeChange({ id: 'new' })],
    };
    run.becomes(state);
    run.becomes({ ...state, phaseChanges: [...begun.phaseChanges, madeChange({ id: 'new', revision: 1 })] });
    leave();
    expect(told).toMatchObject([
      {
        text: 'New phase change between steps 512 and 550 (probability 0.98).',
        checkpoint: 'checkpoint-550',
      },
    ]);
  });

  it('tell of the first failure and of the end, each once', () => {
    const { run, begun, told, leave } = watched();
    const broken = { ...begun, checkpoints: [...begun.checkpoints, failed(600)] };
    run.becomes(broken);
    run.becomes({ ...broken, checkpoints: [...broken.checkpoints, failed(700)] });
    const ended = { ...broken, progress: { ...broken.progress, activity: 'ended' } as const };
    run.becomes(ended);
    run.becomes({ ...ended });
    leave();
    run.becomes(begun);
    expect(told.map(({ text, checkpoint }) => [text, checkpoint])).toEqual([
      ['checkpoint-600 could not be analysed. It is torn.', 'checkpoint-600'],
      ['The training has ended; 1 checkpoint analysed.', null],
    ]);
  });

  it('take another run for another one, not for news', () => {
    const { run, begun, told, leave } = watched();
    run.becomes({ ...begun, run: { ...begun.run, id: 'other' }, checkpoints: [failed(1)] });
    leave();
    expect(told).toEqual([]);
  });
});
