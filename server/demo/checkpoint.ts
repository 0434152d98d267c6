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
import type { Architecture, Weights } from './architecture.ts';
import { familyOf } from './families.ts';

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
  const { step, architecture } = checkpoint;
  const name = `checkpoint-${step}`;
  const partial = join(directory, `.${name}.partial`);
  // A run that was stopped in the middle of writing may have left one.
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'config.json'), json(familyOf(architecture).configuration(architecture)));
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
