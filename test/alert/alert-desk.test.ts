/** Runs as they go on, and what is posted of them to a real HTTP server. */
import { afterEach, expect, it } from 'vitest';
import type { Update } from '../../protocol/state.ts';
import { AlertDesk } from '../../server/alert/alert-desk.ts';
import type { RunStream } from '../../server/log/run-stream.ts';
import { ProgressBook } from '../../server/progress.ts';
import { TestHook } from '../support/hook.ts';
import { logDirectory, openedStream } from '../support/served.ts';
import { madeChange } from './made.ts';

let hook: TestHook;
let stream: RunStream;
let desk: AlertDesk;
afterEach(async () => {
  await desk.close();
  await stream.close();
  await hook.close();
});

async function followed(directory: string | null, past: readonly Update[] = []): Promise<void> {
  hook = await TestHook.open();
  stream = await openedStream('a', directory);
  publish(past);
  await stream.settled();
  desk = new AlertDesk({
    addresses: [new URL(hook.url)],
    dashboard: null,
    userAgent: 'phasewatch/test',
    say: () => {},
    spanMillis: 60_000,
  });
  desk.follow(stream);
}

function publish(updates: readonly Update[]): void {
  for (const update of updates) stream.publish(update);
}

const checkpoint = (step: number): Update[] => [
  { type: 'checkpoint-started', checkpoint: `c${step}`, step, content: `${step}` },
  { type: 'checkpoint-done', checkpoint: `c${step}`, millis: 1, unchangedLayers: 0, identicalTo: null },
];
const failed = (step: number): Update => ({
  type: 'failure',
  checkpoint: `c${step}`,
  step,
  failure: { code: 'truncated', message: `${step} is cut short` },
});
function ended(): Update {
  const book = new ProgressBook();
  book.end();
  return book.delta();
}
const heads = () => hook.texts.map((text) => String(text).split(' in ')[0].split('\n')[0]);

it('the end is told after what led to it, though its progress overtakes what is on its way to disk', async () => {
  await followed(logDirectory());
  const change = madeChange(0.9);
  // While the first is being written, all others and the end come.
  publish(checkpoint(512));
  await Promise.resolve();
  publish([...checkpoint(550), { type: 'phase-change', change }, ended()]);
  await hook.until(2);
  expect(heads()).toEqual(['**Phase change**', '**Run ended**: `Run a`, 2 checkpoints analysed']);
  await desk.close();
  expect([...desk.counts]).toEqual([
    ['sent', 2],
    ['given-up', 0],
    ['dropped', 0],
  ]);
});

it('what a run was before it was followed is not told', async () => {
  await followed(null, [failed(1), { type: 'phase-change', change: madeChange(0.9) }]);
  publish([failed(1), failed(2)]);
  await hook.until(1);
  expect(hook.texts).toEqual(['**Checkpoint failed** in `Run a`: `c2`\n2 is cut short']);
});

it('what the span of a burst still holds is posted when the server ends', async () => {
  await followed(null);
  publish([failed(1)]);
  await hook.until(1);
  publish([failed(2), failed(3)]);
  await stream.settled();
  await desk.close();
  expect(hook.texts.slice(1)).toEqual([
    '**Checkpoint failed** in `Run a`: `c3`\n3 is cut short\nAnd 1 more.',
  ]);
});
