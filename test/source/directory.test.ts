import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, type Subscription, toArray } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type SourceEvent, type WatchOptions, watchDirectory } from '../../server/source/directory.ts';
import { scanDirectory } from '../../server/source/scan.ts';
import { age, putCheckpoint, putFiles, SAMPLE_RUN, shardOf, temporaryDirectory } from './made-files.ts';

const INDEX = 'model.safetensors.index.json';
/** Fast, so that what is waited for comes soon; nothing here depends on how long that is. */
const FAST: WatchOptions = { settleMillis: 30, pollMillis: 5, stalledMillis: 60 };
/** Never gives a half-written checkpoint up. */
const PATIENT: WatchOptions = { ...FAST, stalledMillis: 600_000 };

/** The events of a watched directory, in short form, to be taken one after the other. */
class Events {
  readonly all: string[] = [];
  readonly subscription: Subscription;
  #taken = 0;
  #wake: () => void = () => {};

  constructor(directory: string, options: WatchOptions) {
    this.subscription = watchDirectory(directory, options).subscribe((event) => {
      this.all.push(short(event));
      this.#wake();
    });
    onTestFinished(() => this.subscription.unsubscribe());
  }

  /** The event after those taken so far; waits for it. */
  async next(): Promise<string> {
    while (this.all.length <= this.#taken)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.all[this.#taken++];
  }
}

function short(event: SourceEvent): string {
  switch (event.type) {
    case 'ready':
      return `ready ${event.checkpoint.id}`;
    case 'failed':
      return `failed ${event.id} ${event.failure.code}`;
    case 'ignored':
      return `ignored ${event.name}`;
    default:
      return event.type;
  }
}

/** All events of a directory that is not followed. */
function eventsOf(directory: string, options: WatchOptions = FAST): Promise<SourceEvent[]> {
  return lastValueFrom(watchDirectory(directory, { ...options, follow: false }).pipe(toArray()));
}

describe('what is there', () => {
  test('comes by step, whatever order the names have, and then the stream completes', async () => {
    const run = temporaryDirectory();
    for (const name of ['step1000', 'checkpoint-20', 'checkpoint-1000', 'step_3']) {
      putCheckpoint(join(run, name));
      age(join(run, name));
    }
    putFiles(run, { 'runs/events': '', 'log.txt': '' });
    expect((await eventsOf(run)).map(short)).toEqual([
      'ignored runs',
      'ready step_3',
      'ready checkpoint-20',
      'ready checkpoint-1000',
      'ready step1000',
    ]);
  });

  test('is described by id, step, directory and configuration', async () => {
    const directory = join(SAMPLE_RUN, 'checkpoint-512');
    const events = await eventsOf(SAMPLE_RUN);
    expect(events.map(short)).toEqual([
      'ready checkpoint-0',
      'ready checkpoint-512',
      'ready checkpoint-4000',
    ]);
    expect(events[1]).toEqual({
      type: 'ready',
      checkpoint: {
        id: 'checkpoint-512',
        step: 512,
        directory,
        configFile: join(directory, 'config.json'),
        content: expect.stringMatching(/^[\w-]{43}$/),
      },
    });
  });

  test('and incomplete fails with the sentence that says why', async () => {
    const run = temporaryDirectory();
    putCheckpoint(join(run, 'step1'));
    const whole = readFileSync(join(run, 'step1/model.safetensors'));
    putFiles(run, { 'step1/model.safetensors': whole.subarray(0, 300_000), 'step2/config.json': {} });
    putCheckpoint(join(run, 'step3'));
    const events = await eventsOf(run);
    expect(events.map(short).sort()).toEqual([
      'failed step1 truncated',
      'failed step2 incomplete',
      'ready step3',
    ]);
    expect(events).toContainEqual({
      type: 'failed',
      id: 'step1',
      step: 1,
      failure: {
        code: 'truncated',
        message:
          'model.safetensors: expected 637,328 bytes, found 300,000; the file is cut short or still being written',
      },
    });
  });

  test('may be nothing', async () => {
    expect(await eventsOf(temporaryDirectory())).toEqual([]);
  });

  test('may be missing', async () => {
    const run = join(temporaryDirectory(), 'run');
    expect(await eventsOf(run)).toEqual([{ type: 'missing', message: `${run}: there is no such directory` }]);
  });

  test('and old is ready with the first poll, without settling', async () => {
    const run = temporaryDirectory();
    putCheckpoint(join(run, 'step1'));
    age(join(run, 'step1'));
    const events = new Events(run, { settleMillis: 1_000_000, stalledMillis: 1_000_000 });
    expect(await events.next()).toBe('ready step1');
  });
});

describe('what appears', () => {
  test('is ready when it is complete, however it was written', async () => {
    const run = temporaryDirectory();
    const events = new Events(run, PATIENT);
    putCheckpoint(join(run, 'step1.tmp'));
    renameSync(join(run, 'step1.tmp'), join(run, 'step1'));
    expect(await events.next()).toBe('ready step1');
    putCheckpoint(join(run, 'step2'));
    expect(await events.next()).toBe('ready step2');
  });

  test('in pieces is not ready before the last piece; others overtake it', async () => {
    const run = temporaryDirectory();
    const whole = readFileSync(join(SAMPLE_RUN, 'checkpoint-512/model.safetensors'));
    const model = join(run, 'step1/model.safetensors');
    mkdirSync(join(run, 'step1'));
    const events = new Events(run, PATIENT);
    for (const [piece, from, to] of [
      [2, 0, 5],
      [3, 5, 4000],
      [4, 4000, 300_000],
      [5, 300_000, whole.length - 1],
    ]) {
      appendFileSync(model, whole.subarray(from, to));
      putCheckpoint(join(run, `step${piece}`));
      expect(await events.next()).toBe(`ready step${piece}`);
    }
    appendFileSync(model, whole.subarray(whole.length - 1));
    putCheckpoint(join(run, 'step6'));
    expect(await events.next()).toBe('ready step6');
    putFiles(run, { 'step1/config.json': {} });
    expect(await events.next()).toBe('ready step1');
  });

  test('in shards is ready with the last shard', async () => {
    const run = temporaryDirectory();
    const [first, second] = ['model-1-of-2.safetensors', 'model-2-of-2.safetensors'];
    putFiles(join(run, 'step1'), {
      'config.json': {},
      [INDEX]: { weight_map: { a: first, b: second } },
      [first]: shardOf('a'),
    });
    const events = new Events(run, FAST);
    expect(await events.next()).toBe('failed step1 incomplete');
    putFiles(join(run, 'step1'), { [second]: shardOf('b') });
    expect(await events.next()).toBe('ready step1');
  });

  test('with a marker is ready with the marker and not before', async () => {
    const run = temporaryDirectory();
    putCheckpoint(join(run, 'step1'));
    const events = new Events(run, { ...PATIENT, marker: 'DONE' });
    putCheckpoint(join(run, 'step2'));
    putFiles(run, { 'step2/DONE': '' });
    expect(await events.next()).toBe('ready step2');
    putFiles(run, { 'step1/DONE': '' });
    expect(await events.next()).toBe('ready step1');
  });

  test('with a configuration for all is ready when that arrives', async () => {
    const run = temporaryDirectory();
    putFiles(run, { 'step1/model.safetensors': shardOf('w') });
    const events = new Events(run, FAST);
    expect(await events.next()).toBe('failed step1 incomplete');
    putFiles(run, { 'config.json': {} });
    expect(await events.next()).toBe('ready step1');
  });
});

describe('what changes', () => {
  test('after a failure is tried again: fails again, then is ready', async () => {
    const run = temporaryDirectory();
    const whole = readFileSync(join(SAMPLE_RUN, 'checkpoint-512/model.safetensors'));
    putFiles(run, { 'step1/config.json': {}, 'step1/model.safetensors': whole.subarray(0, 100) });
    const events = new Events(run, FAST);
    expect(await events.next()).toBe('failed step1 truncated');
    putFiles(run, { 'step1/model.safetensors': 'no weights at all' });
    expect(await events.next()).toBe('failed step1 corrupt');
    putFiles(run, { 'step1/model.safetensors': whole });
    expect(await events.next()).toBe('ready step1');
  });

  test('after it was ready is ready again', async () => {
    const run = temporaryDirectory();
    putCheckpoint(join(run, 'step1'), 0);
    const events = new Events(run, PATIENT);
    expect(await events.next()).toBe('ready step1');
    putCheckpoint(join(run, 'step1'), 4000);
    expect(await events.next()).toBe('ready step1');
  });

  test('in nothing but time and place is ready again, with the same contents', async () => {
    const run = temporaryDirectory();
    putCheckpoint(join(run, 'step1'));
    const events = new Events(run, FAST);
    expect(await events.next()).toBe('ready step1');
    age(join(run, 'step1/model.safetensors'));
    expect(await events.next()).toBe('ready step1');
    renameSync(join(run, 'step1'), join(run, '.away'));
    putCheckpoint(join(run, 'step1'));
    expect(await events.next()).toBe('ready step1');
  });

  test('beside the model is no news', async () => {
    const run = temporaryDirectory();
    putCheckpoint(join(run, 'step1'));
    const events = new Events(run, FAST);
    expect(await events.next()).toBe('ready step1');
    putFiles(run, { 'step1/optimizer.pt': 'moments' });
    for (let step = 2; step <= 4; step++) {
      putCheckpoint(join(run, `step${step}`));
      expect(await events.next()).toBe(`ready step${step}`);
    }
  });

  test('from unreadable to readable is ready, and cost nobody else anything', async () => {
    const run = temporaryDirectory();
    putCheckpoint(join(run, 'step1'));
    const model = join(run, 'step1/model.safetensors');
    renameSync(model, join(run, 'kept'));
    // A link to itself: the operating system refuses it (ELOOP), to the superuser as well.
    symlinkSync('model.safetensors', model);
    putCheckpoint(join(run, 'step2'));
    const events = new Events(run, { ...FAST, stalledMillis: 1000 });
    expect(await events.next()).toBe('ready step2');
    expect(await events.next()).toBe('failed step1 unreadable');
    rmSync(model);
    renameSync(join(run, 'kept'), model);
    expect(await events.next()).toBe('ready step1');
  });
});

test('a directory that appears, vanishes and returns is reported; what comes back with it is not', async () => {
  const parent = temporaryDirectory();
  const run = join(parent, 'run');
  const events = new Events(run, PATIENT);
  expect(await events.next()).toBe('missing');
  mkdirSync(run);
  expect(await events.next()).toBe('present');
  putCheckpoint(join(run, 'step1'));
  expect(await events.next()).toBe('ready step1');
  renameSync(run, join(parent, 'away'));
  expect(await events.next()).toBe('missing');
  renameSync(join(parent, 'away'), run);
  expect(await events.next()).toBe('present');
  putCheckpoint(join(run, 'step2'));
  expect(await events.next()).toBe('ready step2');
});

test('links out of the directory are ignored, links within are followed', async () => {
  const parent = temporaryDirectory();
  putCheckpoint(join(parent, 'elsewhere'));
  putCheckpoint(join(parent, 'run/.store/a'));
  symlinkSync('../elsewhere', join(parent, 'run/step1'));
  symlinkSync('.store/a', join(parent, 'run/step2'));
  expect((await eventsOf(join(parent, 'run'))).map(short)).toEqual(['ignored step1', 'ready step2']);
});

describe('unsubscribing', () => {
  function fakeTimers(): void {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  }

  test('between two polls leaves no timer', async () => {
    fakeTimers();
    const events = new Events(join(temporaryDirectory(), 'none'), FAST);
    expect(await events.next()).toBe('missing');
    expect(vi.getTimerCount()).toBe(1);
    events.subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('during a poll drops its results and starts no other', async () => {
    fakeTimers();
    const none = join(temporaryDirectory(), 'none');
    const events = new Events(none, FAST);
    events.subscription.unsubscribe();
    await scanDirectory(none, null, () => false);
    expect(events.all).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leaves other subscribers of the same stream alone: each has a watch of its own', async () => {
    const run = temporaryDirectory();
    putCheckpoint(join(run, 'step1'));
    const stream = watchDirectory(run, { ...FAST, follow: false });
    stream.subscribe().unsubscribe();
    const [first, second] = await Promise.all([lastValueFrom(stream), lastValueFrom(stream)]);
    expect([first, second].map(short)).toEqual(['ready step1', 'ready step1']);
  });
});

test('with the default times, a complete checkpoint is noticed after it has settled for half a second', async () => {
  const run = temporaryDirectory();
  const events = new Events(run, {});
  putCheckpoint(join(run, 'step1'));
  expect(await events.next()).toBe('ready step1');
});
