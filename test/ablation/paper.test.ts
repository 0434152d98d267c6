/** The sweep over the paper's nodes: against reference numbers, a slow oracle, and by relations. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type ComponentNode, layerCountOf, possibleEdges } from '../../protocol/graph.ts';
import { paperNodes, paperRowCount, paperRowOf } from '../../server/ablation/paper-nodes.ts';
import { paperSessions, releasePaperSessions } from '../../server/ablation/paper-sessions.ts';
import { paperSweep } from '../../server/ablation/paper-sweep.ts';
import { type ProbeTokens, probeTokens } from '../../server/ablation/probe.ts';
import { runRows, validPositions } from '../../server/ablation/row-batches.ts';
import { floatTensor, Runtime, weightTensors } from '../../server/ablation/runtime.ts';
import type { SweepOptions } from '../../server/ablation/sweep.ts';
import { SweepCache } from '../../server/ablation/sweep-cache.ts';
import type { SweepEvent } from '../../server/ablation/sweep-event.ts';
import { seededRandom } from '../../server/base/random.ts';
import { readModel } from '../../server/model/family.ts';
import type { ModelWeights } from '../../server/model/weights.ts';
import { openCheckpoint } from '../../server/source/checkpoint-files.ts';
import { cosineChange, forward, loadedModel } from '../oracle/paper-forward.ts';
import { sampleCheckpoint } from '../support/checkpoints.ts';

const TOLERANCE = 1e-4;
const OPTIONS = { ablation: 'zero', measure: 'cosine', effectPositions: 0, memoryBytesMax: 2 ** 30 } as const;

type PaperGolden = {
  readonly tokens: readonly (readonly number[])[];
  /** weights[ablated][measured] */
  readonly weights: Readonly<Record<string, Readonly<Record<string, number>>>>;
};
const golden: PaperGolden = JSON.parse(
  readFileSync(new URL('../golden/paper-nodes-4000.json', import.meta.url), 'utf8'),
);

const runtime = new Runtime({ threads: 1, device: 'cpu' });
const files = await openCheckpoint(sampleCheckpoint(4000));
afterAll(async () => {
  await releasePaperSessions(runtime);
  await files.close();
});
const parallel = readModel(files.config, files.tensors);
const sequential = readModel({ ...Object(files.config), use_parallel_residual: false }, files.tensors);
const withoutBias = readModel({ ...Object(files.config), attention_bias: false }, files.tensors);
const nodes = paperNodes(parallel.architecture);
const probe = probeTokens({ kind: 'tokens', tokens: golden.tokens }, parallel.architecture);
/** Two prompts of different lengths. */
const ragged = probeTokens(
  { kind: 'tokens', tokens: [golden.tokens[0].slice(0, 4), golden.tokens[0].slice(20, 26)] },
  parallel.architecture,
);

async function events(
  model: typeof parallel,
  tokens: ProbeTokens,
  options: Partial<SweepOptions> = {},
): Promise<SweepEvent[]> {
  const seen: SweepEvent[] = [];
  const sweep = paperSweep(runtime, model.architecture, model.weights, tokens, { ...OPTIONS, ...options });
  for await (const event of sweep) seen.push(event);
  return seen;
}

/** Weights of all edges in edge order, [edges, P]. */
async function weightsOf(...parameters: Parameters<typeof events>): Promise<number[]> {
  const seen = await events(...parameters);
  return seen.flatMap((event) => (event.type === 'layer' ? [...event.weights] : []));
}

const largestDifference = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at])), 0);

const counts = (shape: { readonly layers: number; readonly heads: number }) => {
  const all = paperNodes(shape);
  const rows = new Set(all.map((node) => paperRowOf(node, shape.heads)).filter((row) => row !== null));
  return {
    ablated: all.filter((node) => node.ablated !== false).length,
    measured: all.filter((node) => node.measured !== false).length,
    rows: rows.size,
    edges: possibleEdges(all).sources.length,
  };
};

describe("the paper's nodes", () => {
  it('number 187 ablated and 140 measured for Pythia-14M, of which 67 ablations differ', () => {
    // Into each of a layer's 23: the embedding and 31 a layer below it; into the logits all 187.
    const edges = 23 * (6 + 31 * (0 + 1 + 2 + 3 + 4 + 5)) + 187;
    expect(counts({ layers: 6, heads: 4 })).toEqual({ ablated: 187, measured: 140, rows: 67, edges });
    expect(paperRowCount({ layers: 6, heads: 4 })).toBe(1 + 67);
  });

  it('are those of the reference', () => {
    expect(counts(parallel.architecture)).toEqual({ ablated: 94, measured: 71, rows: 34, edges: 2_302 });
    const ids = (kept: (node: ComponentNode) => boolean) => nodes.filter(kept).map((node) => node.id);
    const ablated = Object.keys(golden.weights);
    expect(ids((node) => node.ablated !== false).sort()).toEqual([...ablated].sort());
    // In the order of the reference too.
    expect(ids((node) => node.measured !== false)).toEqual(Object.keys(golden.weights.emb));
  });

  it('have their edges layer by layer, those into one layer together, and the logits as the last', () => {
    const { targets } = possibleEdges(nodes);
    const layers = Array.from(targets, (target) => nodes[target].layer);
    expect(layers).toEqual([...layers].sort((a, b) => a - b));
    expect(layerCountOf(nodes)).toBe(4);
  });
});

describe('the sweep over them', () => {
  const { sources, targets } = possibleEdges(nodes);

  it('agrees with one full forward pass per ablated node', async () => {
    const weights = await weightsOf(parallel, probe);
    const expected = Array.from(
      sources,
      (source, edge) => golden.weights[nodes[source].id][nodes[targets[edge]].id],
    );
    expect(weights.length).toBe(expected.length);
    expect(largestDifference(weights, expected)).toBeLessThan(TOLERANCE);
  });

  it.each([
    ['parallel', parallel],
    ['sequential', sequential],
    ['without attention biases', withoutBias],
  ])('agrees with plain loops that zero each node literally, prompt by prompt: %s', async (_, model) => {
    const weights = await weightsOf(model, ragged);
    const loaded = await loadedModel(model.architecture, model.weights);
    const expected = new Float64Array(weights.length);
    ragged.lengths.forEach((length, prompt) => {
      const ids = [...ragged.ids.subarray(prompt * ragged.positions, prompt * ragged.positions + length)];
      const clean = forward(loaded, ids, null);
      nodes.forEach((source, index) => {
        if (source.ablated === false) return;
        const changed = forward(loaded, ids, source.id);
        targets.forEach((target, edge) => {
          if (sources[edge] !== index) return;
          const { id, kind: part, head } = nodes[target];
          const isWhole = head === undefined && part !== 'mlp_hidden' && part !== 'logits';
          const heads = isWhole ? model.architecture.heads : 1;
          expected[edge * ragged.prompts + prompt] = cosineChange(clean[id], changed[id], heads);
        });
      });
    });
    expect(largestDifference(weights, [...expected])).toBeLessThan(TOLERANCE);
  });

  it('yields each layer with its slice of the edges, then the logits as a layer, then the output', async () => {
    const seen = await events(parallel, ragged);
    const into = (layer: number) =>
      targets.reduce((n, target) => n + Number(nodes[target].layer === layer), 0);
    expect(seen.map((event) => (event.type === 'layer' ? event.weights.length / 2 : event.type))).toEqual([
      into(0),
      into(1),
      into(2),
      94,
      'output',
    ]);
    const scores = seen.flatMap((event) => (event.type === 'layer' ? event.headScores.previous_token : []));
    expect(scores.length).toBe(12);
  });

  it('does not depend on how the batch is cut', async () => {
    for (const model of [parallel, sequential]) {
      const whole = await weightsOf(model, ragged);
      for (const memoryBytesMax of [0, 1_000_000, 2_000_000]) {
        const cut = await weightsOf(model, ragged, { memoryBytesMax });
        expect(largestDifference(cut, whole)).toBeLessThan(1e-6);
      }
    }
  });

  it('gives ablations that are one and the same the same weights, and whole tensors the mean of their heads', async () => {
    const weights = await weightsOf(parallel, probe);
    const at = new Map(
      Array.from(sources, (source, edge) => [`${nodes[source].id} ${nodes[targets[edge]].id}`, edge]),
    );
    const weight = (source: string, target: string) => weights[at.get(`${source} ${target}`) ?? Number.NaN];
    for (const target of ['attn.q.2', 'attn.z.2.3', 'mlp_1', 'logits'])
      for (const unit of ['0', '0.0', '0.3']) {
        const uniform = ['q', 'k', 'rot_q', 'rot_k'].map((part) => weight(`attn.${part}.${unit}`, target));
        expect(new Set(uniform).size).toBe(1);
        expect(weight(`attn.v.${unit}`, target)).toBe(weight(`attn.z.${unit}`, target));
        expect(uniform[0]).not.toBe(weight(`attn.z.${unit}`, target));
      }
    for (const part of ['q', 'k', 'v', 'z']) {
      const heads = [0, 1, 2, 3].map((head) => weight('mlp_0', `attn.${part}.1.${head}`));
      expect(weight('mlp_0', `attn.${part}.1`)).toBeCloseTo(
        heads.reduce((sum, value) => sum + value / 4, 0),
        6,
      );
    }
    expect(weight('mlp_0', 'attn.rot_q.1')).toBe(weight('mlp_0', 'attn.q.1'));
  });

  it('gives each node its effect on the output, the logits none', async () => {
    const seen = await events(parallel, probe, { effectPositions: 48 });
    const output = seen.at(-1);
    if (output?.type !== 'output' || !output.effects) return expect.fail('no effects');
    const { kl_nats, delta_loss_nats, logit_cosine } = output.effects;
    expect([kl_nats.length, delta_loss_nats.length, logit_cosine.length]).toEqual([95, 95, 95]);
    const effect = (id: string) => kl_nats[nodes.findIndex((node) => node.id === id)];
    expect(effect('logits')).toBe(0);
    expect(effect('attn.q.1.2')).toBe(effect('attn.rot_k.1.2'));
    expect(effect('emb')).toBeGreaterThan(effect('attn.z.2.0'));
    expect(output.task.induction_score).toBeGreaterThan(1);
  });

  it('takes what is unchanged from the sweep before, and the rest from the first changed layer on', async () => {
    const cache = new SweepCache();
    const first = await events(parallel, ragged, { cache });
    const second = await events(parallel, ragged, { cache });
    expect(second.map((event) => event.unchanged)).toEqual([true, true, true, true, true]);
    const results = (seen: readonly SweepEvent[]) => seen.map((event) => ({ ...event, unchanged: null }));
    expect(results(second)).toEqual(results(first));
    const weights: ModelWeights = {
      ...parallel.weights,
      async block(layer) {
        const block = await parallel.weights.block(layer);
        return layer === 1 ? { ...block, down_bias: block.down_bias?.map((value) => value + 0.5) } : block;
      },
    };
    const third = await events({ ...parallel, weights }, ragged, { cache });
    expect(third.map((event) => event.unchanged)).toEqual([true, false, false, false, false]);
    expect(results(third)).toEqual(results(await events({ ...parallel, weights }, ragged)));
  });

  it('refuses another family, and says so; another ablation or measure is our mistake', async () => {
    const llama = { ...parallel, architecture: { ...parallel.architecture, family: 'llama' } };
    await expect(events(llama, probe)).rejects.toThrow('for gpt_neox models only, this is llama');
    await expect(events(parallel, probe, { ablation: 'mean' })).rejects.toThrow(
      'zero ablation and cosine only, not for mean and cosine',
    );
  });
});

describe('its block graph', () => {
  it('takes from the sum with all heads what it takes with each', async () => {
    const { architecture, weights } = parallel;
    const { heads: H, width: D } = architecture;
    const { block } = await paperSessions(runtime, architecture, ragged.positions);
    const inputs = { ...weightTensors(block, await weights.block(1)), valid: validPositions(ragged) };
    const random = seededRandom(7);
    const row = ragged.ids.length * D;
    const stream = Float32Array.from({ length: row }, () => random() - 0.5);
    const { next } = await runRows(block, inputs, stream, [2, ragged.positions, D], 2);
    const rowAt = (index: number) => next.subarray(index * row, (index + 1) * row);
    expect(next.length / row).toBe(1 + 2 * (H + 1) + 1);
    for (const whole of [1, 1 + H + 1])
      for (let i = 0; i < row; i += 97) {
        const lost = (index: number) => rowAt(0)[i] - rowAt(index)[i];
        const parts = [1, 2, 3, 4].reduce((sum, head) => sum + lost(whole + head), 0);
        expect(lost(whole)).toBeCloseTo(parts, 4);
      }
    // At the first position attention has no choice: uniform attention changes nothing there.
    for (let head = 0; head <= H; head += 1)
      for (let i = 0; i < D; i += 1) expect(rowAt(1 + head)[i]).toBeCloseTo(rowAt(0)[i], 5);
  });
});

describe('its logits graph', () => {
  it('has the cosines of centred logits, also along directions that the unembedding hardly has', async () => {
    const { architecture } = parallel;
    const { width: D, vocabulary: V } = architecture;
    const random = seededRandom(11);
    // Row i of the norm's weight scales dimension i by 10³ … 1, and the unembedding by 1 … 10³ in turn.
    const scale = Float32Array.from({ length: D }, (_, i) => 1_000 ** (i / D));
    const unembedding = Float32Array.from({ length: V * D }, (_, at) => 5 + (random() - 0.5) / scale[at % D]);
    const tokens = ragged;
    const row = tokens.ids.length * D;
    const stream = Float32Array.from({ length: 2 * row }, () => random() - 0.5);
    const { logits } = await paperSessions(runtime, architecture, tokens.positions);
    const inputs = {
      norm_weight: floatTensor(scale, [D]),
      norm_bias: floatTensor(new Float32Array(D), [D]),
      unembedding: floatTensor(unembedding, [V, D]),
      valid: validPositions(tokens),
    };
    const run = await runRows(logits, inputs, stream, [2, tokens.positions, D], 2);
    const centred = (at: number) => {
      const x = [...stream.subarray(at * D, (at + 1) * D)];
      const mean = x.reduce((sum, value) => sum + value, 0) / D;
      const deviation = Math.sqrt(
        x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / D + architecture.norm.epsilon,
      );
      const values = Array.from({ length: V }, (_, token) =>
        x.reduce(
          (sum, value, i) => sum + ((value - mean) / deviation) * scale[i] * unembedding[token * D + i],
          0,
        ),
      );
      const center = values.reduce((sum, value) => sum + value, 0) / V;
      return values.map((value) => value - center);
    };
    tokens.lengths.forEach((length, prompt) => {
      const places = Array.from({ length }, (_, t) => prompt * tokens.positions + t);
      const mean = cosineChange(
        places.map(centred),
        places.map((place) => centred(place + tokens.ids.length)),
        1,
      );
      expect(run.distances[tokens.prompts + prompt]).toBeCloseTo(mean, 5);
    });
    expect(run.next).toBe(stream);
  });
});
