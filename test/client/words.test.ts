import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../client/session.ts';
import { connectionWords } from '../../client/view/connection-words.ts';
import type { Focus } from '../../client/view/focus.ts';
import { methodText } from '../../client/view/method.ts';
import { graphTitle, modelParts } from '../../client/view/model-line.ts';
import { noticeOf } from '../../client/view/notice.ts';
import { numberText, weightText } from '../../client/view/number.ts';
import { progressLine } from '../../client/view/progress.ts';
import { runOptions } from '../../client/view/run-choice.ts';
import { durationText, remainingText, secondsUntil } from '../../client/view/time.ts';
import { edgeTip, effectNotes, headNotes, nodeTip, spoken } from '../../client/view/tips.ts';
import type { Progress } from '../../protocol/state.ts';
import { EDGES, madeAnalysis, madeCheckpoint, madeGraph, madeState, NODES } from './made.ts';
import { summaries } from './script.ts';

const PROGRESS: Progress = {
  activity: 'analysing',
  checkpoint: 'checkpoint-450',
  taken: 12,
  known: 59,
  layersDone: 1,
  layers: 3,
  remainingMillis: 14_200,
  message: null,
};

describe('numberText', () => {
  it('has three significant digits, at most three decimals, and counts in full', () => {
    expect([12, 4123, 0.4936, 7.3, 10.63, 123.4, 0.0304].map(numberText)).toEqual([
      '12',
      '4,123',
      '0.494',
      '7.30',
      '10.6',
      '123',
      '0.030',
    ]);
  });

  it('says of a value near 0 that it is not 0', () => {
    expect([0, 0.0001, -0.0001, -1.25].map(numberText)).toEqual(['0', '< 0.001', '> −0.001', '−1.25']);
    expect(weightText(0.416)).toBe('0.42');
  });
});

describe('spans of time', () => {
  it('are as exact as they are known', () => {
    expect([84.4, 1234, 12_600, 65_000].map(durationText)).toEqual(['84 ms', '1.2 s', '13 s', '1 min 5 s']);
    expect([400, 14_200, 150_000, 4_320_000, 7_200_000].map(remainingText)).toEqual([
      'less than 1 s left',
      'about 14 s left',
      'about 3 min left',
      'about 1 h 12 min left',
      'about 2 h left',
    ]);
    expect([secondsUntil(2500, 1000), secondsUntil(900, 1000)]).toEqual([2, 0]);
  });

  it('never have 60 of a smaller unit', () => {
    expect([119_700, 59_900].map(durationText)).toEqual(['2 min', '1 min']);
    expect([59_900, 3_599_000, 7_190_000].map(remainingText)).toEqual([
      'about 1 min left',
      'about 1 h left',
      'about 2 h left',
    ]);
  });
});

describe('progressLine', () => {
  it('counts the checkpoint under way by its layers', () => {
    const { parts, share } = progressLine(PROGRESS);
    expect(parts.join(' · ')).toBe('checkpoint 12 of 59 · checkpoint-450 · layer 2 of 3 · about 14 s left');
    expect(share).toBeCloseTo((11 + 1 / 3) / 59, 12);
  });

  it('says what it waits for, what is missing and that it ended', () => {
    const idle = {
      ...PROGRESS,
      checkpoint: null,
      taken: 59,
      layersDone: 0,
      layers: 0,
      remainingMillis: null,
    };
    expect(progressLine({ ...idle, activity: 'waiting' }).parts).toEqual([
      '59 of 59 checkpoints taken',
      'watching for the next checkpoint',
    ]);
    expect(progressLine({ ...idle, activity: 'missing', message: 'No such folder: /x.' }).parts).toEqual([
      'No such folder: /x.',
    ]);
    expect(progressLine({ ...idle, activity: 'ended' }).parts).toEqual([
      'the training has ended',
      '59 of 59 checkpoints analysed',
    ]);
    expect(progressLine({ ...idle, activity: 'ended', message: 'it lies there: ENDED' }).parts).toEqual([
      'it lies there: ENDED',
      '59 of 59 checkpoints analysed',
    ]);
  });

  it('has no share while nothing is known', () => {
    expect(progressLine({ ...PROGRESS, activity: 'waiting', taken: 0, known: 0 })).toEqual({
      parts: ['watching for the next checkpoint'],
      share: null,
      hint: null,
    });
  });
});

describe('modelParts', () => {
  it('names the model, its graph and the probe', () => {
    expect(modelParts(madeAnalysis(NODES))).toEqual([
      'GPT-NeoX',
      '2 layers × 1 head',
      'width 64',
      '4 nodes, 4 possible edges',
      'induction probe, 4 prompts × 48 positions',
    ]);
  });
});

describe('methodText', () => {
  it('names the ablation and the measure', () => {
    const analysis = madeAnalysis(NODES);
    expect(methodText(analysis)).toBe('zero ablation · 1 − cosine');
    expect(methodText({ ...analysis, ablation: 'mean', measure: 'relative_l2' })).toBe(
      'mean ablation · relative L2',
    );
  });
});

describe('graphTitle', () => {
  it('says which ablation and what the mean is over', () => {
    expect(graphTitle(madeGraph(1450, []), madeAnalysis(NODES), 0)).toEqual({
      name: 'checkpoint-1450',
      step: 'step 1,450',
      method: 'edges: 1 − cosine under zero ablation, mean over 4 prompts × 48 positions',
      note: null,
    });
  });
});

describe('graphTitle of other probes', () => {
  it('says how long prompts of text are at most, and what counts as 0', () => {
    const analysis = madeAnalysis(NODES);
    const text = { ...analysis, probe: { kind: 'text', prompts: 1, positions: 90 } } as const;
    expect(graphTitle(madeGraph(1, []), text, 1200)).toMatchObject({
      method: 'edges: 1 − cosine under zero ablation, mean over 1 prompt × up to 90 positions',
      note: '1,200 distances undefined (an output is zero): counted as 0',
    });
  });
});

describe('tips', () => {
  const graph = madeGraph(1, [0.42, 0.1, 0, 0], { standardErrors: [0.031, 0, 0, 0] });

  it('say of an edge its weight, its error and its layers', () => {
    expect(spoken(edgeTip(0, graph, NODES, EDGES))).toBe('L0H0 → L1H0: weight 0.42 ± 0.03, layers 0 → 1');
    expect(edgeTip(0, { ...graph, standardErrors: null }, NODES, EDGES).lines[0]).toBe('weight 0.42');
  });

  it('say of an edge what it was in the graph it is compared with', () => {
    expect(edgeTip(0, graph, NODES, EDGES, madeGraph(512, [0.1, 0, 0, 0])).lines).toEqual([
      'weight 0.42 ± 0.03',
      '0.10 at step 512: +0.32',
      'layers 0 → 1',
    ]);
  });

  it('say of a node what ablating it does to the output, with units', () => {
    const measured = madeGraph(1, [], {
      nodeMetrics: { kl_nats: [0.5, 0.087], delta_loss_nats: [0, -0.25], logit_cosine: [0, 0.151] },
    });
    expect(effectNotes(1, measured)).toEqual([
      'KL divergence of the output 0.087 nats',
      'change of the loss −0.250 nats',
      'shift of the logits (1 − cosine) 0.151',
    ]);
    expect(effectNotes(1, madeGraph(1, []))).toEqual([]);
  });

  it('say of a head what it attends to, by its place among the heads', () => {
    const scored = madeGraph(1, [], {
      headScores: { prefix_matching: [0.1, 0.934], attention_entropy: [1, 2.5] },
    });
    expect(headNotes(2, scored, NODES)).toEqual(['prefix matching 0.93', 'attention entropy 2.50 nats']);
    expect(headNotes(3, scored, NODES)).toEqual([]);
    expect(headNotes(2, madeGraph(1, []), NODES)).toEqual([]);
  });

  it('say of a node its kind, role and strengths', () => {
    const strengths = { out: [0.416, 0, 0, 0], in: [0, 0, 0.5, 0] };
    expect(nodeTip(NODES[0], 0, strengths, ['spreader', 'gatekeeper']).lines).toEqual([
      'attention head of layer 0 · spreader and gatekeeper',
      'out-strength 0.42',
      'in-strength 0.00',
    ]);
  });
});

describe('connectionWords', () => {
  it('counts down and says why', () => {
    const status = { phase: 'reconnecting', retryAt: 4000, reason: 'server is stopping' } as const;
    expect(connectionWords(status, 1500)).toEqual({
      words: 'reconnecting in 3 s',
      detail: 'Server is stopping. What is shown is the last state received.',
    });
  });
});

describe('connectionWords of a run that is not there', () => {
  it('says which are', () => {
    const status = { phase: 'waiting', reason: 'no run x here (runs: a, b)' } as const;
    expect(connectionWords(status, 0)).toEqual({
      words: 'no run yet',
      detail: 'No run x here (runs: a, b).',
    });
  });
});

describe('noticeOf', () => {
  const live = { phase: 'live' } as const;
  const nothing: Focus = { kind: 'nothing' };
  const base = { state: madeState({}), status: live, focus: nothing, fetchProblem: null, now: 0 };

  it('offers to connect where there is no state and no connection', () => {
    const notice = noticeOf({
      ...base,
      state: null,
      status: { phase: 'offline', reason: 'the server watches no run', hint: null },
    });
    expect(notice).toMatchObject({
      tone: 'bad',
      text: 'The server watches no run.',
      action: 'retry-connection',
    });
  });

  it('T-1: says how to give a token where one is asked for', () => {
    const refusal = refusalOf(401, false);
    const notice = refusal && noticeOf({ ...base, state: null, status: { phase: 'offline', ...refusal } });
    expect(notice).toMatchObject({
      text: 'The server asks for a token.',
      hint: 'Open the address that the server printed when it started; it ends in #token=…',
      action: 'retry-connection',
    });
  });

  it('does not send a person to the server where only the run is missing', () => {
    const notice = noticeOf({ ...base, state: null, status: { phase: 'waiting', reason: 'no run x here' } });
    expect(notice).toMatchObject({ tone: 'plain', title: 'No run yet', action: null });
  });

  it('says of an unfinished checkpoint that it was left behind', () => {
    const focus: Focus = { kind: 'unfinished', checkpoint: madeCheckpoint(4), branch: 0 };
    expect(noticeOf({ ...base, focus })?.title).toBe('checkpoint-4 was left behind without a graph');
  });

  it('says where the first checkpoint is awaited and what is missing', () => {
    expect(noticeOf(base)?.text).toBe('Watching /runs/r.');
    const state = madeState({
      progress: { ...PROGRESS, activity: 'missing', message: 'No such folder: /runs/r.' },
    });
    expect(noticeOf({ ...base, state })?.text).toBe('No such folder: /runs/r.');
  });

  it('repeats why a checkpoint failed', () => {
    const failure = { code: 'torn', message: 'It is torn.' };
    const focus: Focus = {
      kind: 'failed',
      checkpoint: madeCheckpoint(4, { status: 'failed', failure }),
      branch: null,
    };
    expect(noticeOf({ ...base, focus })).toMatchObject({
      title: 'checkpoint-4 could not be analysed',
      text: 'It is torn.',
    });
  });

  it('is silent while a graph is fetched, and offers to try again when it could not be', () => {
    const focus: Focus = { kind: 'absent', checkpoint: madeCheckpoint(4), branch: null };
    expect(noticeOf({ ...base, focus })).toBeNull();
    expect(noticeOf({ ...base, focus, fetchProblem: 'the server answered 500' })).toMatchObject({
      action: 'retry-graph',
    });
  });
});

describe('runOptions', () => {
  const [a, b] = summaries('a', 'b');

  it('offer a choice only where there is one', () => {
    expect(runOptions([a], 'a')).toEqual([]);
    expect(runOptions([], null)).toEqual([]);
    expect(runOptions([a, b], 'a').map(({ label }) => label)).toEqual(['a', 'b']);
  });

  it('tell runs of the same name apart', () => {
    const labels = runOptions([a, { ...b, name: 'a' }], 'a').map(({ label }) => label);
    expect(labels).toEqual(['a · a', 'a · b']);
  });

  it('keep the run that is waited for', () => {
    expect(runOptions([a], 'x')).toEqual([
      { id: 'x', label: 'x (not here)', isHere: false },
      { id: 'a', label: 'a', isHere: true },
    ]);
  });
});
