/** The built process as its parent sees it; `npm test` builds before it runs the tests. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { emptyDirectory } from './support.ts';

const ENTRY = new URL('../../dist/server/demo/train.js', import.meta.url).pathname;
const SMALL = ['--layers', '1', '--heads', '1', '--width', '8'];

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe.skipIf(!existsSync(ENTRY))('the demo process', () => {
  test('prints one line of JSON per 10 steps and ends by itself while its input is open', async () => {
    const child = start(['--out', join(emptyDirectory(), 'new'), '--steps', '20', ...SMALL]);
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect(code).toBe(0);
    const lines = output.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([10, 20]);
    expect(Object.keys(JSON.parse(lines[0]))).toEqual(['step', 'loss', 'repeatedLossNats']);
  });

  test('leaves within a second when its input closes', async () => {
    const child = await startEndless();
    expect(await timeToClose(child, () => child.stdin.end())).toBeLessThan(1000);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('leaves within a second on %s', async (signal) => {
    const child = await startEndless();
    expect(await timeToClose(child, () => child.kill(signal))).toBeLessThan(1000);
  });

  test('refuses an unknown option with exit code 2', async () => {
    const child = start(['--out', emptyDirectory(), '--speed', '2']);
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(code).toBe(2);
    expect(errors).toContain("'--speed'");
    expect(errors).not.toContain('    at ');
  });

  test('refuses a directory that has checkpoints, and leaves it as it was', async () => {
    const out = emptyDirectory();
    await once(start(['--out', out, '--steps', '1', ...SMALL]), 'close');
    const child = start(['--out', out, '--steps', '2', ...SMALL]);
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(code).toBe(2);
    expect(errors).toContain('already has checkpoint-0');
    expect(readdirSync(out).sort()).toEqual(['checkpoint-0', 'checkpoint-1']);
  });
});

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: 'pipe' });
  children.push(child);
  return child;
}

/** Resolves once the training is under way. */
async function startEndless() {
  const child = start(['--out', emptyDirectory(), '--steps', '1000000', ...SMALL]);
  await once(child.stdout, 'data');
  return child;
}

async function timeToClose(child: ChildProcess, ask: () => void): Promise<number> {
  const asked = performance.now();
  ask();
  await once(child, 'close');
  return performance.now() - asked;
}
