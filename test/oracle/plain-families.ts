/**
 * Plain models from a config.json and the tensors of a checkpoint, as transformers names and stores both.
 * Source: Hugging Face transformers, models/{gpt_neox,gpt2,gpt_neo,llama,mistral,qwen2,qwen3,olmo2}/modeling_*.py.
 */
import { dot, type PlainLayer, type PlainModel, sum, type Vector } from './plain-model.ts';
import {
  activation,
  chain,
  convolution,
  itself,
  layerNorm,
  linear,
  type PlainTensors,
  pieces,
  rmsNorm,
  rotated,
  valuesOf,
} from './plain-parts.ts';

export type PlainConfig = Readonly<Record<string, unknown>>;

export function plainModel(config: PlainConfig, tensors: PlainTensors): PlainModel {
  switch (config.model_type) {
    case 'gpt_neox':
      return gptNeox(config, tensors);
    case 'gpt2':
      return gpt2(config, tensors);
    case 'gpt_neo':
      return gptNeo(config, tensors);
    default:
      return llama(config, tensors);
  }
}

function gptNeox(config: PlainConfig, tensors: PlainTensors): PlainModel {
  const H = size(config, 'num_attention_heads');
  const d = size(config, 'hidden_size') / H;
  const epsilon = size(config, 'layer_norm_eps', 1e-5);
  const rope = record(config.rope_parameters);
  const share = size(rope, 'partial_rotary_factor', size(config, 'rotary_pct', 0.25));
  const frequencies = ropeFrequencies(config, Math.floor(d * share));
  const biased = config.attention_bias !== false;
  const layers = perLayer(size(config, 'num_hidden_layers'), (layer): PlainLayer => {
    const at = `gpt_neox.layers.${layer}`;
    const attention = `${at}.attention`;
    const fused = linear(
      tensors,
      `${attention}.query_key_value.weight`,
      biased ? `${attention}.query_key_value.bias` : null,
    );
    return {
      attentionReads: layerNorm(tensors, `${at}.input_layernorm`, epsilon),
      mlpReads: layerNorm(tensors, `${at}.post_attention_layernorm`, epsilon),
      project: (read, position) => {
        // Each head's query, key and value stand together.
        const heads = pieces(fused(read), 3 * d).map((head) => pieces(head, d));
        return {
          queries: heads.map(([query]) => rotated(query, position, frequencies)),
          keys: heads.map(([, key]) => rotated(key, position, frequencies)),
          values: heads.map(([, , value]) => value),
        };
      },
      scale: 1 / Math.sqrt(d),
      headWrites: headColumns(valuesOf(tensors, `${attention}.dense.weight`), H * d),
      outputBias: biased ? valuesOf(tensors, `${attention}.dense.bias`) : new Float64Array(H * d),
      mlp: chain(
        linear(tensors, `${at}.mlp.dense_h_to_4h.weight`, `${at}.mlp.dense_h_to_4h.bias`),
        activation(config.hidden_act ?? 'gelu'),
        linear(tensors, `${at}.mlp.dense_4h_to_h.weight`, `${at}.mlp.dense_4h_to_h.bias`),
      ),
      attentionAdds: itself,
      mlpAdds: itself,
    };
  });
  return {
    heads: H,
    parallel: config.use_parallel_residual !== false,
    layers,
    embed: rowsOf(tensors, 'gpt_neox.embed_in.weight', H * d),
    logits: chain(
      layerNorm(tensors, 'gpt_neox.final_layer_norm', epsilon),
      linear(tensors, 'embed_out.weight', null),
    ),
  };
}

function gpt2(config: PlainConfig, tensors: PlainTensors): PlainModel {
  const H = size(config, 'n_head');
  const D = size(config, 'n_embd');
  const d = D / H;
  const epsilon = size(config, 'layer_norm_epsilon', 1e-5);
  const layers = perLayer(size(config, 'n_layer'), (layer): PlainLayer => {
    const at = `transformer.h.${layer}`;
    const fused = convolution(tensors, `${at}.attn.c_attn.weight`, `${at}.attn.c_attn.bias`);
    const output = valuesOf(tensors, `${at}.attn.c_proj.weight`);
    return {
      attentionReads: layerNorm(tensors, `${at}.ln_1`, epsilon),
      mlpReads: layerNorm(tensors, `${at}.ln_2`, epsilon),
      project: (read) => {
        const [queries, keys, values] = pieces(fused(read), D).map((part) => pieces(part, d));
        return { queries, keys, values };
      },
      scale: config.scale_attn_weights === false ? 1 : 1 / Math.sqrt(d),
      headWrites: (head, z) => {
        const written = new Float64Array(D);
        for (let i = 0; i < d; i += 1)
          for (let column = 0; column < D; column += 1)
            written[column] += z[i] * output[(head * d + i) * D + column];
        return written;
      },
      outputBias: valuesOf(tensors, `${at}.attn.c_proj.bias`),
      mlp: chain(
        convolution(tensors, `${at}.mlp.c_fc.weight`, `${at}.mlp.c_fc.bias`),
        activation(config.activation_function ?? 'gelu_new'),
        convolution(tensors, `${at}.mlp.c_proj.weight`, `${at}.mlp.c_proj.bias`),
      ),
      attentionAdds: itself,
      mlpAdds: itself,
    };
  });
  return { heads: H, parallel: false, layers, ...ends(tensors, D, epsilon) };
}

function gptNeo(config: PlainConfig, tensors: PlainTensors): PlainModel {
  const H = size(config, 'num_heads');
  const D = size(config, 'hidden_size');
  const epsilon = size(config, 'layer_norm_epsilon', 1e-5);
  const layers = perLayer(size(config, 'num_layers'), (layer): PlainLayer => {
    const at = `transformer.h.${layer}`;
    const attention = `${at}.attn.attention`;
    const [query, key, value] = ['q', 'k', 'v'].map((part) =>
      linear(tensors, `${attention}.${part}_proj.weight`, null),
    );
    return {
      attentionReads: layerNorm(tensors, `${at}.ln_1`, epsilon),
      mlpReads: layerNorm(tensors, `${at}.ln_2`, epsilon),
      project: (read) => ({
        queries: pieces(query(read), D / H),
        keys: pieces(key(read), D / H),
        values: pieces(value(read), D / H),
      }),
      scale: 1,
      headWrites: headColumns(valuesOf(tensors, `${attention}.out_proj.weight`), D),
      outputBias: valuesOf(tensors, `${attention}.out_proj.bias`),
      mlp: chain(
        linear(tensors, `${at}.mlp.c_fc.weight`, `${at}.mlp.c_fc.bias`),
        activation(config.activation_function ?? 'gelu_new'),
        linear(tensors, `${at}.mlp.c_proj.weight`, `${at}.mlp.c_proj.bias`),
      ),
      attentionAdds: itself,
      mlpAdds: itself,
    };
  });
  return { heads: H, parallel: false, layers, ...ends(tensors, D, epsilon) };
}

/** Llama, Mistral, Qwen2, Qwen3 and OLMo 2. */
function llama(config: PlainConfig, tensors: PlainTensors): PlainModel {
  const type = config.model_type;
  const H = size(config, 'num_attention_heads');
  const D = size(config, 'hidden_size');
  const d = size(config, 'head_dim', D / H);
  const epsilon = size(config, 'rms_norm_eps', type === 'olmo2' ? 1e-5 : 1e-6);
  const frequencies = ropeFrequencies(config, d);
  const has = (name: string) => (tensors.has(name) ? name : null);
  const layers = perLayer(size(config, 'num_hidden_layers'), (layer): PlainLayer => {
    const at = `model.layers.${layer}`;
    const map = (stem: string) => linear(tensors, `${at}.${stem}.weight`, has(`${at}.${stem}.bias`));
    const norm = (stem: string) => rmsNorm(tensors, `${at}.${stem}.weight`, epsilon);
    const compared = (part: 'q' | 'k') => {
      const whole = type === 'olmo2' ? norm(`self_attn.${part}_norm`) : itself;
      const each = type === 'qwen3' ? norm(`self_attn.${part}_norm`) : itself;
      const projected = chain(map(`self_attn.${part}_proj`), whole);
      return (read: Vector, position: number) =>
        pieces(projected(read), d).map((head) => rotated(each(head), position, frequencies));
    };
    const [queries, keys, values] = [compared('q'), compared('k'), map('self_attn.v_proj')];
    const outputBias = has(`${at}.self_attn.o_proj.bias`);
    const [gate, up, down] = ['gate', 'up', 'down'].map((part) => map(`mlp.${part}_proj`));
    const act = activation(config.hidden_act ?? 'silu');
    const after = type === 'olmo2';
    return {
      attentionReads: after ? itself : norm('input_layernorm'),
      mlpReads: after ? itself : norm('post_attention_layernorm'),
      project: (read, position) => ({
        queries: queries(read, position),
        keys: keys(read, position),
        values: pieces(values(read), d),
      }),
      scale: 1 / Math.sqrt(d),
      headWrites: headColumns(valuesOf(tensors, `${at}.self_attn.o_proj.weight`), H * d),
      outputBias: outputBias === null ? new Float64Array(D) : valuesOf(tensors, outputBias),
      mlp: (read) => {
        const ups = up(read);
        return down(act(gate(read)).map((value, i) => value * ups[i]));
      },
      attentionAdds: after ? norm('post_attention_layernorm') : itself,
      mlpAdds: after ? norm('post_feedforward_layernorm') : itself,
    };
  });
  const unembedding = has('lm_head.weight') ?? 'model.embed_tokens.weight';
  return {
    heads: H,
    parallel: false,
    layers,
    embed: rowsOf(tensors, 'model.embed_tokens.weight', D),
    logits: chain(rmsNorm(tensors, 'model.norm.weight', epsilon), linear(tensors, unembedding, null)),
  };
}

/** Embedding and unembedding of GPT-2 and GPT-Neo. */
function ends(tensors: PlainTensors, D: number, epsilon: number): Pick<PlainModel, 'embed' | 'logits'> {
  const tokens = rowsOf(tensors, 'transformer.wte.weight', D);
  const positions = rowsOf(tensors, 'transformer.wpe.weight', D);
  const unembedding = tensors.has('lm_head.weight') ? 'lm_head.weight' : 'transformer.wte.weight';
  return {
    embed: (token, position) => sum(tokens(token), positions(position)),
    logits: chain(layerNorm(tensors, 'transformer.ln_f', epsilon), linear(tensors, unembedding, null)),
  };
}

/**
 * θ_i = base^(−2i/n), scaled as the configuration says; the blend of type llama3 is by wavelength λ = 2π/θ:
 * λ < context/high stays, λ > context/low is divided by the factor, between both in proportion.
 */
function ropeFrequencies(config: PlainConfig, n: number): number[] {
  const rope = record(config.rope_parameters ?? config.rope_scaling);
  const base = size(rope, 'rope_theta', size(config, 'rope_theta', size(config, 'rotary_emb_base', 10_000)));
  const type = rope.rope_type ?? rope.type ?? 'default';
  return Array.from({ length: n / 2 }, (_, i) => {
    const frequency = 1 / base ** ((2 * i) / n);
    if (type === 'default') return frequency;
    const factor = size(rope, 'factor');
    if (type === 'linear') return frequency / factor;
    const context = size(rope, 'original_max_position_embeddings');
    const [low, high] = [size(rope, 'low_freq_factor'), size(rope, 'high_freq_factor')];
    const turns = (context * frequency) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return kept * frequency + ((1 - kept) * frequency) / factor;
  });
}

/** z·W_O[head] for W_O stored [D, inputs]: columns head·d … of each row. */
function headColumns(output: Vector, inputs: number): PlainLayer['headWrites'] {
  return (head, z) =>
    Float64Array.from({ length: output.length / inputs }, (_, row) => {
      const begin = row * inputs + head * z.length;
      return dot(z, output.subarray(begin, begin + z.length));
    });
}

function rowsOf(tensors: PlainTensors, name: string, D: number): (row: number) => Vector {
  const values = valuesOf(tensors, name);
  return (row) => values.slice(row * D, (row + 1) * D);
}

function perLayer(count: number, make: (layer: number) => PlainLayer): PlainLayer[] {
  return Array.from({ length: count }, (_, layer) => make(layer));
}

function size(config: PlainConfig, key: string, otherwise?: number): number {
  const value = config[key] ?? otherwise;
  if (typeof value !== 'number') throw new Error(`the oracle expected a number ${key}`);
  return value;
}

function record(value: unknown): PlainConfig {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
