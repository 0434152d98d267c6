/** The command as a person runs it: the built program, its lines, its exit codes. */
import { cpSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EFFECT_METRICS, GRAPH_METRICS, NODE_METRICS, TASK_MEASURES } from '../../protocol/metrics.ts';
import { golden, goldenMetrics, SAMPLE_RUN, SAMPLE_STEPS } from '../support/checkpoints.ts';
import { MAIN, phasewatch } from '../support/command.ts';

const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-cli-'));
const tokens = join(scratch, 'tokens.json');
writeFileSync(tokens, JSON.stringify(golden('neox-512').tokens));

describe('analyze', () => {
  it('prints the golden graphs and metrics of the sample run', async () => {
    const { code, stderr, lines } = await phasewatch('analyze', SAMPLE_RUN, '--tokens', tokens);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [run, ...rest] = lines();
    expect(run).toMatchObject({ type: 'run', schema: 1, ablation: 'zero', measure: 'cosine' });
    expect(rest.map((line) => line.type)).toEqual([
      'checkpoint',
      'checkpoint',
      'checkpoint',
      'phases',
      'end',
    ]);
    expect(rest.at(-1)).toEqual({ type: 'end', checkpoints: 3, failures: 0 });

    SAMPLE_STEPS.forEach((step, index) => {
      const line = rest[index];
      expect(line).toMatchObject({ step, id: `checkpoint-${step}` });
      expect(line.edges.length).toBe(75);
      const expected = golden(`neox-${step}`).graphs['zero/cosine'].weights;
      for (const [source, target, weight, error] of line.edges) {
        expect(Math.abs(weight - expected[source * run.nodes.length + target])).toBeLessThan(1e-4);
        expect(error).toBeGreaterThanOrEqual(0);
      }
      const reference = goldenMetrics().graphs.find(
        (graph) => graph.checkpoint === `sample/checkpoint-${step}`,
      );
      const { graph, node, roles } = reference ?? expect.fail();
      expect(line.metrics.total_strength).toBeCloseTo(graph.total_strength, 3);
      expect(line.metrics.gini).toBeCloseTo(graph.gini, 4);
      expect(line.metrics.density).toBeCloseTo(graph.density_at_0_3, 4);
      expect(line.metrics.active_edges).toBe(graph.active_edges_at_0_3);
      expect(line.metrics.active_nodes).toBe(graph.active_nodes_at_0_3);
      line.nodeMetrics.out_strength.forEach((value: number, at: number) => {
        expect(Math.abs(value - node.out_strength[at])).toBeLessThan(1e-4);
      });
      expect(line.roles).toEqual(roles);
    });
    const pair = goldenMetrics().pairs.find(({ current }) => current === 'sample/checkpoint-512');
    expect(rest[1].metrics.churn).toBeCloseTo(pair?.churn ?? Number.NaN, 4);
    expect(rest[0].metrics).not.toHaveProperty('churn');
  });

  it('uses the ids of the catalogue and nothing else', async () => {
    const { lines } = await phasewatch(
      'analyze',
      SAMPLE_RUN,
      '--steps',
      '0,512',
      '--prompts',
      '2',
      '--segment',
      '8',
    );
    const second = lines()[2];
    const ids = (catalogue: readonly { readonly id: string }[]) => catalogue.map(({ id }) => id).sort();
    expect(Object.keys(second.metrics).sort()).toEqual(ids(GRAPH_METRICS));
    expect(Object.keys(second.nodeMetrics).sort()).toEqual(ids([...NODE_METRICS, ...EFFECT_METRICS]));
    expect(Object.keys(second.task).sort()).toEqual(
      ids(TASK_MEASURES.filter(({ id }) => id !== 'in_context_score')),
    );
  });

  it('recognises a checkpoint that is identical to the one before', async () => {
    const directory = join(scratch, 'identical');
    for (const step of [1, 2])
      cpSync(join(SAMPLE_RUN, 'checkpoint-512'), join(directory, `checkpoint-${step}`), { recursive: true });
    const { lines } = await phasewatch('analyze', directory);
    const [first, second] = lines().filter((line) => line.type === 'checkpoint');
    expect(first).toMatchObject({ identicalTo: null, unchangedLayers: 0 });
    expect(second).toMatchObject({ identicalTo: 'checkpoint-1', unchangedLayers: 3, metrics: { churn: 0 } });
    expect(second.edges).toEqual(first.edges);
  });

  it('leaves out what --every says', async () => {
    const { lines } = await phasewatch('analyze', SAMPLE_RUN, '--every', '2');
    expect(lines().flatMap((line) => (line.type === 'checkpoint' ? [line.step] : []))).toEqual([0, 4000]);
  });

  it('sets metrics beside a null model where asked to', async () => {
    const { lines } = await phasewatch('analyze', SAMPLE_RUN, '--steps', '4000', '--null-model');
    const { nullScores } = lines()[1];
    // Shuffling weights within pairs of layers moves communities and clustering, and leaves totals where they are.
    expect(Object.keys(nullScores)).toEqual(
      expect.arrayContaining(['modularity', 'average_directed_clustering']),
    );
    expect(nullScores).not.toHaveProperty('total_strength');
    expect(Object.values(nullScores).every(Number.isFinite)).toBe(true);
  });

  it('marks a broken checkpoint with a sentence, goes on, and exits with 1', async () => {
    const directory = join(scratch, 'broken');
    cpSync(SAMPLE_RUN, directory, { recursive: true });
    const file = join(directory, 'checkpoint-512', 'model.safetensors');
    const bytes = readFileSync(file).length;
    truncateSync(file, 300_000);
    const { code, lines } = await phasewatch('analyze', directory);
    expect(code).toBe(1);
    const failure = lines().find((line) => line.type === 'failure');
    expect(failure).toMatchObject({ step: 512, id: 'checkpoint-512', code: 'truncated' });
    expect(failure.message.replace(/\D/g, '')).toContain(String(bytes));
    expect(lines().at(-1)).toEqual({ type: 'end', checkpoints: 2, failures: 1 });
  });

  it('says what is missing, and exits with 1', async () => {
    const absent = await phasewatch('analyze', join(scratch, 'absent'));
    expect(absent.code).toBe(1);
    expect(absent.stderr).toContain('absent');
    const step = await phasewatch('analyze', SAMPLE_RUN, '--steps', '7');
    expect(step).toMatchObject({ code: 1, stderr: expect.stringContaining('no checkpoint of step 7') });
  });
});

describe('diff', () => {
  it('says in text what changed between two checkpoints', async () => {
    const [before, after] = [512, 4000].map((step) => join(SAMPLE_RUN, `checkpoint-${step}`));
    const { code, stdout } = await phasewatch('diff', before, after, '--tokens', tokens);
    expect(code).toBe(0);
    // Totals of the golden graphs.
    const [from, to] = ['512', '4000'].map(
      (step) =>
        goldenMetrics().graphs.find((graph) => graph.checkpoint === `sample/checkpoint-${step}`)?.graph,
    );
    const three = (value = Number.NaN) => String(Number(value.toPrecision(3)));
    expect(stdout).toContain(
      `Total strength: ${three(from?.total_strength)} → ${three(to?.total_strength)} (+`,
    );
    expect(stdout).toContain('1 − cosine under zero ablation, mean over 4 prompts × 48 positions');
    expect(stdout).toMatch(/Edges that changed most\n {2}L\dH?\w+ → L\d\w+ {2}[\d.]+ → [\d.]+ \(\+/);
  });

  it('says why a checkpoint cannot be compared, and exits with 1', async () => {
    const absent = join(scratch, 'checkpoint-7');
    const { code, stderr } = await phasewatch('diff', join(SAMPLE_RUN, 'checkpoint-512'), absent);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('checkpoint-7: ') });
  });
});

describe('phases', () => {
  it('finds the phase changes of any table', async () => {
    const file = join(scratch, 'table.csv');
    const rows = Array.from(
      { length: 60 },
      (_, index) => `${index},${Math.sin(7 * index) / 9 + (index < 30 ? 0 : 8)}`,
    );
    writeFileSync(file, ['step,loss', ...rows].join('\n'));
    const { code, lines } = await phasewatch('phases', file, '--signals', 'loss');
    expect(code).toBe(0);
    const changes = lines().filter((line) => line.type === 'phase-change');
    const sure = changes.filter(({ probability }) => probability >= 0.9);
    expect(sure[0]).toMatchObject({ interval: [29, 30], signals: [{ id: 'loss' }] });
    expect(lines().at(-2)).toMatchObject({ type: 'phases', segments: [{ from: 0, to: 29 }, { to: 59 }] });
  });

  it('refuses a table by line and column', async () => {
    const file = join(scratch, 'broken.csv');
    writeFileSync(file, 'step,loss\n1,2\n2,x');
    expect(await phasewatch('phases', file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('line 3, column 2 (loss): expected a finite number'),
    });
  });
});

describe('wrong usage', () => {
  it.each([
    [
      'an unknown option',
      ['analyze', SAMPLE_RUN, '--token', 'x'],
      '--token: this command has no such option; did you mean --tokens?',
    ],
    [
      'a tokens file that is none',
      ['analyze', SAMPLE_RUN, '--tokens', MAIN],
      'expected a JSON array of prompts',
    ],
    [
      'a device that is none',
      ['analyze', SAMPLE_RUN, '--device', 'abacus'],
      'expected one of the devices cpu,',
    ],
    [
      'a device that is not installed',
      ['analyze', SAMPLE_RUN, '--device', 'cuda'],
      'npm rebuild onnxruntime-node --ignore-scripts=false',
    ],
    ['a text file that is not there', ['analyze', SAMPLE_RUN, '--text', 'absent.txt'], 'absent.txt'],
  ])('exits with 2 and a sentence: %s', async (_, words, sentence) => {
    const { code, stderr, stdout } = await phasewatch(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('is not asking for help', async () => {
    expect(await phasewatch('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage') });
  });
});
