import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RunSummary } from '../../protocol/messages.ts';
import { Graph, RunState } from '../../protocol/state.ts';
import { apiRoutes } from '../../server/gateway/api.ts';
import { answer, asked, madeChange, madeCheckpoint, madeGraph, madeRun, madeRuns } from './made-runs.ts';

const DONE = madeCheckpoint(100, {
  metrics: { gini: 0.5, churn: 0.1 },
  metricErrors: { gini: 0.01 },
  task: { loss_first_half: 4 },
});
const LATER = madeCheckpoint(300, { metrics: { gini: 0.75 }, task: { loss_first_half: 3 } });
const LEFT_BEHIND = madeCheckpoint(200, { metrics: { gini: 0.125 } });
const STATE: Partial<RunState> = {
  checkpoints: [
    madeCheckpoint(0, { metrics: {} }),
    DONE,
    madeCheckpoint(150, {
      status: 'failed',
      metrics: { gini: 9 },
      failure: { code: 'truncated', message: 'model.safetensors is cut short' },
    }),
    LATER,
    madeCheckpoint(400, { status: 'skipped' }),
    madeCheckpoint(500, { status: 'computing', metrics: { gini: 9 } }),
  ],
  phaseChanges: [madeChange(0.9)],
  segments: [{ from: 0, to: 300, name: 'exploration', reasons: ['strength does not grow'] }],
  branches: [{ fromStep: 200, checkpoints: [LEFT_BEHIND], phaseChanges: [] }],
  partial: madeGraph('checkpoint-500', [0.1]),
  latest: madeGraph('checkpoint-300', [0.2]),
};
const GRAPHS = [madeGraph('checkpoint-100', [0.25, 0.5]), madeGraph('0/checkpoint-200', [0.75])];

const madeApi = () => {
  const run = madeRun('my-model', STATE, GRAPHS);
  return { run, api: apiRoutes(madeRuns(run, madeRun('a/b c%'))) };
};
const { api } = madeApi();

describe('the runs over HTTP', () => {
  it('H-4: names the runs, where their streams stand, and nothing else of them', async () => {
    const { status, text, contentType, headers } = await answer(api, '/api/runs');
    expect({ status, contentType }).toEqual({ status: 200, contentType: 'application/json; charset=utf-8' });
    expect(headers['cache-control']).toBe('private, no-cache');
    const summaries: RunSummary[] = JSON.parse(text);
    expect(summaries.map((each) => v.parse(RunSummary, each))).toEqual([
      { id: 'my-model', name: 'Run my-model', epoch: 'e1', offset: 7, unkept: null },
      { id: 'a/b c%', name: 'Run a/b c%', epoch: 'e1', offset: 7, unkept: null },
    ]);
    expect(JSON.parse((await answer(apiRoutes(madeRuns()), '/api/runs')).text)).toEqual([]);
  });

  it('H-4: answers a state without its graphs, and its place', async () => {
    const { run } = madeApi();
    const history = JSON.parse((await answer(api, '/api/runs/my-model')).text);
    const { partial, latest, ...rest } = run.state;
    expect(partial).not.toBeNull();
    expect(latest).not.toBeNull();
    expect(history).toEqual({ ...rest, epoch: 'e1', offset: 7 });
    expect(v.parse(RunState, { ...history, partial: null, latest: null }).checkpoints).toHaveLength(6);
  });

  it.each(['/api/runs/a%2Fb%20c%25', '/api/runs/a%2fb%20c%25'])(
    'finds a name by its code: %s',
    async (target) => {
      expect(JSON.parse((await answer(api, target)).text).run.name).toBe('Run a/b c%');
    },
  );

  it.each([
    '/api',
    '/api/runs/my-model/',
    '/api/runs/my-model/metrics',
    '/api/runs/my-model/metrics/gini/more',
    '/api/runs/my-model/checkpoints/checkpoint-100',
    '/api/runs/my-model/checkpoints/checkpoint-100/graph/more',
    '/api/runs/my-model/export/gini',
    '/api/uploads/my-model',
    '/other/runs/my-model',
  ])('leaves to others what is not its own: %s', async (target) => {
    expect(await asked(api, target)).toBeNull();
  });

  it('reads only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(await asked(api, '/api/runs', {}, method)).toBeNull();
  });
});

describe('a series', () => {
  const seriesAt = async (target: string) => JSON.parse((await answer(api, target)).text);

  it('H-4: has a point for each done checkpoint with a value, by step, and what the catalogue says', async () => {
    expect(await seriesAt('/api/runs/my-model/metrics/gini')).toEqual({
      run: 'my-model',
      metric: 'gini',
      label: 'Gini coefficient',
      unit: '',
      comparesWithPrevious: false,
      branch: null,
      points: [
        { step: 100, checkpoint: 'checkpoint-100', value: 0.5, standardError: 0.01 },
        { step: 300, checkpoint: 'checkpoint-300', value: 0.75, standardError: null },
      ],
    });
    expect(await seriesAt('/api/runs/my-model/metrics/churn')).toMatchObject({
      comparesWithPrevious: true,
      points: [{ step: 100, value: 0.1 }],
    });
  });

  it('H-4: is of the task as well', async () => {
    expect(await seriesAt('/api/runs/my-model/metrics/loss_first_half')).toMatchObject({
      unit: 'nats',
      points: [
        { step: 100, value: 4 },
        { step: 300, value: 3 },
      ],
    });
  });

  it('H-4: is that of a branch with ?branch=', async () => {
    expect(await seriesAt('/api/runs/my-model/metrics/gini?branch=0')).toMatchObject({
      branch: 0,
      points: [{ step: 200, checkpoint: 'checkpoint-200', value: 0.125, standardError: null }],
    });
  });

  it('is empty where a known metric has no value', async () => {
    expect((await seriesAt('/api/runs/my-model/metrics/modularity')).points).toEqual([]);
  });

  it.each([
    ['ginny', 'there is no metric "ginny"; those with a series are total_strength, '],
    ['__proto__', 'there is no metric "__proto__"; '],
    ['constructor', 'there is no metric "constructor"; '],
    ['out_strength', '"out_strength" has a value for each node and so no series'],
    ['kl_nats', '"kl_nats" has a value for each node and so no series'],
    ['prefix_matching', '"prefix_matching" has a value for each head and so no series'],
  ])('there is none of %s, and the answer says why', async (metric, sentence) => {
    const { status, text } = await answer(api, `/api/runs/my-model/metrics/${metric}`);
    expect({ status, text }).toEqual({ status: 404, text: expect.stringContaining(sentence) });
  });
});

describe('a graph', () => {
  const path = (checkpoint: string) => `/api/runs/my-model/checkpoints/${checkpoint}/graph`;

  it('H-2: comes whole, under a tag, from the run or from a branch', async () => {
    const { status, text, headers } = await answer(api, path('checkpoint-100'));
    expect({ status, graph: v.parse(Graph, JSON.parse(text)) }).toEqual({ status: 200, graph: GRAPHS[0] });
    expect(headers.etag).toMatch(/^"[\w-]{22}"$/);
    const branch = await answer(api, `${path('checkpoint-200')}?branch=0`);
    expect(JSON.parse(branch.text)).toEqual(GRAPHS[1]);
    expect(branch.headers.etag).not.toBe(headers.etag);
  });

  it('H-2: is 304 under the same tag, and sent again when it changed', async () => {
    const graphs = [madeGraph('checkpoint-100', [0.25])];
    const changing = apiRoutes(madeRuns(madeRun('my-model', STATE, graphs)));
    const first = await answer(changing, path('checkpoint-100'));
    const again = await answer(changing, path('checkpoint-100'), { 'if-none-match': first.headers.etag });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
    graphs[0] = madeGraph('checkpoint-100', [0.26]);
    const changed = await answer(changing, path('checkpoint-100'), { 'if-none-match': first.headers.etag });
    expect(changed.status).toBe(200);
  });

  it.each([
    ['checkpoint-500', 'is being computed'],
    ['checkpoint-150', 'failed and has no graph: model.safetensors is cut short'],
    ['checkpoint-400', 'was skipped'],
    ['checkpoint-300', 'is done, but its graph is no longer kept'],
    ['checkpoint-999', 'there is no checkpoint "checkpoint-999"; '],
    ['checkpoint-200', 'there is no checkpoint "checkpoint-200"; there is one under ?branch=0'],
    ['checkpoint-100', 'there is no checkpoint "checkpoint-100" of branch 0', '?branch=0'],
    ['%ff', 'there is no checkpoint "%ff"'],
  ])('H-2: is 404 for %s: %s', async (checkpoint, sentence, query = '') => {
    const { status, text, contentType } = await answer(api, path(checkpoint) + query);
    expect({ status, text, contentType }).toEqual({
      status: 404,
      text: expect.stringContaining(sentence),
      contentType: 'text/plain; charset=utf-8',
    });
  });
});

describe('what cannot be answered', () => {
  it.each([
    ['/api/runs/other', 'there is no run "other"; those of this server are "my-model", "a/b c%"'],
    ['/api/runs/%ff', 'there is no run "%ff"'],
    ['/api/runs/', 'there is no run ""'],
    ['/api/runs/other/metrics/gini', 'there is no run "other"'],
    ['/api/runs/other/checkpoints/x/graph', 'there is no run "other"'],
    ['/api/runs/my-model/metrics/gini?branch=1', 'run "my-model" has no branch 1: it has branch 0 only'],
    ['/api/runs/a%2Fb%20c%25/metrics/gini?branch=0', 'has no branch 0: it has no branches'],
  ])('is 404 and says what there is: %s', async (target, sentence) => {
    const { status, text } = await answer(api, target);
    expect({ status, text }).toEqual({ status: 404, text: expect.stringContaining(sentence) });
  });

  it.each([
    'branch=',
    'branch=x',
    'branch=-1',
    'branch=1.5',
    'branch=0x0',
    'branch=1e3',
    'branch=0&branch=1',
  ])('is 400 for a branch that is no number: %s', async (query) => {
    for (const target of ['metrics/gini', 'checkpoints/checkpoint-100/graph']) {
      const { status, text } = await answer(api, `/api/runs/my-model/${target}?${query}`);
      expect({ status, text }).toEqual({
        status: 400,
        text: expect.stringMatching(/^expected one branch=N, N a whole number from 0, got branch=/),
      });
    }
  });

  it.each([
    ['/api/runs?run=a', 'expected nothing in the query, got run'],
    ['/api/runs/my-model?branch=0', 'expected nothing in the query, got branch'],
    ['/api/runs/my-model/metrics/gini?branc=0', 'expected branch in the query, got branc'],
  ])('is 400 for words that mean nothing: %s', async (target, sentence) => {
    const { status, text } = await answer(api, target);
    expect({ status, text }).toEqual({ status: 400, text: `${sentence}\n` });
  });

  it('names no more runs than a person reads', async () => {
    const many = apiRoutes(madeRuns(...Array.from({ length: 30 }, (_, index) => madeRun(`r${index}`))));
    const { text } = await answer(many, '/api/runs/x');
    expect(text).toContain('"r19" and 10 more');
    expect(text).not.toContain('"r20"');
    expect((await answer(apiRoutes(madeRuns()), '/api/runs/x')).text).toContain('has no runs so far');
  });
});

describe('the tag', () => {
  it.each(['/api/runs', '/api/runs/my-model', '/api/runs/my-model/metrics/gini'])(
    'H-4: of %s holds until the stream moves on, or is another one',
    async (target) => {
      const { run, api: own } = madeApi();
      const { etag } = (await answer(own, target)).headers;
      const again = await answer(own, target, { 'if-none-match': `"x", W/${etag}` });
      expect({ status: again.status, text: again.text, etag: again.headers.etag }).toEqual({
        status: 304,
        text: '',
        etag,
      });
      run.offset += 1;
      expect((await answer(own, target, { 'if-none-match': etag })).status).toBe(200);
      run.offset -= 1;
      run.epoch = 'e2';
      expect((await answer(own, target, { 'if-none-match': etag })).status).toBe(200);
    },
  );

  it('of a state changes with its progress, which has no offset', async () => {
    const { run, api: own } = madeApi();
    const { etag } = (await answer(own, '/api/runs/my-model')).headers;
    run.state = { ...run.state, progress: { ...run.state.progress, known: 99 } };
    const { status, text } = await answer(own, '/api/runs/my-model', { 'if-none-match': etag });
    expect({ status, known: JSON.parse(text).progress.known }).toEqual({ status: 200, known: 99 });
  });

  it('spares a client that has it the building of a series', async () => {
    const { run, api: own } = madeApi();
    const { etag } = (await answer(own, '/api/runs/my-model/metrics/gini')).headers;
    Object.defineProperty(run.state, 'checkpoints', {
      get: () => expect.unreachable('the checkpoints were read'),
    });
    expect((await answer(own, '/api/runs/my-model/metrics/gini', { 'if-none-match': etag })).status).toBe(
      304,
    );
  });
});
