/**
 * Starts the demo's training run as a process of its own (train.ts). It only writes checkpoints into a directory;
 * the ordinary directory source watches that. It ends with `stop`, with its parent, or when training is over.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export type DemoOptions = {
  readonly directory: string;
  /** Options of train.js, but for the directory. */
  readonly words: readonly string[];
  /** Receives one sentence where the training goes wrong. */
  readonly say: (sentence: string) => void;
};

export type Demo = {
  stop(): void;
  /** How the training ended, as a sentence; null while it goes on. */
  ended(): string | null;
};

export function startDemo({ directory, words, say }: DemoOptions): Demo {
  const script = fileURLToPath(new URL('./train.js', import.meta.url));
  // The open stdin is how the trainer notices that its parent has gone.
  const child = spawn(process.execPath, [script, '--out', directory, ...words], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  let stopped = false;
  let ended: string | null = null;
  const fail = (sentence: string) => {
    ended = sentence;
    if (!stopped) say(sentence);
  };
  child.on('error', (error) => fail(`the demo's training run could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (code === 0) ended = "the demo's training run has ended";
    else fail(`the demo's training run ended early (${signal ?? `exit code ${code}`})`);
  });
  return {
    ended: () => ended,
    stop() {
      stopped = true;
      child.kill('SIGTERM');
    },
  };
}
