/** The real server as a process of its own, as `npm start` and `phasewatch watch` run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { ROOT } from './root.ts';

/** Nothing of a test goes to where the person who runs it keeps their results. */
process.env.PHASEWATCH_DATA = mkdtempSync(join(tmpdir(), 'phasewatch-data-'));

const MAIN = join(ROOT, 'dist/server/main.js');

export type TestServer = {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Ctrl-C; resolves to exit code and time it took. */
  stop(): Promise<{ readonly code: number | null; readonly millis: number }>;
};

/** Starts the command with `words`, on a free port unless they name one, and waits for the address that it prints. */
export async function startServer(...words: string[]): Promise<TestServer> {
  const child = spawn(
    process.execPath,
    [MAIN, ...words, ...(words.includes('--port') ? [] : ['--port', '0'])],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += chunk;
    const url = /http:\/\/\S+/.exec(printed)?.[0];
    if (url)
      return {
        url,
        port: Number(new URL(url).port),
        process: child,
        async stop() {
          const begun = performance.now();
          const closed = once(child, 'close');
          child.kill('SIGINT');
          const [code] = await closed;
          return { code, millis: performance.now() - begun };
        },
      };
  }
  throw new Error(`the server ended before it printed an address; it printed: ${printed}`);
}

/** Resolves when the first run of a server has so many checkpoints that are done. */
export async function analysed(
  { url }: TestServer,
  count: number,
  token: string | null = null,
): Promise<void> {
  const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
  const ask = async (path: string) => (await fetch(new URL(path, url), { headers })).json();
  for (;;) {
    const [run] = await ask('api/runs');
    if (run !== undefined) {
      const { checkpoints } = await ask(`api/runs/${encodeURIComponent(run.id)}`);
      const done = checkpoints.filter(({ status }: { readonly status: string }) => status === 'done');
      if (done.length >= count) return;
    }
    await setTimeout(100);
  }
}
