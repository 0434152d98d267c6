/**
 * Starts the demo's training run as a process of its own (train.ts). It only writes checkpoints into a directory;
 * the ordinary directory source watches that. It ends with `stop`, with its parent, or when training is over.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export type DemoOptions = {
  readonly directory: string;
  readonly seed: number;
  /** Receives one sentence where the training goes wrong. */
  readonly say: (sentence: string) => void;
};

export function startDemo({ directory, seed, say }: DemoOptions): { stop(): void } {
  const script = fileURLToPath(new URL('./train.js', import.meta.url));
  // The open stdin is how the trainer notices that its parent has gone.
  const child = spawn(process.execPath, [script, '--out', directory, '--seed', String(seed)], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  let stopped = false;
  child.on('error', (error) => say(`the demo's training run could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (!stopped && code !== 0) say(`the demo's training run ended early (${signal ?? `exit code ${code}`})`);
  });
  return {
    stop() {
      stopped = true;
      child.kill('SIGTERM');
    },
  };
}
