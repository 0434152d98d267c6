import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { News } from '../../client/feed/news.ts';
import { Store } from '../../client/store.ts';
import {
  announcementText,
  headline,
  percentText,
  probabilityText,
  sentence,
  signalText,
  signalWords,
} from '../../client/view/change-words.ts';
import {
  countText,
  newestFirst,
  newsOf,
  opacityOf,
  probableOf,
  standingOf,
} from '../../client/view/changes.ts';
import { nowLine } from '../../client/view/now-line.ts';
import { bandsOf, bandText } from '../../client/view/phase-bands.ts';
import { wiresOver } from '../../client/wire.ts';
import type { PhaseSegment } from '../../protocol/phases.ts';
import { madeChange, madeState } from './made.ts';
import { OPEN_ACCESS, ScriptedServer } from './script.ts';

const segment = (from: number, to: number, name: PhaseSegment['name']): PhaseSegment => ({
  from,
  to,
  name,
  reasons: [],
});
const SEGMENTS = [
  segment(0, 512, 'exploration'),
  segment(550, 2000, null),
  segment(2100, 4000, 'refinement'),
];

const STANDING = madeChange();
const RETRACTED = madeChange({ id: 'b', interval: [64, 100], probability: 0.2, revision: 1 });
const DOUBTED = madeChange({ id: 'c', interval: [900, 950], probability: 0.4 });
const LATER = madeChange({ id: 'd', interval: [2000, 2050], probability: 0.75 });

describe('bandsOf', () => {
  it('lets neighbours meet in the middle between their checkpoints', () => {
    const bands = bandsOf(SEGMENTS, 'linear');
    expect(bands.map(({ name, start, end }) => [name, start, end])).toEqual([
      ['exploration', 0, 531],
      ['unnamed', 531, 2050],
      ['refinement', 2050, 4000],
    ]);
    expect(bandText(bands[2])).toBe('refinement, steps 2,100 to 4,000');
  });

  it('has their middle as the axis shows it', () => {
    const [{ end }] = bandsOf(SEGMENTS, 'asinh');
    expect(Math.asinh(end)).toBeCloseTo((Math.asinh(512) + Math.asinh(550)) / 2, 12);
    expect(bandsOf([], 'linear')).toEqual([]);
  });
});

describe('what stands of the changes', () => {
  const all = [RETRACTED, STANDING, DOUBTED, LATER];

  it('is what is probable; what was said before is taken back, what was not is a doubt', () => {
    expect(all.map(standingOf)).toEqual(['retracted', 'standing', 'doubted', 'standing']);
    expect(probableOf(all)).toEqual([STANDING, LATER]);
    expect(standingOf(madeChange({ probability: 0.5 }))).toBe('standing');
  });

  it('is listed with the newest first and counted in words', () => {
    expect(newestFirst(all).map(({ id }) => id)).toEqual(['d', 'c', 'phase-change-550', 'b']);
    expect(countText(all)).toBe('2 phase changes, 1 taken back, 1 in doubt');
    expect(countText([STANDING])).toBe('1 phase change');
    expect(countText([RETRACTED])).toBe('no phase changes, 1 taken back');
  });

  it('is news once, and never when it is taken back', () => {
    expect(newsOf(new Set(), all)).toEqual([STANDING, LATER]);
    expect(newsOf(new Set([STANDING.id]), all)).toEqual([LATER]);
    expect(newsOf(new Set(['b']), [RETRACTED])).toEqual([]);
  });

  it('is drawn the stronger the surer it is', () => {
    expect([0.5, 0.75, 1].map((probability) => opacityOf(madeChange({ probability })))).toEqual([
      0.4, 0.7, 1,
    ]);
  });
});

describe('a change in words', () => {
  const change = madeChange({
    signals: [
      { id: 'log_total_strength', before: Math.log(7.3), after: Math.log(10.585), deviations: 9 },
      { id: 'induction_score', before: 0.4, after: 2.8, deviations: 8 },
      { id: 'churn_above_floor', before: 0.0304, after: 0.25, deviations: 4 },
      { id: 'role_turnover', before: 0.5, after: 1, deviations: 2 },
    ],
    edges: [{ source: 'L0MLP', target: 'L2H2', before: 0.34, after: 1.02 }],
    roles: [
      { role: 'spreaders', node: 'L0H3', change: 'gained' },
      { role: 'spreaders', node: 'L0MLP', change: 'lost' },
    ],
  });

  it('has a headline', () => {
    expect(headline(change)).toBe('phase change between steps 512 and 550 (probability 0.98)');
    expect(headline(madeChange({ interval: [80_000, 81_000] }))).toContain('80,000 and 81,000');
  });

  it('names signals by the catalogue, a logarithm as the metric itself', () => {
    expect(signalWords(change.signals[0])).toEqual({
      label: 'Total strength',
      percent: '+45 %',
      values: '7.30 → 10.6',
    });
    expect(change.signals.map(signalText)).toEqual([
      'total strength +45 % (7.30 → 10.6)',
      'induction score 0.400 → 2.80 nats',
      'churn above its floor 0.030 → 0.250',
      'role turnover 0.500 → 1',
    ]);
    expect(signalText({ id: 'gini', before: 0.5, after: 0.25, deviations: 1 })).toBe(
      'Gini coefficient 0.500 → 0.250',
    );
    expect(signalText({ id: 'loss', before: 3, after: 2, deviations: 1 })).toBe(
      'loss, second half 3 → 2 nats',
    );
    expect(signalText({ id: 'head_count', before: 3, after: 2, deviations: 1 })).toBe('head count 3 → 2');
  });

  it('is one sentence to paste, and a shorter one to be read out', () => {
    expect(sentence(change, 'sample-run')).toBe(
      'Phase change between steps 512 and 550 (probability 0.98): total strength +45 % (7.30 → 10.6), induction score 0.400 → 2.80 nats, churn above its floor 0.030 → 0.250; edges that changed most: L0MLP → L2H2 0.34 → 1.02; L0H3 became a spreader, L0MLP is no longer a spreader. Reported at step 600, revision 0; run sample-run.',
    );
    expect(sentence(madeChange(), 'r')).toBe(
      'Phase change between steps 512 and 550 (probability 0.98). Reported at step 600, revision 0; run r.',
    );
    expect(announcementText(change)).toBe(
      'New phase change between steps 512 and 550 (probability 0.98): total strength +45 % (7.30 → 10.6).',
    );
  });

  it('claims no certainty that is not there', () => {
    expect([0.5, 0.994, 0.9968, 1, 0.001, 0].map(probabilityText)).toEqual([
      '0.50',
      '0.99',
      '> 0.99',
      '1.00',
      '< 0.01',
      '0.00',
    ]);
    expect([0.45, -0.124, 20].map(percentText)).toEqual(['+45 %', '−12 %', '+2,000 %']);
  });
});

describe('nowLine', () => {
  it('says the phase, since when, and the last change that stands', () => {
    const state = madeState({ segments: SEGMENTS, phaseChanges: [RETRACTED, STANDING, DOUBTED] });
    expect(nowLine(state)).toEqual({
      phase: 'refinement',
      since: 'since step 2,100',
      last: 'last change between 512 and 550, p 0.98, 3,450 steps ago',
      change: 'phase-change-550',
    });
  });

  it('says so where a change is as new as the run, and where there is none', () => {
    const segments = [segment(0, 512, null), segment(550, 550, null)];
    expect(nowLine(madeState({ segments, phaseChanges: [STANDING] }))?.last).toContain('just now');
    expect(nowLine(madeState({ segments }))).toMatchObject({ phase: 'unnamed', last: null });
    expect(nowLine(madeState({}))).toBeNull();
  });
});

describe('News', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function hosted() {
    const server = new ScriptedServer();
    const store = new Store({
      address: 'ws://here/stream',
      run: null,
      openWire: wiresOver(server.open),
      access: OPEN_ACCESS,
      fetchGraph: () => Promise.reject(new Error('no graphs here')),
    });
    store.open();
    let updates = 0;
    const news = new News(() => {
      updates += 1;
    });
    const look = () => news.follow(store);
    return { server, news, look, updates: () => updates };
  }

  it('knows what the first snapshot holds, and tells what comes after', () => {
    const { server, news, look } = hosted();
    server.last.greets('e', 0, madeState({ phaseChanges: [STANDING] }));
    look();
    expect([news.newest, news.fresh]).toEqual([null, null]);
    server.last.deltas('e', 1, { type: 'phase-change', change: LATER });
    look();
    expect(news.fresh).toBe('d');
    expect(news.newest && announcementText(news.newest)).toBe(
      'New phase change between steps 2,000 and 2,050 (probability 0.75).',
    );
  });

  it('says nothing of a doubt, of a revision, or when something is taken back', () => {
    const { server, news, look } = hosted();
    server.last.greets();
    look();
    server.last.deltas('e', 1, { type: 'phase-change', change: DOUBTED });
    look();
    expect(news.fresh).toBeNull();
    server.last.deltas('e', 2, { type: 'phase-change', change: LATER });
    look();
    vi.advanceTimersByTime(6000);
    expect(news.fresh).toBeNull();
    const said = news.newest;
    server.last.deltas('e', 3, { type: 'phase-change', change: { ...LATER, probability: 0.1, revision: 1 } });
    look();
    server.last.deltas('e', 4, { type: 'phase-change', change: { ...LATER, probability: 0.9, revision: 2 } });
    look();
    expect([news.newest, news.fresh]).toEqual([said, null]);
  });

  it('S-7: tells of a change that happens again after the training began again', () => {
    const { server, news, look } = hosted();
    server.last.greets('e', 0, madeState({ phaseChanges: [LATER] }));
    look();
    server.last.deltas('e', 1, { type: 'rewound', fromStep: 0 });
    look();
    expect(news.fresh).toBeNull();
    server.last.deltas('e', 2, { type: 'phase-change', change: LATER });
    look();
    expect(news.fresh).toBe('d');
  });

  it('ceases to be fresh after a while, and draws again for it', () => {
    const { server, news, look, updates } = hosted();
    server.last.greets();
    look();
    server.last.deltas('e', 1, { type: 'phase-change', change: LATER });
    look();
    vi.advanceTimersByTime(5999);
    expect([news.fresh, updates()]).toEqual(['d', 0]);
    vi.advanceTimersByTime(1);
    expect([news.fresh, updates()]).toEqual([null, 1]);
  });
});
