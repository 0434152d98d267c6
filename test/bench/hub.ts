/**
 * From a hub on this machine to a checkpoint on disk: the source (list, header, ranges, hashes, cache) against a bare
 * download of the same bytes into a file, taking turns, the hub in a process of its own; the share is the median over the
 * turns. Memory is what the process holds at its most above what it held before, sampled every few milliseconds.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, NEVER, toArray } from 'rxjs';
import { neededTensors } from '../../server/model/needed-tensors.ts';
import { FileCache } from '../../server/source/cache/file-cache.ts';
import { watchHub } from '../../server/source/hub/watch-hub.ts';
import type { HubReady } from './hub-process.ts';
import { PYTHIA_14M, PYTHIA_160M } from './random-model.ts';
import { timesOf } from './timing.ts';

const CASES = [
  { shape: PYTHIA_14M, runs: 15 },
  { shape: PYTHIA_160M, runs: 5 },
];
const SAMPLE_MILLIS = 5;
const MEMORY_RUNS = 5;

export async function benchHub(print: (line: string) => void): Promise<void> {
  const child = fork(fileURLToPath(new URL('hub-process.js', import.meta.url)));
  const root = mkdtempSync(join(tmpdir(), 'phasewatch-bench-'));
  try {
    await compare(child, root, print);
  } finally {
    child.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

async function compare(child: ChildProcess, root: string, print: (line: string) => void): Promise<void> {
  const [{ url, files }] = (await once(child, 'message')) as [HubReady];
  const fetched = (revisions: string) => fetchFrom(url, join(root, 'cache'), revisions);
  print('| from the hub to disk | MB | bare download, MB/s | the source, MB/s | of a bare download |');
  print('|---|---|---|---|---|');
  for (const { shape, runs } of CASES)
    for (const masks of ['', '-masked']) {
      const branch = `${shape.name}${masks}-step1`;
      const needed = files[`${shape.name}-step1`];
      const millis = await inTurns(runs, [
        () => download(needed.url, join(root, 'bare')),
        () => fetched(branch),
      ]);
      const shares = millis.map(([bare, own]) => bare / own).sort((a, b) => a - b);
      const rates = [0, 1].map((task) => {
        const { medianMillis, minMillis, maxMillis } = timesOf(millis.map((turn) => turn[task]));
        const [median, least, most] = [medianMillis, maxMillis, minMillis].map((time) =>
          (needed.bytes / 1e3 / time).toFixed(0),
        );
        return `${median} (${least} … ${most})`;
      });
      const what = masks === '' ? 'the whole file' : `without ${shape.layers} masks of 4 MiB`;
      const share = (100 * shares[Math.floor(shares.length / 2)]).toFixed(0);
      print(
        `| ${shape.name}, ${what} | ${(needed.bytes / 1e6).toFixed(0)} | ${rates.join(' | ')} | ${share} % |`,
      );
    }

  const branch = `${PYTHIA_160M.name}-step1`;
  const growth = await grown(async () => {
    for (let run = 0; run < MEMORY_RUNS; run += 1) await fetched(branch);
  });
  print('');
  print(
    `memory while ${MEMORY_RUNS} of ${PYTHIA_160M.name} come: ${(growth / 1e6).toFixed(0)} MB above before, ${(growth / files[branch].bytes).toFixed(2)} of a checkpoint`,
  );
}

/** Milliseconds of each task, by turn; one more turn comes first, to warm up. */
async function inTurns(
  turns: number,
  tasks: readonly (() => Promise<void>)[],
): Promise<readonly (readonly number[])[]> {
  const all: number[][] = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    const millis: number[] = [];
    for (const task of tasks) {
      // What the last one wrote goes to the disk first, or this one would wait for it.
      execFileSync('sync');
      const begun = performance.now();
      await task();
      millis.push(performance.now() - begun);
    }
    if (turn > 0) all.push(millis);
  }
  return all;
}

/** One checkpoint into an empty cache. */
async function fetchFrom(endpoint: string, root: string, revisions: string): Promise<void> {
  const source = watchHub('hf://someone/model', {
    cache: new FileCache({ root, bytesMax: 2 ** 40 }),
    needs: neededTensors,
    endpoint,
    revisions,
    follow: false,
  });
  const events = await lastValueFrom(source({ isDone: () => false, through: NEVER }).pipe(toArray()));
  if (!events.some(({ type }) => type === 'ready'))
    throw new Error(`nothing came: ${JSON.stringify(events)}`);
  rmSync(root, { recursive: true, force: true });
}

async function download(url: string, file: string): Promise<void> {
  const response = await fetch(url);
  const handle = await open(file, 'w');
  try {
    for await (const chunk of response.body ?? []) await handle.write(chunk);
  } finally {
    await handle.close();
  }
  rmSync(file);
}

/** Bytes of the process at its most above before. */
async function grown(task: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_MILLIS);
  await task();
  clearInterval(timer);
  return most - before;
}
