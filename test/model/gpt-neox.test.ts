import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { componentNodes } from '../../server/model/architecture.ts';
import { readModel } from '../../server/model/family.ts';
import type { TensorReader } from '../../server/source/checkpoint-files.ts';
import { sampleCheckpoint } from '../support/checkpoints.ts';

const NEW: Record<string, unknown> = JSON.parse(readFileSync(sampleCheckpoint(512).configFile, 'utf8'));
const { rope_parameters: _, ...without } = NEW;
const OLD = { ...without, rotary_pct: 0.25, rotary_emb_base: 20_000, torch_dtype: 'float16' };

/** A reader of tensors that are all `fill`, but for what `shapes` says of their shapes. */
function tensors(shapes: Readonly<Record<string, readonly number[]>>, fill = 0.5): TensorReader {
  return {
    has: (name) => name in shapes,
    names: () => Object.keys(shapes),
    shape: (name) => shapes[name],
    read: async (name) => new Float32Array(shapes[name].reduce((count, size) => count * size, 1)).fill(fill),
  };
}

const architectureOf = (config: unknown) => readModel(config, tensors({})).architecture;

describe('a gpt_neox configuration', () => {
  it('is read as transformers 5 writes it', () => {
    expect(architectureOf(NEW)).toMatchObject({
      layers: 3,
      heads: 4,
      width: 64,
      headWidth: 16,
      mlpWidth: 256,
      residual: 'parallel',
      // θ_i = 10000^(−2i/8) over half of a head's 16 dimensions
      rotaryFrequencies: [1, 0.1, expect.closeTo(0.01, 12), expect.closeTo(0.001, 12)],
      mlp: { gated: false, activation: 'gelu' },
      specialTokens: [0],
    });
  });

  it('is read as earlier versions wrote it', () => {
    expect(architectureOf(OLD).rotaryFrequencies).toEqual([1, 20_000 ** -0.5]);
  });

  it('gives the nodes layer by layer, heads before the MLP, a layer at one depth', () => {
    const nodes = componentNodes(architectureOf(NEW));
    expect(nodes.slice(0, 6).map((node) => [node.id, node.depth])).toEqual([
      ['L0H0', 0],
      ['L0H1', 0],
      ['L0H2', 0],
      ['L0H3', 0],
      ['L0MLP', 0],
      ['L1H0', 1],
    ]);
    expect(nodes.length).toBe(15);
  });

  it.each([
    [
      'another family',
      { ...NEW, model_type: 'mamba' },
      /expected model_type to be one of gpt_neox, gpt2, llama, .*found "mamba"/,
    ],
    ['no family', [], 'found nothing'],
    [
      'an activation that is not known',
      { ...NEW, hidden_act: 'relu6' },
      'hidden_act "relu6", expected one of gelu,',
    ],
    ['tied embeddings', { ...NEW, tie_word_embeddings: true }, 'tie_word_embeddings true, expected false'],
    [
      'another rope',
      { ...OLD, rope_scaling: { type: 'yarn' } },
      'rope type "yarn", expected one of default, linear, llama3',
    ],
    ['heads that do not divide', { ...NEW, num_attention_heads: 5 }, '64 is not a multiple of 5 heads'],
    ['a missing size', { ...NEW, vocab_size: undefined }, 'vocab_size'],
    ['several at once', { ...NEW, hidden_act: 'tanh', tie_word_embeddings: true }, /hidden_act.*tie_word/],
  ])('is refused with a sentence: %s', (_, config, sentence) => {
    expect(() => architectureOf(config)).toThrow(sentence);
  });
});

describe('the weights of a gpt_neox checkpoint', () => {
  const fused = 'gpt_neox.layers.0.attention.query_key_value';

  it('must have the shape that the configuration asks for', async () => {
    const { weights } = readModel(NEW, tensors({ 'gpt_neox.embed_in.weight': [65, 64] }));
    await expect(weights.embedding()).rejects.toThrow(
      'gpt_neox.embed_in.weight: expected shape [64,64], found [65,64]',
    );
  });

  it('must be there', async () => {
    const { weights } = readModel(NEW, tensors({}));
    await expect(weights.block(0)).rejects.toThrow(`expected a tensor ${fused}.weight [192,64], found none`);
  });

  it('must be finite', async () => {
    const { weights } = readModel(NEW, tensors({ 'embed_in.weight': [64, 64] }, Number.NaN));
    await expect(weights.embedding()).rejects.toThrow(
      'embed_in.weight: expected finite weights, found NaN at element 0',
    );
  });
});
