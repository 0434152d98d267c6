/**
 * Checkpoints as Hugging Face transformers 5 lays them out, one directory per training step:
 *
 *   checkpoint-N/model.safetensors    the weights, float32
 *   checkpoint-N/config.json          the architecture
 *   checkpoint-N/trainer_state.json   global_step and the log of losses up to it
 *
 * Each is written whole under another name, `.checkpoint-N.partial`, and then renamed: a reader that sees
 * checkpoint-N can read all of it. An existing checkpoint is never replaced. safetensors: 8 bytes of header
 * length (little endian), a JSON header padded with spaces to a multiple of 8, then the tensors end to end;
 * https://huggingface.co/docs/safetensors, "Format".
 */

import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VOCABULARY } from './data.ts';
import {
  type Architecture,
  INITIALIZER_RANGE,
  LAYER_NORM_EPSILON,
  mlpWidth,
  ROTARY_BASE,
  ROTARY_SHARE,
  type Weights,
} from './model.ts';

/** One line of trainer_state.json's log_history. */
export type LogEntry = { readonly step: number; readonly loss: number; readonly learning_rate: number };

export type Checkpoint = {
  readonly step: number;
  readonly lastStep: number;
  readonly architecture: Architecture;
  readonly weights: Weights;
  readonly log: readonly LogEntry[];
};

/** The first checkpoint already in the directory, if there is one. */
export function existingCheckpoint(directory: string): string | undefined {
  return readdirSync(directory).find((name) => /^checkpoint-\d+$/.test(name));
}

export function writeCheckpoint(directory: string, checkpoint: Checkpoint): void {
  const name = `checkpoint-${checkpoint.step}`;
  const partial = join(directory, `.${name}.partial`);
  // A run that was stopped in the middle of writing may have left one.
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'config.json'), json(configuration(checkpoint.architecture)));
  writeFileSync(join(partial, 'trainer_state.json'), json(trainerState(checkpoint)));
  writeFileSync(join(partial, 'model.safetensors'), safetensors(checkpoint.weights));
  // Fails where checkpoint-N exists and is not empty.
  renameSync(partial, join(directory, name));
}

export function safetensors(weights: Weights): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const [name, { shape, data }] of weights) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = JSON.stringify(header);
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  file.set(new TextEncoder().encode(text.padEnd(headerBytes)), 8);
  let offset = 8 + headerBytes;
  for (const { data } of weights.values()) {
    // The format is little endian, whatever the machine is.
    for (let i = 0; i < data.length; i++) view.setFloat32(offset + 4 * i, data[i], true);
    offset += data.byteLength;
  }
  return file;
}

function configuration(architecture: Architecture): Readonly<Record<string, unknown>> {
  return {
    architectures: ['GPTNeoXForCausalLM'],
    attention_bias: true,
    attention_dropout: 0,
    bos_token_id: 0,
    classifier_dropout: 0.1,
    dtype: 'float32',
    eos_token_id: 0,
    hidden_act: 'gelu',
    hidden_dropout: 0,
    hidden_size: architecture.width,
    initializer_range: INITIALIZER_RANGE,
    intermediate_size: mlpWidth(architecture),
    is_decoder: false,
    layer_norm_eps: LAYER_NORM_EPSILON,
    max_position_embeddings: 128,
    model_type: 'gpt_neox',
    num_attention_heads: architecture.heads,
    num_hidden_layers: architecture.layers,
    pad_token_id: null,
    rope_parameters: {
      partial_rotary_factor: ROTARY_SHARE,
      rope_theta: ROTARY_BASE,
      rope_type: 'default',
    },
    tie_word_embeddings: false,
    use_cache: false,
    use_parallel_residual: true,
    vocab_size: VOCABULARY,
  };
}

function trainerState({ step, lastStep, log }: Checkpoint): Readonly<Record<string, unknown>> {
  return {
    best_global_step: null,
    best_metric: null,
    best_model_checkpoint: null,
    global_step: step,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    log_history: log,
    max_steps: lastStep,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
