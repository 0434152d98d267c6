/** What a trainer logs beside its checkpoints, while it is being written: real files, real polls. */
import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchCurves } from '../../../server/source/curve/watch-curves.ts';
import type { LogEntry, SourceEvent } from '../../../server/source/source-event.ts';
import { SAMPLE_RUN, temporaryDirectory } from '../made-files.ts';
import { type Point, pointsOf } from './made-logs.ts';

const EVENTS = fileURLToPath(
  new URL('../../fixtures/tensorboard/events.out.tfevents.2.tensors', import.meta.url),
);

const entriesOf = (events: readonly SourceEvent[]): LogEntry[] =>
  events.flatMap((event) => (event.type === 'logged' ? event.entries : []));
const notesOf = (events: readonly SourceEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'ignored' ? [event.message] : []));

async function found(directory: string): Promise<SourceEvent[]> {
  return lastValueFrom(watchCurves(directory, { follow: false }).pipe(toArray()), { defaultValue: [] });
}

function watched(directory: string) {
  const events: SourceEvent[] = [];
  const subscription = watchCurves(directory, { pollMillis: 5 }).subscribe((event) => events.push(event));
  onTestFinished(() => subscription.unsubscribe());
  const come = (...expected: Point[]) =>
    vi.waitFor(() => expect(pointsOf(entriesOf(events))).toEqual(expected), { interval: 2, timeout: 5000 });
  return { events, come };
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const stateOf = (...losses: number[]) =>
  JSON.stringify({ log_history: losses.map((loss, index) => ({ step: 10 * (index + 1), loss })) });

describe('trainer_state.json', () => {
  it('is read from the newest checkpoint, as transformers wrote it', async () => {
    const entries = entriesOf(await found(SAMPLE_RUN));
    expect(entries.length).toBe(51);
    expect(entries[0]).toEqual({
      step: 10,
      values: {
        epoch: 3.2e-5,
        grad_norm: 0.8828715085983276,
        learning_rate: 0.00027,
        loss: 4.15411262512207,
      },
    });
    expect(entries.at(-1)?.step).toBe(510);
  });

  it('is told on from where the checkpoint before ended', async () => {
    const run = temporaryDirectory();
    put(join(run, 'checkpoint-20', 'trainer_state.json'), stateOf(3, 2));
    const { come } = watched(run);
    await come([10, 'loss', 3], [20, 'loss', 2]);
    put(join(run, 'checkpoint-30', 'trainer_state.json'), stateOf(3, 2, 1));
    await come([10, 'loss', 3], [20, 'loss', 2], [30, 'loss', 1]);
  });

  it('is told as a whole where its history is another one', async () => {
    const run = temporaryDirectory();
    put(join(run, 'checkpoint-20', 'trainer_state.json'), stateOf(3, 2));
    const { come } = watched(run);
    await come([10, 'loss', 3], [20, 'loss', 2]);
    put(join(run, 'checkpoint-20', 'trainer_state.json'), stateOf(4, 1.5));
    await come([10, 'loss', 3], [20, 'loss', 2], [10, 'loss', 4], [20, 'loss', 1.5]);
  });

  it('may be half written, and may hold NaN', async () => {
    const run = temporaryDirectory();
    const file = join(run, 'checkpoint-10', 'trainer_state.json');
    put(file, '{"log_history": [{"step": 10, "loss": 3, "gr');
    const { events, come } = watched(run);
    await come();
    writeFileSync(
      file,
      '{"log_history": [{"step": 10, "loss": 3, "grad_norm": NaN}, {"step": 10, "eval_loss": 2}]}',
    );
    await come([10, 'loss', 3], [10, 'eval_loss', 2]);
    expect(notesOf(events)).toEqual([
      'checkpoint-10/trainer_state.json: expected finite numbers, found 1 NaN or infinite value so far; they are left out, and so are later ones',
    ]);
  });
});

describe('the logs of a run', () => {
  it('are found where trainers leave them', async () => {
    const run = temporaryDirectory();
    for (const [index, name] of ['metrics.jsonl', 'train_log.jsonl', 'logs/log.jsonl'].entries())
      put(join(run, name), `{"step":${index},"jsonl":1}\n`);
    for (const [index, name] of ['log.csv', 'lightning_logs/version_0/metrics.csv'].entries())
      put(join(run, name), `step,csv\n${index},1\n`);
    mkdirSync(join(run, 'runs', 'Jan01_12-00-00_host'), { recursive: true });
    cpSync(EVENTS, join(run, 'runs', 'Jan01_12-00-00_host', 'events.out.tfevents.1.host.7.0'));
    put(join(run, 'elsewhere', 'metrics.jsonl'), '{"step":9,"no":1}\n');
    const events = await found(run);
    const names = pointsOf(entriesOf(events)).map(([step, name]) => `${name} ${step}`);
    expect(names.toSorted()).toEqual(
      [
        'jsonl 0',
        'jsonl 1',
        'jsonl 2',
        'csv 0',
        'csv 1',
        'loss 0',
        'loss 1',
        'loss 2',
        'accuracy 3',
        'loss 6',
      ].toSorted(),
    );
    expect(notesOf(events)).toEqual([]);
  });

  it('are told as they grow, each entry once', async () => {
    const run = temporaryDirectory();
    const file = join(run, 'metrics.jsonl');
    const { come } = watched(run);
    await come();
    put(file, '{"step":1,"loss":3}\n{"st');
    await come([1, 'loss', 3]);
    appendFileSync(file, 'ep":2,"loss":2}\n');
    await come([1, 'loss', 3], [2, 'loss', 2]);
  });

  it('that lead out of the directory are refused, once, by name', async () => {
    const [run, other] = [temporaryDirectory(), temporaryDirectory()];
    put(join(other, 'metrics.jsonl'), '{"step":1,"loss":3}\n');
    symlinkSync(join(other, 'metrics.jsonl'), join(run, 'metrics.jsonl'));
    symlinkSync(other, join(run, 'logs'));
    const { events } = watched(run);
    await vi.waitFor(() => expect(notesOf(events).length).toBe(1));
    appendFileSync(join(other, 'metrics.jsonl'), '{"step":2,"loss":3}\n');
    put(join(run, 'log.jsonl'), '{"step":7,"seen":1}\n');
    await vi.waitFor(() => expect(pointsOf(entriesOf(events))).toEqual([[7, 'seen', 1]]));
    expect(notesOf(events)).toEqual([
      expect.stringMatching(/^metrics\.jsonl: .*a link that leads out of it/),
    ]);
  });

  it('that are broken cost nothing but themselves, and are read again when they are written anew', async () => {
    const run = temporaryDirectory();
    put(join(run, 'log.csv'), 'epoch,loss\n1,2\n3,4\n');
    const { events, come } = watched(run);
    await vi.waitFor(() => expect(notesOf(events).length).toBe(1));
    put(join(run, 'log.csv'), 'step,loss\n1,2\n');
    await come([1, 'loss', 2]);
  });
});
