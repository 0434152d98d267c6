/** What was recorded, taken elsewhere: one file, replayed and exported by the command as a person runs it. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { MultiGraph } from 'graphology';
import { parse as parseGexf } from 'graphology-gexf';
import { parse as parseGraphml } from 'graphology-graphml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply } from '../../protocol/apply.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { startServer } from '../support/server.ts';
import { TestViewer } from '../support/viewer.ts';

const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-records-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const file = join(scratch, 'sample.recording');

/** The lines of `analyze`: what every export has to agree with. */
let analysed: Awaited<ReturnType<typeof phasewatch>>;
beforeAll(async () => {
  const recorded = await phasewatch('record', SAMPLE_RUN, '--out', file, '--tokens-per-step', '4096');
  expect(recorded).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('3 checkpoints') });
  analysed = await phasewatch('analyze', SAMPLE_RUN);
}, 60_000);

const checkpointLines = () => analysed.lines().filter(({ type }) => type === 'checkpoint');
const untimed = ({ millis: _, ...line }: Record<string, unknown>) => line;

describe('a recording', () => {
  it('exports as the lines that analyze prints', async () => {
    const { code, lines } = await phasewatch('export', file, '--format', 'ndjson');
    expect(code).toBe(0);
    expect(lines().map(untimed)).toEqual(analysed.lines().map(untimed));
  });

  it('exports as a table of edges and one of metrics that other programs read', async () => {
    const edges = parse<Record<string, number>>(
      (await phasewatch('export', file, '--format', 'csv')).stdout,
      {
        columns: true,
        cast: true,
      },
    );
    const expected = checkpointLines().flatMap(({ step, edges: own }) =>
      own.map(([, , weight, error]: [number, number, number, number]) => [step, weight, error]),
    );
    expect(edges.map((row) => [row.step, row.weight, row.standard_error])).toEqual(expected);
    const metrics = parse<Record<string, number>>(
      (await phasewatch('export', file, '--format', 'metrics-csv')).stdout,
      {
        columns: true,
        cast: true,
      },
    );
    expect(metrics.map((row) => [row.step, row.gini])).toEqual(
      checkpointLines().map(({ step, metrics: own }) => [step, own.gini]),
    );
  });

  it('exports as graphs that graphology reads', async () => {
    const last = checkpointLines().at(-1);
    const weights = last.edges.map(([, , weight]: [number, number, number]) => weight);
    const gexf = parseGexf(MultiGraph, (await phasewatch('export', file, '--format', 'gexf')).stdout);
    const graphml = parseGraphml(
      MultiGraph,
      (await phasewatch('export', file, '--format', 'graphml')).stdout,
    );
    for (const graph of [gexf, graphml]) {
      expect(graph.order).toBe(15);
      expect(graph.mapEdges((_, { weight }) => Number(weight)).sort()).toEqual([...weights].sort());
    }
    const first = await phasewatch('export', file, '--format', 'graphml', '--step', '0');
    const earlier = parseGraphml(MultiGraph, first.stdout).mapEdges((_, { weight }) => Number(weight));
    expect(earlier.sort()).toEqual(
      checkpointLines()[0]
        .edges.map(([, , weight]: [number, number, number]) => weight)
        .sort(),
    );
  });

  it('is exported again byte for byte, header aside', async () => {
    const copy = join(scratch, 'copy.recording');
    expect((await phasewatch('export', file, '--out', copy)).code).toBe(0);
    const [a, b] = [file, copy].map((name) => readFileSync(name));
    // The headers differ in the moment at which they were written, which is as long.
    expect(b.length).toBe(a.length);
    expect(b.subarray(200)).toEqual(a.subarray(200));
  });

  it('replays as if it were going on, to the same end', async () => {
    const server = await startServer('replay', file, '--speed', 'max');
    try {
      const viewer = await TestViewer.watching(server.port, 'sample-run');
      let { state } = await viewer.expect('snapshot');
      while (state.progress.activity !== 'ended') {
        const message = await viewer.next();
        if (message.type === 'delta') state = apply(state, message.delta);
        if (message.type === 'progress') state = { ...state, progress: message.progress };
      }
      expect(state.checkpoints.map(({ id, status, metrics }) => [id, status, metrics])).toEqual(
        checkpointLines().map(({ id, metrics }) => [id, 'done', metrics]),
      );
      expect(state.run.tokensPerStep).toBe(4_096);
      const graph = await fetch(`${server.url}api/runs/sample-run/checkpoints/checkpoint-512/graph`);
      expect((await graph.json()).weights).toEqual(
        checkpointLines()[1].edges.map(([, , weight]: [number, number, number]) => weight),
      );
    } finally {
      expect((await server.stop()).code).toBe(0);
    }
  });

  it('that was cut short is replayed up to there, with a sentence', async () => {
    const short = join(scratch, 'short.recording');
    writeFileSync(short, readFileSync(file));
    truncateSync(short, readFileSync(file).length - 10);
    const { code, stderr, lines } = await phasewatch('export', short, '--format', 'ndjson');
    expect(code).toBe(0);
    expect(stderr).toMatch(/short\.recording: the file ends within delta \d+; it is replayed up to there/);
    expect(lines().filter(({ type }) => type === 'checkpoint').length).toBeGreaterThanOrEqual(2);
  });
});

describe('what was watched', () => {
  it('is listed, and exported by its name', async () => {
    const data = join(scratch, 'data');
    const server = await startServer('watch', SAMPLE_RUN, '--data', data);
    const viewer = await TestViewer.watching(server.port, 'sample-run');
    let { state } = await viewer.expect('snapshot');
    while (state.checkpoints.filter(({ status }) => status === 'done').length < 3)
      state = apply(state, (await viewer.expect('delta')).delta);
    const locked = await phasewatch('export', 'sample-run', '--data', data, '--format', 'ndjson');
    expect(locked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('another phasewatch has it open'),
    });
    await server.stop();
    const listed = await phasewatch('runs', '--data', data);
    expect(listed.stdout).toMatch(/^sample-run-[0-9a-f]{8} {2}\d{4}-\d\d-\d\dT\d\d:\d\d {2}\S+sample-run\n$/);
    const { lines } = await phasewatch('export', 'sample-run', '--data', data, '--format', 'ndjson');
    expect(lines().map(untimed)).toEqual(analysed.lines().map(untimed));
  });
});

describe('wrong usage', () => {
  it.each([
    ['no such run', ['export', 'absent'], 'expected a file or the name of a run recorded in'],
    [
      'a file that is none',
      ['replay', join(SAMPLE_RUN, 'checkpoint-0', 'config.json')],
      'expected a recording',
    ],
    [
      'a format that is none',
      ['export', 'x', '--format', 'dot'],
      '--format: expected one of recording, gexf',
    ],
    [
      'a file that is there',
      ['record', SAMPLE_RUN, '--out', '/dev/null'],
      '--out: /dev/null is there already',
    ],
  ])('exits with 2 and a sentence: %s', async (_, words, sentence) => {
    const { code, stderr, stdout } = await phasewatch(
      ...words,
      ...(words[0] === 'record' ? [] : ['--data', scratch]),
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('exits with 2 where an option has no use', async () => {
    const { code, stderr } = await phasewatch('export', file, '--format', 'csv', '--step', '0');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('--step: --format csv has no use for it'),
    });
  });
});
