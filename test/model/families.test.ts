/** What is made of the configurations of all families, in old and new spellings, and how they are refused. */
import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../server/model/architecture.ts';
import { readModel } from '../../server/model/family.ts';
import { MADE_NAMES, type MadeName, madeModel, readerOf } from '../support/made-models.ts';

type Keys = Readonly<Record<string, unknown>>;

const CONFIGS = new Map(MADE_NAMES.map((name) => [name, madeModel(name).config]));
const configOf = (name: MadeName): Keys => CONFIGS.get(name) ?? expect.fail(name);
/** Architectures do not depend on tensors; any will do. */
const TENSORS = readerOf(madeModel('gpt2'));

function architectureOf(config: unknown): Architecture {
  return readModel(config, TENSORS).architecture;
}

/** The configuration of a made model with some keys changed; those that are undefined are left out. */
function changed(name: MadeName, keys: Keys): Keys {
  const entries = Object.entries({ ...configOf(name), ...keys });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const changedArchitecture = (name: MadeName, keys: Keys) => architectureOf(changed(name, keys));

describe('every family', () => {
  it.each(MADE_NAMES)('is read with its sizes: %s', (name) => {
    const config = configOf(name);
    const architecture = architectureOf(config);
    expect(architecture).toMatchObject({
      family: config.model_type,
      layers: 3,
      heads: 4,
      keyValueHeads: config.num_key_value_heads ?? 4,
      width: 32,
      headWidth: config.head_dim ?? 8,
      mlpWidth: name === 'gpt2' ? 128 : 48,
      vocabulary: 40,
      specialTokens: [0],
    });
  });

  it('has the biases that its models have, whatever a configuration asks for', () => {
    const biasesOf = (name: MadeName, keys: Keys = {}) =>
      Object.keys(changedArchitecture(name, keys).blockShapes)
        .filter((weight) => weight.endsWith('_bias') && !weight.includes('norm'))
        .map((weight) => weight.replace('_bias', ''));
    const asked = { attention_bias: true, mlp_bias: true };
    const attention = ['query', 'key', 'value', 'output'];
    expect(biasesOf('llama, tied')).toEqual([]);
    expect(biasesOf('llama, tied', asked)).toEqual([...attention, 'gate', 'up', 'down']);
    expect(biasesOf('mistral, BF16', asked)).toEqual([]);
    expect(biasesOf('qwen2')).toEqual(['query', 'key', 'value']);
    expect(biasesOf('qwen2', asked)).toEqual(['query', 'key', 'value']);
    expect(biasesOf('qwen3, wide heads, tied')).toEqual([]);
    expect(biasesOf('qwen3, wide heads, tied', asked)).toEqual(attention);
    expect(biasesOf('olmo2', asked)).toEqual(attention);
    expect(biasesOf('gpt_neo, BF16')).toEqual(['output', 'up', 'down']);
    expect(biasesOf('gpt2')).toEqual([...attention, 'up', 'down']);
    expect(biasesOf('gpt_neox')).toEqual([...attention, 'up', 'down']);
    expect(biasesOf('gpt_neox', { attention_bias: false })).toEqual(['up', 'down']);
  });

  it('takes what transformers takes where the configuration does not say', () => {
    const epsilonOf = (name: MadeName) => changedArchitecture(name, { rms_norm_eps: undefined }).norm.epsilon;
    expect(epsilonOf('llama, tied')).toBe(1e-6);
    expect(epsilonOf('olmo2')).toBe(1e-5);
    expect(changedArchitecture('olmo2', { num_key_value_heads: null }).keyValueHeads).toBe(4);
    expect(changedArchitecture('qwen3, wide heads, tied', { head_dim: null }).headWidth).toBe(8);
    expect(changedArchitecture('gpt_neo, BF16', { intermediate_size: null }).mlpWidth).toBe(128);
    expect(changedArchitecture('gpt2', {}).embedding).toEqual({ positions: 24, tied: true });
    expect(changedArchitecture('llama, tied', { tie_word_embeddings: undefined }).embedding.tied).toBe(false);
  });

  it('knows its special tokens, one or several of a kind', () => {
    const ids = { bos_token_id: null, eos_token_id: [3, 5, 3], pad_token_id: 7 };
    expect(changedArchitecture('llama, tied', ids).specialTokens).toEqual([3, 5, 7]);
  });
});

describe('rotary embeddings', () => {
  /** The made Llama without a word about rope. */
  const bare = { rope_theta: undefined, rope_scaling: undefined, rope_parameters: undefined };
  const frequencies = (keys: Keys) =>
    changedArchitecture('llama, tied', { ...bare, ...keys }).rotaryFrequencies;
  const llama3 = {
    factor: 4,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 64,
  };

  it('have base 10,000 where nothing is said', () => {
    // d = 8: 10000^(−2i/8)
    expect(frequencies({})).toEqual([1, 0.1, expect.closeTo(0.01, 12), expect.closeTo(0.001, 12)]);
  });

  it.each([
    ['plain', { rope_theta: 100 }, { rope_parameters: { rope_type: 'default', rope_theta: 100 } }],
    [
      'linear',
      { rope_theta: 100, rope_scaling: { type: 'linear', factor: 2 } },
      { rope_parameters: { rope_type: 'linear', rope_theta: 100, factor: 2 } },
    ],
    [
      'llama3',
      { rope_theta: 100, rope_scaling: { rope_type: 'llama3', ...llama3 } },
      { rope_parameters: { rope_type: 'llama3', rope_theta: 100, ...llama3 } },
    ],
    ['without scaling', { rope_theta: 100, rope_scaling: null }, { rope_parameters: { rope_theta: 100 } }],
  ])('are the same in old and new spelling: %s', (_, old, fresh) => {
    expect(changedArchitecture('llama, tied', { ...bare, ...old, torch_dtype: 'float16' })).toEqual(
      changedArchitecture('llama, tied', { ...bare, ...fresh, dtype: 'float16' }),
    );
  });

  it('of type linear are all divided by the factor', () => {
    const plain = frequencies({ rope_theta: 100 });
    expect(frequencies({ rope_theta: 100, rope_scaling: { type: 'linear', factor: 2 } })).toEqual(
      plain?.map((frequency) => frequency / 2),
    );
  });

  it('of type llama3 leave the fast, divide the slow and blend those between', () => {
    // Base 100, d = 8: θ = 1, 10^−½, 0.1, 10^−1½; 64·θ/2π = 10.19, 3.22, 1.019, 0.32 turns in 64 positions.
    // More than 4 turns stay, less than 1 are divided by 4, between: share (turns − 1)/3 stays.
    const blended = (frequency: number) => {
      const share = ((64 * frequency) / (2 * Math.PI) - 1) / 3;
      return share * frequency + ((1 - share) * frequency) / 4;
    };
    const expected = [1, blended(10 ** -0.5), blended(0.1), 10 ** -1.5 / 4];
    const found = frequencies({ rope_theta: 100, rope_scaling: { rope_type: 'llama3', ...llama3 } });
    expect(found).toEqual(expected.map((frequency) => expect.closeTo(frequency, 12)));
  });

  it('of gpt_neox turn a quarter of each head where nothing is said, else the share that is said', () => {
    const share = (keys: Keys) => {
      const unsaid = { rotary_pct: undefined, rotary_emb_base: undefined };
      return changedArchitecture('gpt_neox', { ...unsaid, ...keys }).rotaryFrequencies?.length;
    };
    expect(share({})).toBe(1);
    expect(share({ rotary_pct: 0.5 })).toBe(2);
    expect(share({ rope_parameters: { rope_type: 'default', partial_rotary_factor: 1 } })).toBe(4);
  });
});

describe('windows of attention', () => {
  const LONG = { max_position_embeddings: 32_768 };
  const positionsOf = (name: MadeName, keys: Keys) =>
    changedArchitecture(name, { ...LONG, ...keys }).positionsMax;
  const unsaid = {
    sliding_window: undefined,
    use_sliding_window: undefined,
    max_window_layers: undefined,
    layer_types: undefined,
  };

  it.each([
    ['a window', { sliding_window: 512 }, 512],
    ['none', { sliding_window: null }, 32_768],
    ['nothing said', { sliding_window: undefined }, 4_096],
  ])('of mistral are those of all layers: %s', (_, keys, expected) => {
    expect(positionsOf('mistral, BF16', keys)).toBe(expected);
  });

  it.each([
    ['nothing said', {}, 32_768],
    ['a window that is not used', { sliding_window: 512 }, 32_768],
    ['used by no layer below 28', { sliding_window: 512, use_sliding_window: true }, 32_768],
    ['used from a layer on', { sliding_window: 512, use_sliding_window: true, max_window_layers: 2 }, 512],
    ['used, none said', { use_sliding_window: true, max_window_layers: 2 }, 4_096],
    ['used, but none', { sliding_window: null, use_sliding_window: true, max_window_layers: 0 }, 32_768],
    [
      'a layer named',
      {
        sliding_window: 512,
        use_sliding_window: true,
        layer_types: ['full_attention', 'sliding_attention', 'full_attention'],
      },
      512,
    ],
    [
      'no layer named, whatever max_window_layers says',
      {
        sliding_window: 512,
        use_sliding_window: true,
        max_window_layers: 0,
        layer_types: ['full_attention', 'full_attention', 'full_attention'],
      },
      32_768,
    ],
  ])('of qwen2 and qwen3 are asked for: %s', (_, keys, expected) => {
    for (const name of ['qwen2', 'qwen3, wide heads, tied'] as const)
      expect(positionsOf(name, { ...unsaid, ...keys })).toBe(expected);
  });

  it('of llama and olmo2 do not exist', () => {
    for (const name of ['llama, tied', 'olmo2'] as const)
      expect(positionsOf(name, { sliding_window: 16, use_sliding_window: true, max_window_layers: 0 })).toBe(
        32_768,
      );
  });

  it.each([
    ['every other layer local', { attention_types: [[['global', 'local'], 6]], num_layers: 12 }, 16],
    ['all global', { attention_types: [[['global'], 3]] }, 32_768],
    ['local, no window said', { window_size: undefined }, 256],
    ['nothing said', { attention_types: undefined, window_size: undefined, num_layers: 24 }, 256],
    ['a window wider than the positions', { max_position_embeddings: 12 }, 12],
  ])('of gpt_neo are those of local layers: %s', (_, keys, expected) => {
    expect(positionsOf('gpt_neo, BF16', keys)).toBe(expected);
  });

  it('of gpt_neo do not shorten its table of learned positions', () => {
    const { positionsMax, embedding } = architectureOf(configOf('gpt_neo, BF16'));
    expect([positionsMax, embedding.positions]).toEqual([16, 24]);
  });
});

describe('a configuration is refused with a sentence', () => {
  const ACTIVATIONS = 'gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, silu, swish, relu';

  it('that lists the families', () => {
    expect(() => architectureOf({ model_type: 'rwkv' })).toThrow(
      'config.json: expected model_type to be one of gpt_neox, gpt2, llama, mistral, qwen2, qwen3, olmo2, gpt_neo, found "rwkv"',
    );
    for (const config of [null, 'gpt2', 7, {}, { model_type: 'toString' }])
      expect(() => architectureOf(config)).toThrow(/expected model_type to be one of/);
  });

  it.each([
    ['gpt_neox', { hidden_act: 'relu6' }, `hidden_act "relu6", expected one of ${ACTIVATIONS}`],
    ['gpt2', { activation_function: 'mish' }, `activation_function "mish", expected one of ${ACTIVATIONS}`],
    ['olmo2', { hidden_act: 'constructor' }, `hidden_act "constructor", expected one of ${ACTIVATIONS}`],
    [
      'qwen2',
      { rope_parameters: { rope_type: 'yarn', factor: 4 } },
      'rope type "yarn", expected one of default, linear, llama3',
    ],
    ['llama, tied', { rope_scaling: { type: 'dynamic', factor: 2 } }, 'rope type "dynamic"'],
    ['llama, tied', { rope_scaling: { type: 'linear' } }, 'rope type "linear" without a factor'],
    [
      'llama, tied',
      { rope_scaling: { rope_type: 'llama3', factor: 8 } },
      'rope type "llama3" without all of factor, low_freq_factor, high_freq_factor, original_max_position_embeddings',
    ],
    ['gpt_neox', { rotary_pct: 0.4 }, 'rotary embedding of 3 dimensions of a head'],
    ['gpt2', { n_head: 5 }, 'hidden size 32 is not a multiple of 5 heads'],
    ['gpt_neo, BF16', { num_heads: 3 }, 'hidden size 32 is not a multiple of 3 heads'],
    ['mistral, BF16', { num_key_value_heads: 3 }, '4 heads do not divide among 3 key/value heads'],
    ['mistral, BF16', { num_key_value_heads: 8 }, '4 heads do not divide among 8 key/value heads'],
    ['gpt2', { scale_attn_by_inverse_layer_idx: true }, 'scale_attn_by_inverse_layer_idx true'],
    ['gpt_neox', { tie_word_embeddings: true }, 'tie_word_embeddings true, expected false'],
    ['gpt_neo, BF16', { num_layers: 4 }, 'attention_types of 3 layers, expected 4'],
    ['gpt_neo, BF16', { attention_types: [[['sparse'], 3]] }, 'attention_types.0.0.0'],
    ['qwen3, wide heads, tied', { hidden_size: 32.5 }, 'hidden_size: '],
    ['olmo2', { num_hidden_layers: 0 }, 'num_hidden_layers: '],
    ['gpt2', { vocab_size: undefined }, 'vocab_size: '],
    ['mistral, BF16', { sliding_window: 0 }, 'sliding_window: '],
  ] as const)('%s: %j', (name, keys, sentence) => {
    const { model_type } = configOf(name);
    expect(() => changedArchitecture(name, keys)).toThrow(`config.json of a ${model_type} model: `);
    expect(() => changedArchitecture(name, keys)).toThrow(sentence);
  });

  it('that names all problems at once', () => {
    const keys = { num_key_value_heads: 3, hidden_act: 'mish', rope_scaling: { type: 'yarn' } };
    expect(() => changedArchitecture('llama, tied', keys)).toThrow(
      /3 key\/value heads; rope type.*; hidden_act/,
    );
    expect(() => changedArchitecture('gpt2', { n_embd: 0, n_layer: 'three' })).toThrow(
      /n_embd: .*; n_layer: /,
    );
  });
});
