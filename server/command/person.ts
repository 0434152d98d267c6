/** What a command tells the person at the terminal, and hears from them. */
import process from 'node:process';

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** One sentence; stdout belongs to results. */
export function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** Ctrl-C, or the system's request to end. */
export function onInterrupt(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}
