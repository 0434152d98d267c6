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

/**
 * Whoever reads what is printed may stop reading, as `| head` does when it has enough. A command whose results go there
 * is then done, and all went well; one that serves goes on. Nobody hears about it on stderr either.
 */
export function onDeafReader(then: 'end' | 'go on'): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout && then === 'end') process.exit(EXIT.ok);
    });
}
