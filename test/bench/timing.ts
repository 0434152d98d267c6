/** Times of repeated runs, and what they ran on. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import process from 'node:process';

export type Times = { readonly minMillis: number; readonly medianMillis: number; readonly maxMillis: number };

/** Runs `task` once to warm up and then `runs` times. */
export async function timed(runs: number, task: () => Promise<unknown>): Promise<Times> {
  await task();
  const millis: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const begun = performance.now();
    await task();
    millis.push(performance.now() - begun);
  }
  return timesOf(millis);
}

/** Smallest, middle and largest. */
export function timesOf(millis: readonly number[]): Times {
  const ascending = [...millis].sort((a, b) => a - b);
  return {
    minMillis: ascending[0],
    medianMillis: ascending[Math.floor(ascending.length / 2)],
    maxMillis: ascending[ascending.length - 1],
  };
}

export function commit(): string {
  try {
    const hash = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { encoding: 'utf8' }).trim();
    const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], {
      encoding: 'utf8',
    });
    return changed === '' ? hash : `${hash} with changes`;
  } catch {
    return 'unknown';
  }
}

export function machine(): string[] {
  const versionOf = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../../node_modules/${name}/package.json`, import.meta.url), 'utf8'))
      .version;
  const gib = Math.round(totalmem() / 2 ** 30);
  return [
    `commit    ${commit()}`,
    `machine   ${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, ${gib} GiB`,
    `versions  Node ${process.versions.node}, onnxruntime-node ${versionOf('onnxruntime-node')}`,
  ];
}
