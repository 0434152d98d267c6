/**
 * The tensors of small models by the names under which transformers stores them, with their shapes.
 *
 * L layers, H heads, D residual width, F MLP width, V vocabulary; K key/value heads, d head width.
 */
export const [L, H, D, F, V] = [3, 4, 32, 48, 40];
/** Longest sequence. */
export const POSITIONS = 24;

export type Shapes = Readonly<Record<string, readonly number[]>>;

export function neoxShapes(biased: boolean): Shapes {
  return {
    'gpt_neox.embed_in.weight': [V, D],
    ...perLayer((layer) => {
      const at = `gpt_neox.layers.${layer}`;
      return {
        ...norm(`${at}.input_layernorm`),
        ...norm(`${at}.post_attention_layernorm`),
        ...matrix(`${at}.attention.query_key_value`, 3 * D, D, biased),
        ...matrix(`${at}.attention.dense`, D, D, biased),
        ...matrix(`${at}.mlp.dense_h_to_4h`, F, D, true),
        ...matrix(`${at}.mlp.dense_4h_to_h`, D, F, true),
      };
    }),
    ...norm('gpt_neox.final_layer_norm'),
    'embed_out.weight': [V, D],
  };
}

export function gpt2Shapes(inner: number, untied: boolean): Shapes {
  const conv = (stem: string, inputs: number, outputs: number) => ({
    [`${stem}.weight`]: [inputs, outputs],
    [`${stem}.bias`]: [outputs],
  });
  return {
    'transformer.wte.weight': [V, D],
    'transformer.wpe.weight': [POSITIONS, D],
    ...perLayer((layer) => {
      const at = `transformer.h.${layer}`;
      return {
        ...norm(`${at}.ln_1`),
        ...conv(`${at}.attn.c_attn`, D, 3 * D),
        ...conv(`${at}.attn.c_proj`, D, D),
        ...norm(`${at}.ln_2`),
        ...conv(`${at}.mlp.c_fc`, D, inner),
        ...conv(`${at}.mlp.c_proj`, inner, D),
      };
    }),
    ...norm('transformer.ln_f'),
    ...(untied && { 'lm_head.weight': [V, D] }),
  };
}

export function gptNeoShapes(): Shapes {
  return {
    'transformer.wte.weight': [V, D],
    'transformer.wpe.weight': [POSITIONS, D],
    ...perLayer((layer) => {
      const at = `transformer.h.${layer}`;
      return {
        ...norm(`${at}.ln_1`),
        ...matrix(`${at}.attn.attention.k_proj`, D, D, false),
        ...matrix(`${at}.attn.attention.v_proj`, D, D, false),
        ...matrix(`${at}.attn.attention.q_proj`, D, D, false),
        ...matrix(`${at}.attn.attention.out_proj`, D, D, true),
        ...norm(`${at}.ln_2`),
        ...matrix(`${at}.mlp.c_fc`, F, D, true),
        ...matrix(`${at}.mlp.c_proj`, D, F, true),
      };
    }),
    ...norm('transformer.ln_f'),
  };
}

type LlamaChoices = {
  readonly K?: number;
  readonly d?: number;
  readonly tied?: boolean;
  readonly biases?: readonly string[];
  readonly norms?: 'llama' | 'qwen3' | 'olmo2';
};

export function llamaShapes({
  K = H,
  d = D / H,
  tied = false,
  biases = [],
  norms = 'llama',
}: LlamaChoices): Shapes {
  return {
    'model.embed_tokens.weight': [V, D],
    ...perLayer((layer) => {
      const at = `model.layers.${layer}`;
      const projection = (room: string, part: string, outputs: number, inputs: number) =>
        matrix(`${at}.${room}.${part}_proj`, outputs, inputs, biases.includes(part));
      return {
        ...projection('self_attn', 'q', H * d, D),
        ...projection('self_attn', 'k', K * d, D),
        ...projection('self_attn', 'v', K * d, D),
        ...projection('self_attn', 'o', D, H * d),
        ...(norms !== 'llama' && {
          [`${at}.self_attn.q_norm.weight`]: [norms === 'qwen3' ? d : H * d],
          [`${at}.self_attn.k_norm.weight`]: [norms === 'qwen3' ? d : K * d],
        }),
        ...projection('mlp', 'gate', F, D),
        ...projection('mlp', 'up', F, D),
        ...projection('mlp', 'down', D, F),
        [`${at}.${norms === 'olmo2' ? 'post_feedforward' : 'input'}_layernorm.weight`]: [D],
        [`${at}.post_attention_layernorm.weight`]: [D],
      };
    }),
    'model.norm.weight': [D],
    ...(!tied && { 'lm_head.weight': [V, D] }),
  };
}

function perLayer(shapes: (layer: number) => Shapes): Shapes {
  return Object.assign({}, ...Array.from({ length: L }, (_, layer) => shapes(layer)));
}

function norm(stem: string): Shapes {
  return { [`${stem}.weight`]: [D], [`${stem}.bias`]: [D] };
}

function matrix(stem: string, outputs: number, inputs: number, biased: boolean): Shapes {
  return { [`${stem}.weight`]: [outputs, inputs], ...(biased && { [`${stem}.bias`]: [outputs] }) };
}
