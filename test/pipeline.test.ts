/** The pipeline in virtual time: marbles for the source, a fake engine that answers at stated frames. */
import { concat, delay, finalize, NEVER, type Observable, of, throwError, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { apply, initialState } from '../protocol/apply.ts';
import type { Analysis, RunInfo, RunState, Update } from '../protocol/state.ts';
import type { Settings } from '../server/ablation/settings.ts';
import type { AnalysisEvent } from '../server/analysis.ts';
import { CheckpointFailure } from '../server/base/failure.ts';
import type { Engine } from '../server/engine-process.ts';
import { GraphHistory } from '../server/graph/history.ts';
import { compare } from '../server/graph/measure.ts';
import { pipeline } from '../server/pipeline.ts';
import type { SourceEvent } from '../server/source/directory.ts';

const RUN: RunInfo = { id: 'r', name: 'r', source: '/r', analysis: null };
const ANALYSIS: Analysis = {
  model: { family: 'gpt_neox', layers: 2, heads: 1, width: 8, headWidth: 8, mlpWidth: 8, vocabulary: 9 },
  nodes: [
    { id: 'L0H0', layer: 0, kind: 'head', depth: 0 },
    { id: 'L1H0', layer: 1, kind: 'head', depth: 1 },
  ],
  ablation: 'zero',
  measure: 'cosine',
  probe: { kind: 'tokens', prompts: 1, positions: 4 },
  activityThreshold: 0.3,
};

const SETTINGS: Settings = {
  probe: { kind: 'tokens', tokens: [[1, 2]] },
  ablation: 'zero',
  measure: 'cosine',
  nodes: 'components',
  effects: 'auto',
  effectPositions: null,
  nullModel: false,
  memoryBytesMax: 1e9,
};

const ready = (step: number): SourceEvent => ({
  type: 'ready',
  checkpoint: { id: `c${step}`, step, directory: '', configFile: '', content: `content of ${step}` },
});
const broken = (step: number): SourceEvent => ({
  type: 'failed',
  id: `c${step}`,
  step,
  failure: { code: 'truncated', message: 'cut short' },
});

const ended = (id: string): SourceEvent => ({
  type: 'ended',
  message: `the last step (${id})`,
  checkpoint: id,
  isNews: true,
});

/** Two layers, 2 frames each; the weight of the only edge is the step. Step 13 kills the engine. */
const engine: Engine = {
  analyse: (_, { step }) => {
    if (step === 13) return throwError(() => new CheckpointFailure('engine', 'died'));
    const weights = Float64Array.of(step);
    const events: AnalysisEvent[] = [
      {
        type: 'opened',
        analysis: step === 99 ? { ...ANALYSIS, model: { ...ANALYSIS.model, heads: 7 } } : ANALYSIS,
        expectedMillis: 9,
      },
      { type: 'layer', layer: 0, firstEdge: 0, weights: new Float64Array(0), standardErrors: null },
      { type: 'layer', layer: 1, firstEdge: 0, weights, standardErrors: null },
    ];
    const later = (event: AnalysisEvent): Observable<AnalysisEvent> => of(event).pipe(delay(2));
    return concat(
      of(events[0]),
      later(events[1]),
      later(events[2]),
      of<AnalysisEvent>({
        type: 'output',
        effects: {},
        headScores: {},
        task: {},
        undefinedCount: 0,
        unchangedLayers: 0,
        unchanged: false,
      }),
      of<AnalysisEvent>({
        type: 'measured',
        metrics: { total_strength: step },
        metricErrors: {},
        nodeMetrics: { out_strength: [step, 0], in_strength: [0, step] },
        roles: { spreaders: [], gatherers: [] },
      }),
    );
  },
  compare: (_, before, after) => of({ ...compare(before, after), churn: after[0] / 100 }),
};

/** Runs the source's marbles and gives each delta with the frame at which it came. */
function deltasOf(
  marbles: string,
  events: Readonly<Record<string, SourceEvent>>,
  notes: string[] = [],
  past: RunState = initialState(RUN),
  history = new GraphHistory({ bytesMax: 1e6 }),
  on = engine,
  maxLag: number | null = null,
) {
  const seen: { frame: number; delta: Update }[] = [];
  const scheduler = new TestScheduler(() => {});
  scheduler.run(({ hot }) => {
    pipeline({
      past,
      source: hot(marbles, events),
      engine: on,
      settings: SETTINGS,
      history,
      turns: { every: 1, maxLag, fillIn: true },
      note: (sentence) => notes.push(sentence),
    }).subscribe((delta) => seen.push({ frame: scheduler.now(), delta }));
  });
  return seen;
}

const kinds = (seen: ReturnType<typeof deltasOf>) =>
  seen
    .filter(({ delta }) => delta.type !== 'progress')
    .map(({ frame, delta }) =>
      `${frame} ${delta.type} ${'checkpoint' in delta ? delta.checkpoint : ''}`.trim(),
    );
/** Each activity with the frame at which it began, and its sentence. */
const activities = (seen: ReturnType<typeof deltasOf>) =>
  seen
    .flatMap(({ frame, delta }) =>
      delta.type === 'progress'
        ? [{ frame, text: [delta.progress.activity, delta.progress.message].filter(Boolean).join(': ') }]
        : [],
    )
    .filter(({ text }, index, all) => text !== all[index - 1]?.text)
    .map(({ frame, text }) => `${frame} ${text}`);
const stateOf = (seen: ReturnType<typeof deltasOf>) =>
  seen.map(({ delta }) => delta).reduce(apply, initialState(RUN));

describe('the pipeline', () => {
  it('analyses one checkpoint at a time, in the order in which they became ready', () => {
    expect(kinds(deltasOf('ab|', { a: ready(1), b: ready(2) }))).toEqual([
      '0 checkpoint-started c1',
      '0 run',
      '2 edges c1',
      '4 edges c1',
      '4 metrics c1',
      '4 metrics c1',
      '4 checkpoint-done c1',
      '4 phases',
      '4 checkpoint-started c2',
      '6 edges c2',
      '8 edges c2',
      '8 metrics c2',
      '8 metrics c2',
      '8 metrics c2',
      '8 metrics c2',
      '8 checkpoint-done c2',
      '8 phases',
    ]);
  });

  it('reports a broken checkpoint at once, while another is being analysed', () => {
    const seen = kinds(deltasOf('a-x--|', { a: ready(1), x: broken(5) }));
    expect(seen).toContain('2 failure c5');
    expect(seen.indexOf('2 failure c5')).toBeLessThan(seen.indexOf('4 checkpoint-done c1'));
  });

  it('gives up an analysis whose files break, and takes the next', () => {
    const state = stateOf(deltasOf('ab-x----|', { a: ready(1), b: ready(2), x: broken(1) }));
    expect(state.checkpoints.map(({ id, status }) => [id, status])).toEqual([
      ['c1', 'failed'],
      ['c2', 'done'],
    ]);
  });

  it('marks the checkpoint over which the engine died as failed, and goes on', () => {
    const state = stateOf(deltasOf('abc|', { a: ready(1), b: ready(13), c: ready(20) }));
    expect(state.checkpoints.map(({ id, status, failure }) => [id, status, failure?.code])).toEqual([
      ['c1', 'done', undefined],
      ['c13', 'failed', 'engine'],
      ['c20', 'done', undefined],
    ]);
  });

  it('compares with none that failed, not even while it was compared', () => {
    const compared: number[][] = [];
    const dying: Engine = {
      ...engine,
      compare: (_, before, after) => {
        compared.push([before[0], after[0]]);
        return after[0] === 20
          ? throwError(() => new CheckpointFailure('engine', 'died'))
          : engine.compare(_, before, after);
      },
    };
    const events = { a: ready(1), b: ready(20), c: ready(30) };
    const state = stateOf(deltasOf('abc|', events, [], undefined, undefined, dying));
    expect(state.checkpoints.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
    expect(compared).toEqual([
      [1, 20],
      [1, 30],
    ]);
  });

  it('analyses one that failed again when it is written again, be it with the same contents', () => {
    let asked = 0;
    const torn: Engine = {
      ...engine,
      analyse: (...request) => {
        asked += 1;
        return asked === 1
          ? throwError(() => new CheckpointFailure('truncated', 'cut short'))
          : engine.analyse(...request);
      },
    };
    const state = stateOf(deltasOf('a--a|', { a: ready(1) }, [], undefined, undefined, torn));
    expect(state.checkpoints).toMatchObject([{ id: 'c1', status: 'done' }]);
  });

  it('analyses one that is written again with the same contents while it is analysed, or after, only once', () => {
    const seen = deltasOf('aa 20ms a|', { a: ready(1) });
    expect(kinds(seen).filter((kind) => kind.includes('started'))).toHaveLength(1);
    const atRest = { progress: { activity: 'waiting', checkpoint: null, taken: 1, known: 1 } };
    expect(seen.findLast(({ frame }) => frame < 20)?.delta).toMatchObject(atRest);
    expect(seen.at(-2)?.delta).toMatchObject(atRest);
  });

  it('refuses a checkpoint of another model than the first', () => {
    const state = stateOf(deltasOf('ab|', { a: ready(1), b: ready(99) }));
    expect(state.checkpoints[1].failure?.message).toMatch(
      /expected the model of this run's first checkpoint/,
    );
    expect(state.run.analysis?.model.heads).toBe(1);
  });

  it('compares a late checkpoint with its neighbours by step, and its successor anew', () => {
    const compared = deltasOf('abc|', { a: ready(1), b: ready(3), c: ready(2) })
      .map(({ delta }) => delta)
      .filter((delta) => delta.type === 'metrics' && 'churn' in delta.metrics);
    expect(compared.map((delta) => 'checkpoint' in delta && delta.checkpoint)).toEqual(['c3', 'c2', 'c3']);
  });

  it('smooths churn in the order of steps, and anew where a late checkpoint changes it', () => {
    const seen = deltasOf('abc|', { a: ready(1), b: ready(3), c: ready(2) });
    const stated = seen.flatMap(({ delta }) =>
      delta.type === 'metrics' && 'churn_ewma' in delta.metrics
        ? [[delta.checkpoint, delta.metrics.churn_ewma]]
        : [],
    );
    // Churn is step / 100 here: c3 stands alone at first, then follows c2: (0.03 + 0.02) / 2.
    expect(stated).toEqual([
      ['c3', 0.03],
      ['c2', 0.02],
      ['c3', 0.025],
    ]);
  });

  it('says how far it is: checkpoints taken and known, layers, time left', () => {
    const progress = deltasOf('(ab)|', { a: ready(1), b: ready(2) }).flatMap(({ frame, delta }) =>
      delta.type === 'progress' ? [{ frame, ...delta.progress }] : [],
    );
    expect(progress.find(({ frame, layersDone }) => frame === 4 && layersDone === 2)).toMatchObject({
      activity: 'analysing',
      checkpoint: 'c1',
      taken: 1,
      known: 2,
      layers: 2,
    });
    expect(progress.at(-1)).toMatchObject({ activity: 'ended', taken: 2, known: 2, remainingMillis: 0 });
  });

  it('passes on what the source ignores as a note, and a missing directory as progress', () => {
    const notes: string[] = [];
    const seen = deltasOf(
      'im|',
      {
        i: { type: 'ignored', name: 'runs', message: 'runs: no step in this name' },
        m: { type: 'missing', message: '/r is not there' },
      },
      notes,
    );
    expect(notes).toEqual(['runs: no step in this name']);
    expect(seen[0].delta).toMatchObject({ progress: { activity: 'missing', message: '/r is not there' } });
  });

  it('has ended when the training has, and all of it is taken; a later checkpoint makes it go on', () => {
    const seen = deltasOf('(ae)------b---c--|', {
      a: ready(1),
      e: ended('c1'),
      b: ready(2),
      c: { type: 'continued' },
    });
    expect(activities(seen)).toEqual([
      '0 waiting',
      '0 analysing',
      '4 ended: the last step (c1)',
      '10 analysing',
      '14 waiting',
      '17 ended',
    ]);
  });

  it('has not ended while checkpoints that were left out wait to be filled in', () => {
    const seen = deltasOf(
      '(abce)|',
      { a: ready(1), b: ready(2), c: ready(3), e: ended('c3') },
      [],
      undefined,
      undefined,
      engine,
      1,
    );
    expect(kinds(seen)).toContain('0 checkpoint-skipped c2');
    expect(activities(seen)).toEqual([
      '0 waiting',
      '0 analysing',
      '8 waiting',
      '8 analysing',
      '12 ended: the last step (c3)',
    ]);
  });

  it('throws a mistake of ours on', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ hot }) => {
      const mistaken: Engine = { ...engine, analyse: () => throwError(() => new TypeError('ours')) };
      let thrown: unknown;
      pipeline({
        past: initialState(RUN),
        source: hot('a', { a: ready(1) }),
        engine: mistaken,
        settings: SETTINGS,
        history: new GraphHistory({ bytesMax: 1e6 }),
        turns: { every: 1, maxLag: null, fillIn: true },
        note: () => {},
      }).subscribe({ error: (error) => (thrown = error) });
      timer(1).subscribe(() => expect(thrown).toBeInstanceOf(TypeError));
    });
  });

  it('leaves the engine when it is unsubscribed, and sends nothing after that', () => {
    let left = false;
    const scheduler = new TestScheduler(() => {});
    const seen: Update[] = [];
    scheduler.run(({ hot }) => {
      const endless: Engine = {
        ...engine,
        analyse: () =>
          concat(of<AnalysisEvent>({ type: 'opened', analysis: ANALYSIS, expectedMillis: 9 }), NEVER).pipe(
            finalize(() => {
              left = true;
            }),
          ),
      };
      const subscription = pipeline({
        past: initialState(RUN),
        source: hot('a----b', { a: ready(1), b: broken(2) }),
        engine: endless,
        settings: SETTINGS,
        history: new GraphHistory({ bytesMax: 1e6 }),
        turns: { every: 1, maxLag: null, fillIn: true },
        note: () => {},
      }).subscribe((delta) => seen.push(delta));
      timer(3).subscribe(() => subscription.unsubscribe());
    });
    expect(left).toBe(true);
    expect(seen.some((delta) => delta.type === 'failure')).toBe(false);
  });
});

/** The checkpoint of this step, rewritten with other contents. */
const rewritten = (step: number): SourceEvent => ({
  type: 'ready',
  checkpoint: { id: `c${step}`, step, directory: '', configFile: '', content: `other content of ${step}` },
});

describe('a pipeline that takes up where an earlier one ended', () => {
  /** Graphs of the first life are there in the second, as they are on disk. */
  let history: GraphHistory;
  beforeEach(() => {
    history = new GraphHistory({ bytesMax: 1e6 });
  });
  const lived = (marbles: string, events: Readonly<Record<string, SourceEvent>>, past?: RunState) =>
    deltasOf(marbles, events, [], past, history);
  const firstLife = () => stateOf(lived('ab|', { a: ready(1), b: ready(2) }));

  it('does nothing again for checkpoints that are done, by name and contents', () => {
    const seen = lived('(abc)|', { a: ready(1), b: ready(2), c: ready(3) }, firstLife());
    const started = seen.flatMap(({ delta }) =>
      delta.type === 'checkpoint-started' ? [delta.checkpoint] : [],
    );
    expect(started).toEqual(['c3']);
    expect(seen.at(-1)?.delta).toMatchObject({ progress: { activity: 'ended', taken: 3, known: 3 } });
  });

  it('leaves no trace where there is nothing new: not even a phase is told again', () => {
    expect(kinds(lived('(ab)|', { a: ready(1), b: ready(2) }, firstLife()))).toEqual([]);
  });

  it('leaves its end behind when the training begins again, and ends anew with the last checkpoint', () => {
    const seen = lived(
      '(abe)r-------s--|',
      { a: ready(1), b: ready(2), e: ended('c2'), r: rewritten(1), s: rewritten(2) },
      firstLife(),
    );
    expect(activities(seen)).toEqual([
      '0 waiting',
      '0 ended: the last step (c2)',
      '5 analysing',
      '9 waiting',
      '13 analysing',
      '17 ended: the last step (c2)',
    ]);
  });

  it('goes on from the model of the first life, and refuses another', () => {
    const seen = lived('a|', { a: ready(99) }, firstLife());
    expect(seen.find(({ delta }) => delta.type === 'failure')?.delta).toMatchObject({
      failure: { code: 'unsupported-model' },
    });
  });

  it('S-5: leaves out what was under way until it is reported again, and begins it anew', () => {
    const whole = lived('ab|', { a: ready(1), b: ready(2) });
    const until = whole.findIndex(({ delta }) => delta.type === 'edges' && delta.checkpoint === 'c2');
    const interrupted = stateOf(whole.slice(0, until + 1));
    expect(interrupted.checkpoints.at(-1)).toMatchObject({ id: 'c2', status: 'computing' });
    const seen = lived('-(ab)|', { a: ready(1), b: ready(2) }, interrupted);
    expect(kinds(seen).slice(0, 2)).toEqual(['0 checkpoint-skipped c2', '1 checkpoint-started c2']);
    const state = seen.map(({ delta }) => delta).reduce(apply, interrupted);
    expect(state.checkpoints.map(({ id, status }) => [id, status])).toEqual([
      ['c1', 'done'],
      ['c2', 'done'],
    ]);
    expect(state.partial).toBeNull();
  });

  it('says a failure that stands only once', () => {
    const failed = stateOf(deltasOf('a|', { a: broken(3) }));
    expect(kinds(lived('a|', { a: broken(3) }, failed))).toEqual([]);
  });
});

describe('a training that begins again at an earlier checkpoint', () => {
  const before = { a: ready(1), b: ready(2), c: ready(3) };

  it('S-7: leaves what it overtakes in a branch, whole, and goes on from what is left', () => {
    const seen = deltasOf('(abc) 20ms (de)|', { ...before, d: rewritten(2), e: rewritten(3) });
    const atRewind = seen.findIndex(({ delta }) => delta.type === 'rewound');
    const earlier = stateOf(seen.slice(0, atRewind));
    const state = stateOf(seen);
    expect(seen.filter(({ delta }) => delta.type === 'rewound').map(({ delta }) => delta)).toEqual([
      { type: 'rewound', fromStep: 2 },
    ]);
    expect(state.branches).toEqual([
      {
        fromStep: 2,
        checkpoints: earlier.checkpoints.filter(({ step }) => step >= 2),
        phaseChanges: [],
      },
    ]);
    expect(state.checkpoints.map(({ id, content }) => [id, content])).toEqual([
      ['c1', 'content of 1'],
      ['c2', 'other content of 2'],
      ['c3', 'other content of 3'],
    ]);
  });

  it('compares only with what is left of the run', () => {
    const seen = deltasOf('(abc) 20ms d|', { ...before, d: rewritten(2) });
    const [, , , again] = seen.filter(({ delta }) => delta.type === 'checkpoint-done');
    expect(again.delta).toMatchObject({ checkpoint: 'c2' });
    const state = stateOf(seen);
    // Churn is the later graph's step / 100 here. c3 belongs to the branch: the new c2 is not compared with it.
    expect(state.branches[0].checkpoints.map(({ id }) => id)).toEqual(['c2', 'c3']);
    expect(state.checkpoints.map(({ metrics }) => metrics.churn)).toEqual([undefined, 0.02]);
  });

  it('says anew which of its own checkpoints are broken, where that was said before it was known to have begun again', () => {
    const seen = deltasOf('(abc) 20ms (dx)|', { ...before, d: rewritten(2), x: broken(4) });
    const atRewind = seen.findIndex(({ delta }) => delta.type === 'rewound');
    const late = deltasOf('(abc) 20ms (xd) 20ms |', { ...before, d: rewritten(2), x: broken(4) });
    for (const state of [stateOf(seen), stateOf(late)])
      expect(state.checkpoints.map(({ id, status }) => [id, status])).toEqual([
        ['c1', 'done'],
        ['c2', 'done'],
        ['c4', 'failed'],
      ]);
    expect(kinds(seen.slice(atRewind)).filter((kind) => kind.includes('failure'))).toHaveLength(1);
  });

  it('does not say again what was broken and has been mended', () => {
    const mended = ready(4);
    const seen = deltasOf('(abcx) 20ms (md)|', { ...before, x: broken(4), m: mended, d: rewritten(2) });
    expect(stateOf(seen).checkpoints.map(({ id }) => id)).toEqual(['c1', 'c2']);
  });

  it('leaves alone what lies there from before, also after a restart', () => {
    const past = stateOf(deltasOf('(abc) 20ms d|', { ...before, d: rewritten(2) }));
    expect(kinds(deltasOf('(abc)|', { a: ready(1), b: rewritten(2), c: ready(3) }, [], past))).toEqual([]);
  });

  it('keeps the results of a checkpoint whose files break later, with a note', () => {
    const notes: string[] = [];
    const state = stateOf(deltasOf('a 20ms b|', { a: ready(1), b: broken(1) }, notes));
    expect(state.checkpoints).toMatchObject([{ id: 'c1', status: 'done' }]);
    expect(notes).toEqual(['c1 was analysed and is broken now, which changes nothing: cut short']);
  });
});
