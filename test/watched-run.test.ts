/** A run from its source to its viewers, through several lives of the server on the same data directory. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, NEVER, type Observable, of, Subject, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Analysis } from '../protocol/state.ts';
import type { Settings } from '../server/ablation/settings.ts';
import type { AnalysisEvent } from '../server/analysis.ts';
import type { Log } from '../server/base/log-line.ts';
import type { Engine } from '../server/engine-process.ts';
import { SharedEngine } from '../server/shared-engine.ts';
import type { CheckpointRef, SourceEvent } from '../server/source/directory.ts';
import { WatchedRun } from '../server/watched-run.ts';
import { runInfo, served } from './support/served.ts';
import { TestViewer } from './support/viewer.ts';

const MIB = 2 ** 20;
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
/** Three layers of one head each: edges into layer 1: 1, into layer 2: 2. */
const ANALYSIS: Analysis = {
  model: { family: 'gpt_neox', layers: 3, heads: 1, width: 8, headWidth: 8, mlpWidth: 8, vocabulary: 9 },
  nodes: [0, 1, 2].map((layer) => ({ id: `L${layer}H0`, layer, kind: 'head', depth: layer })),
  ablation: 'zero',
  measure: 'cosine',
  probe: { kind: 'tokens', prompts: 1, positions: 4 },
  activityThreshold: 0.3,
};

/** Its weights follow from the contents of the checkpoint: a number. */
class FakeEngine implements Engine {
  readonly analysed: string[] = [];
  /** Of checkpoints that never end, and of one over which there is a mistake of ours. */
  endless = '';
  mistaken = '';

  analyse(run: string, { id, content }: CheckpointRef): Observable<AnalysisEvent> {
    this.analysed.push(`${run} ${id} ${content}`);
    if (id === this.mistaken) return throwError(() => new TypeError('undefined is not a graph'));
    const layer = (number: number, firstEdge: number, count: number): AnalysisEvent => ({
      type: 'layer',
      layer: number,
      firstEdge,
      weights: new Float64Array(count).fill(Number(content)),
      standardErrors: null,
    });
    const opened: AnalysisEvent = { type: 'opened', analysis: ANALYSIS, expectedMillis: 9 };
    const begun = of(opened, layer(0, 0, 0), layer(1, 0, 1));
    if (id === this.endless) return concat(begun, NEVER);
    const rest: AnalysisEvent[] = [
      layer(2, 1, 2),
      {
        type: 'output',
        effects: {},
        headScores: {},
        task: { induction_score: Number(content) },
        undefinedCount: 0,
        unchangedLayers: 0,
        unchanged: false,
      },
      {
        type: 'measured',
        metrics: { total_strength: 3 * Number(content) },
        metricErrors: {},
        nodeMetrics: { out_strength: [1, 1, 0] },
        roles: { spreaders: [], gatherers: [], gatekeepers: [] },
      },
    ];
    return concat(begun, of(...rest));
  }

  compare(): Observable<Readonly<Record<string, number>>> {
    return of({ churn: 0.5 });
  }
}

const ready = (step: number, content: number): SourceEvent => ({
  type: 'ready',
  checkpoint: { id: `c${step}`, step, directory: '', configFile: '', content: `${content}` },
});

let data: string;
let engine: FakeEngine;
let said: string[];
let logged: string[];
const lives: (() => Promise<void>)[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'phasewatch-data-'));
  engine = new FakeEngine();
  said = [];
  logged = [];
});
afterEach(async () => {
  for (const end of lives.splice(0)) await end();
});

const says = (level: keyof Log) => (event: string) => logged.push(`${level} ${event}`);
const log: Log = {
  debug: says('debug'),
  info: says('info'),
  warn: says('warn'),
  error: says('error'),
};

/** A life of the server: the run is watched until it is ended, or the test is. */
async function live(id = 'a', shared: Engine = engine) {
  const source = new Subject<SourceEvent>();
  const run = await WatchedRun.open({
    run: runInfo(id),
    source: () => source,
    engine: shared,
    settings: SETTINGS,
    turns: { every: 1, maxLag: null, fillIn: true },
    data,
    dataBytesMax: MIB,
    log,
    say: (sentence) => said.push(sentence),
  });
  let failure: unknown = null;
  const subscription = run.watch().subscribe({
    error: (error) => {
      failure = error;
    },
  });
  const { stream } = run;
  let isOver = false;
  const end = async () => {
    if (isOver) return;
    isOver = true;
    subscription.unsubscribe();
    await stream.close();
    expect(failure).toBeNull();
  };
  lives.push(end);
  const statuses = () =>
    stream.state.checkpoints.map((checkpoint) => `${checkpoint.id} ${checkpoint.status}`);
  return {
    stream,
    end,
    report: (...events: readonly SourceEvent[]) => {
      for (const event of events) source.next(event);
    },
    stands: (...expected: string[]) =>
      vi.waitFor(() => expect(statuses()).toEqual(expected), { interval: 2 }),
  };
}

describe('a watched run', () => {
  it('is analysed in its first life; in the second only what is new is', async () => {
    const first = await live();
    first.report(ready(1, 0.1), ready(2, 0.2));
    await first.stands('c1 done', 'c2 done');
    await first.end();
    expect(engine.analysed).toEqual(['a c1 0.1', 'a c2 0.2']);
    const { epoch, offset, state } = first.stream;

    const second = await live();
    expect(second.stream).toMatchObject({ epoch, offset });
    expect({ ...second.stream.state, progress: null }).toEqual({ ...state, progress: null });
    second.report(ready(1, 0.1), ready(2, 0.2), ready(3, 0.3));
    await second.stands('c1 done', 'c2 done', 'c3 done');
    expect(engine.analysed.slice(2)).toEqual(['a c3 0.3']);
    // It was compared with one that only the log has.
    expect(second.stream.state.checkpoints[2].metrics.churn).toBe(0.5);
    await vi.waitFor(() =>
      expect(second.stream.state.progress).toMatchObject({ activity: 'waiting', taken: 3, known: 3 }),
    );
    expect(said).toEqual([]);
    expect(second.stream.unkept).toBeNull();
  });

  it('S-5: that was interrupted leaves out what was under way, and starts it anew when it is reported again', async () => {
    engine.endless = 'c2';
    const first = await live();
    first.report(ready(1, 0.1), ready(2, 0.2));
    await first.stands('c1 done', 'c2 computing');
    await first.end();

    engine.endless = '';
    const second = await live();
    await second.stands('c1 done', 'c2 skipped');
    expect(second.stream.state.partial).toBeNull();
    second.report(ready(1, 0.1), ready(2, 0.2));
    await second.stands('c1 done', 'c2 done');
    expect(engine.analysed).toEqual(['a c1 0.1', 'a c2 0.2', 'a c2 0.2']);
    expect(second.stream.state.latest).toMatchObject({ checkpoint: 'c2', weights: [0.2, 0.2, 0.2] });
  });

  it('S-7: whose checkpoint is written again with other contents makes a branch, and loses no graph', async () => {
    const first = await live();
    first.report(ready(1, 0.1), ready(2, 0.2), ready(3, 0.3));
    await first.stands('c1 done', 'c2 done', 'c3 done');
    first.report(ready(2, 0.7));
    await first.stands('c1 done', 'c2 done');
    const isKept = async ({ stream }: typeof first) => {
      expect(stream.state.branches).toMatchObject([
        { fromStep: 2, checkpoints: [{ id: 'c2', content: '0.2' }, { id: 'c3' }] },
      ]);
      expect((await stream.graph('c2', 0))?.weights).toEqual([0.2, 0.2, 0.2]);
      expect((await stream.graph('c3', 0))?.weights).toEqual([0.3, 0.3, 0.3]);
      expect((await stream.graph('c2', null))?.weights).toEqual([0.7, 0.7, 0.7]);
      expect(await stream.graph('c3', null)).toBeNull();
    };
    await isKept(first);
    await first.end();

    const second = await live();
    await isKept(second);
    // What was left behind stays behind; what is there is known.
    second.report(ready(1, 0.1), ready(2, 0.7), ready(3, 0.3), ready(3, 0.9));
    await second.stands('c1 done', 'c2 done', 'c3 done');
    expect(engine.analysed.slice(4)).toEqual(['a c3 0.9']);
    expect(logged).toContain('warn rewound');
  });

  it('S-4: sends the edges of a checkpoint layer by layer, then its metrics, then that it is done', async () => {
    const { stream, report, stands } = await live();
    const server = await served([stream]);
    const viewer = await TestViewer.watching(server.port, 'a', { encoding: 'binary' });
    await viewer.expect('snapshot');
    report(ready(1, 0.1), ready(2, 0.2));
    await stands('c1 done', 'c2 done');
    const done: string[] = [];
    let edges = 0;
    let layers: number[] = [];
    let measured = false;
    while (done.length < 2) {
      const { delta } = await viewer.expect('delta');
      if (delta.type === 'edges') {
        expect(delta.firstEdge).toBe(edges);
        edges += delta.since?.count ?? delta.weights.length;
        layers.push(delta.layer);
        expect(measured).toBe(false);
      }
      if (delta.type === 'metrics') measured = true;
      if (delta.type !== 'checkpoint-done') continue;
      done.push(delta.checkpoint);
      expect([layers, edges, measured]).toEqual([[0, 1, 2], 3, true]);
      [edges, layers, measured] = [0, [], false];
    }
    expect(done).toEqual(['c1', 'c2']);
    viewer.socket.close();
    await server.gateway.close();
  });
});

describe('what goes wrong', () => {
  it('as a mistake of ours ends that run, with a sentence, and no other', async () => {
    engine.mistaken = 'c2';
    const shared = new SharedEngine(engine);
    const [broken, well] = [await live('a', shared), await live('b', shared)];
    broken.report(ready(1, 0.1), ready(2, 0.2), ready(3, 0.3));
    well.report(ready(1, 0.1));
    await broken.stands('c1 done', 'c2 computing');
    const ended = {
      activity: 'ended',
      checkpoint: null,
      message:
        'the analysis has ended over a mistake in phasewatch itself (TypeError: undefined is not a graph); start it again to go on',
    };
    await vi.waitFor(() => expect(broken.stream.state.progress).toMatchObject(ended));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^Run a: .*other runs go on\. TypeError: undefined is not a graph\n/);
    expect(logged).toContain('error broken');

    broken.report(ready(4, 0.4));
    well.report(ready(2.5, 0.25), ready(3, 0.3));
    await well.stands('c1 done', 'c2.5 done', 'c3 done');
    await broken.stands('c1 done', 'c2 computing');
    // Another life takes it up where it ended.
    engine.mistaken = '';
    await broken.end();
    const again = await live('a', shared);
    again.report(ready(1, 0.1), ready(2, 0.2));
    await again.stands('c1 done', 'c2 done');
  });

  it('with the data directory costs only keeping: a file in its place', async () => {
    data = join(data, 'file');
    writeFileSync(data, '');
    const { stream, report, stands } = await live();
    expect(stream.unkept).toMatch(/Live viewing goes on; results are lost when this server stops$/);
    expect(stream.unkept).toContain(data);
    expect(said).toEqual([`Run a: ${stream.unkept}`]);
    expect(logged).toEqual(['warn log']);
    const server = await served([stream]);
    const viewer = await TestViewer.watching(server.port, 'a');
    await viewer.expect('snapshot');
    report(ready(1, 0.1));
    await stands('c1 done');
    expect(await viewer.expect('delta')).toMatchObject({
      offset: 1,
      delta: { type: 'checkpoint-started', checkpoint: 'c1' },
    });
    expect((await stream.graph('c1', null))?.weights).toEqual([0.1, 0.1, 0.1]);
    viewer.socket.close();
    await server.gateway.close();
  });

  it('with a log that another process has open costs only keeping', async () => {
    const first = await live();
    const second = await live();
    expect(second.stream.unkept).toContain('another phasewatch has it open');
    expect(second.stream.epoch).not.toBe(first.stream.epoch);
    second.report(ready(1, 0.1));
    await second.stands('c1 done');
    await first.stands();
  });
});
