/** How the tensors of every family are read: all of them, under their names and shapes, and nothing else. */
import { describe, expect, it } from 'vitest';
import type { CheckpointFailure } from '../../server/base/failure.ts';
import { readModel } from '../../server/model/family.ts';
import {
  MADE_NAMES,
  type MadeModel,
  type MadeTensor,
  madeModel,
  readerOf,
  tensorOf,
  withTensors,
} from '../support/made-models.ts';

/** Reads the whole model, as a sweep does. @returns the names of the tensors that were read */
async function readAll(model: MadeModel): Promise<Set<string>> {
  const names = new Set<string>();
  const { architecture, weights } = readModel(
    model.config,
    readerOf(model, (name) => names.add(name)),
  );
  await weights.embedding();
  for (let layer = 0; layer < architecture.layers; layer += 1) {
    const block = await weights.block(layer);
    const sizes = Object.entries(block).map(([name, values]) => [name, values.length]);
    const shapes = Object.entries(architecture.blockShapes);
    expect(new Map(sizes as [string, number][])).toEqual(
      new Map(shapes.map(([name, shape]) => [name, shape.reduce((product, size) => product * size, 1)])),
    );
  }
  await weights.readout();
  return names;
}

function without(model: MadeModel, name: string): MadeModel {
  return { ...model, tensors: new Map([...model.tensors].filter(([tensor]) => tensor !== name)) };
}

/** The code and sentence with which the model is refused; null where it is not. */
async function refusalOf(model: MadeModel): Promise<Pick<CheckpointFailure, 'code' | 'message'> | null> {
  return readAll(model).then(
    () => null,
    ({ code, message }: CheckpointFailure) => ({ code, message }),
  );
}

/** Buffers that older versions of transformers stored beside the weights. */
const SURPLUS = [
  'gpt_neox.layers.0.attention.bias',
  'gpt_neox.layers.0.attention.masked_bias',
  'gpt_neox.layers.0.attention.rotary_emb.inv_freq',
  'transformer.h.0.attn.bias',
  'transformer.h.0.attn.masked_bias',
  'transformer.h.0.attn.attention.bias',
  'transformer.h.0.attn.attention.masked_bias',
  'model.layers.0.self_attn.rotary_emb.inv_freq',
];

describe.each(MADE_NAMES)('%s', (name) => {
  const model = madeModel(name);
  const tensors = [...model.tensors] as [string, MadeTensor][];

  it('is read whole, and of a surplus nothing', async () => {
    const nonsense = { shape: [2], values: Float32Array.of(Number.NaN, 0) };
    const more = withTensors(model, Object.fromEntries(SURPLUS.map((buffer) => [buffer, nonsense])));
    expect(await readAll(more)).toEqual(new Set(model.tensors.keys()));
  });

  it('is refused without any one of its tensors, which is named with its shape', async () => {
    for (const [tensor, { shape }] of tensors)
      expect(await refusalOf(without(model, tensor))).toEqual({
        code: 'missing-tensor',
        message: `expected a tensor ${tensor} [${shape}], found none`,
      });
  });

  it('is refused with any one of its tensors of another shape', async () => {
    for (const [tensor, { shape, values }] of tensors)
      for (const other of [
        [shape[0] + 1, ...shape.slice(1)],
        [...shape, 1],
      ])
        expect(await refusalOf(withTensors(model, { [tensor]: { shape: other, values } }))).toEqual({
          code: 'wrong-shape',
          message: `${tensor}: expected shape [${shape}], found [${other}]`,
        });
  });
});

describe('matrices with their axes exchanged', () => {
  it('are refused: torch’s Linear where GPT-2 has Conv1D', async () => {
    const model = madeModel('gpt2');
    const name = 'transformer.h.1.attn.c_attn.weight';
    const { values } = tensorOf(model, name);
    expect(await refusalOf(withTensors(model, { [name]: { shape: [96, 32], values } }))).toEqual({
      code: 'wrong-shape',
      message: `${name}: expected shape [32,96], found [96,32]`,
    });
  });
});

describe('the unembedding', () => {
  const unembeddingOf = async (model: MadeModel) =>
    (await readModel(model.config, readerOf(model)).weights.readout()).unembedding;

  it.each([
    ['gpt2', 'transformer.wte.weight'],
    ['gpt_neo, BF16', 'transformer.wte.weight'],
    ['llama, tied', 'model.embed_tokens.weight'],
  ] as const)('is the token embedding where both are tied: %s', async (name, embedding) => {
    const model = madeModel(name);
    expect(await unembeddingOf(model)).toEqual(tensorOf(model, embedding).values);
  });

  it('is the matrix stored by itself where there is one, as in transformers', async () => {
    const model = madeModel('llama, tied');
    const own = tensorOf(madeModel('olmo2'), 'lm_head.weight');
    expect(await unembeddingOf(withTensors(model, { 'lm_head.weight': own }))).toEqual(own.values);
  });

  it.each(['gpt2', 'gpt_neo, BF16', 'llama, tied'] as const)(
    'is missing where it is neither stored nor tied: %s',
    async (name) => {
      const model = madeModel(name);
      const untied = { ...model, config: { ...model.config, tie_word_embeddings: false } };
      expect(await refusalOf(untied)).toEqual({
        code: 'missing-tensor',
        message: 'expected a tensor lm_head.weight [40,32], found none',
      });
    },
  );
});

describe('a base model saved without its prefix', () => {
  it.each([
    ['gpt_neox', 'gpt_neox.'],
    ['gpt2', 'transformer.'],
    ['gpt_neo, BF16', 'transformer.'],
    ['qwen3, wide heads, tied', 'model.'],
  ] as const)('is read like the whole: %s', async (name, prefix) => {
    const model = madeModel(name);
    const tensors = new Map([...model.tensors].map(([tensor, value]) => [tensor.replace(prefix, ''), value]));
    expect(await readAll({ ...model, tensors })).toEqual(new Set(tensors.keys()));
  });
});
