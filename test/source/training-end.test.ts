/** When a watched directory says that its training has ended, and when it does not. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type SourceEvent, type WatchOptions, watchDirectory } from '../../server/source/directory.ts';
import { age, putCheckpoint, temporaryDirectory } from './made-files.ts';

const FAST: WatchOptions = { settleMillis: 20, pollMillis: 5, stalledMillis: 40 };
const END = 'the training reached its last step, 4,000 (trainer_state.json)';

function put(run: string, step: number, state: unknown = undefined): void {
  const directory = join(run, `checkpoint-${step}`);
  putCheckpoint(directory, 0);
  if (state !== undefined)
    writeFileSync(
      join(directory, 'trainer_state.json'),
      typeof state === 'string' ? state : JSON.stringify(state),
    );
}

function watched(run: string, options: WatchOptions = {}) {
  const events: string[] = [];
  const all: SourceEvent[] = [];
  const subscription = watchDirectory(run, { ...FAST, ...options }).subscribe((event) => {
    all.push(event);
    events.push(short(event));
  });
  onTestFinished(() => subscription.unsubscribe());
  const come = (...expected: string[]) =>
    vi.waitFor(() => expect(events).toEqual(expected), { interval: 2, timeout: 5000 });
  return { all, come };
}

function short(event: SourceEvent): string {
  switch (event.type) {
    case 'ready':
      return `ready ${event.checkpoint.id}`;
    case 'failed':
      return `failed ${event.id}`;
    case 'ended':
      return `ended: ${event.message}`;
    case 'ignored':
      return `ignored: ${event.message}`;
    default:
      return event.type;
  }
}

describe('a training that writes trainer_state.json', () => {
  it('has ended when its newest checkpoint is of the last step, and not before', async () => {
    const run = temporaryDirectory();
    put(run, 2000, { global_step: 2000, max_steps: 4000 });
    const { all, come } = watched(run);
    await come('ready checkpoint-2000');
    put(run, 4000, { global_step: 4000, max_steps: 4000 });
    await come('ready checkpoint-2000', 'ready checkpoint-4000', `ended: ${END}`);
    expect(all.at(-1)).toEqual({ type: 'ended', message: END, checkpoint: 'checkpoint-4000', isNews: true });
  });

  it('goes on when a later checkpoint comes, whatever the one before it said', async () => {
    const run = temporaryDirectory();
    put(run, 4000, { global_step: 4000, max_steps: 4000 });
    const { come } = watched(run);
    await come('ready checkpoint-4000', `ended: ${END}`);
    put(run, 5000, { global_step: 5000, max_steps: 8000 });
    await come('ready checkpoint-4000', `ended: ${END}`, 'ready checkpoint-5000', 'continued');
  });

  it('has ended though its last checkpoint is broken', async () => {
    const run = temporaryDirectory();
    put(run, 4000, { global_step: 4000, max_steps: 4000 });
    rmSync(join(run, 'checkpoint-4000/model.safetensors'));
    const { come } = watched(run);
    await come('failed checkpoint-4000', `ended: ${END}`);
  });

  it('that had ended before anybody looked is no news', async () => {
    const run = temporaryDirectory();
    put(run, 4000, { global_step: 4000, max_steps: 4000 });
    age(join(run, 'checkpoint-4000'));
    const { all, come } = watched(run);
    await come('ready checkpoint-4000', `ended: ${END}`);
    expect(all.at(-1)).toMatchObject({ isNews: false });
  });

  it('says it again when the last checkpoint was written again', async () => {
    const run = temporaryDirectory();
    put(run, 4000, { global_step: 4000, max_steps: 4000 });
    const { come } = watched(run);
    await come('ready checkpoint-4000', `ended: ${END}`);
    put(run, 4000, { global_step: 4001, max_steps: 4000 });
    await come('ready checkpoint-4000', `ended: ${END}`, 'ready checkpoint-4000', `ended: ${END}`);
  });

  it.each([
    ['0 steps at most', { global_step: 0, max_steps: 0 }],
    ['a number of steps that is not known', { global_step: 4000, max_steps: -1 }],
  ])('goes on with %s', async (_, state) => {
    const run = temporaryDirectory();
    put(run, 4000, state);
    const { come } = watched(run, { endMarker: 'LOOKED' });
    await come('ready checkpoint-4000');
    writeFileSync(join(run, 'LOOKED'), '');
    await come('ready checkpoint-4000', 'ended: the training has ended (LOOKED)');
  });
});

describe('a state that cannot be read is mentioned once, and costs its checkpoint nothing', () => {
  const unknown = 'whether the training has ended is not known from it';
  const mentioned = async (run: string, sentence: string) => {
    const { come } = watched(run, { endMarker: 'LOOKED' });
    const seen = ['ready checkpoint-4000', `ignored: checkpoint-4000: ${sentence}; ${unknown}`];
    await come(...seen);
    // However often it is looked at after that.
    writeFileSync(join(run, 'LOOKED'), '');
    await come(...seen, 'ended: the training has ended (LOOKED)');
  };

  it.each([
    ['no JSON', '{"global_step": 4000, "max_', 'trainer_state.json: expected JSON, found something else'],
    [
      'no numbers',
      { global_step: '4000', max_steps: 4000 },
      'trainer_state.json: expected the numbers global_step and max_steps, found "4000" and 4000',
    ],
    [
      'no object',
      [1],
      'trainer_state.json: expected the numbers global_step and max_steps, found nothing and nothing',
    ],
    [
      'too much',
      `"${'x'.repeat(2 ** 24)}"`,
      'trainer_state.json: expected at most 16,777,216 bytes, found 16,777,218',
    ],
  ])('%s', async (_, state, sentence) => {
    const run = temporaryDirectory();
    put(run, 4000, state);
    await mentioned(run, sentence);
  });

  it('a directory', async () => {
    const run = temporaryDirectory();
    put(run, 4000);
    mkdirSync(join(run, 'checkpoint-4000/trainer_state.json'));
    await mentioned(run, 'trainer_state.json: expected a regular file, found something else');
  });

  it('a link that leads out', async () => {
    const run = temporaryDirectory();
    const outside = join(temporaryDirectory(), 'state.json');
    writeFileSync(outside, JSON.stringify({ global_step: 1, max_steps: 1 }));
    put(run, 4000);
    symlinkSync(outside, join(run, 'checkpoint-4000/trainer_state.json'));
    await mentioned(
      run,
      `trainer_state.json: expected a file inside ${run}, found a link that leads out of it; copy the file there, or watch the directory that it lies in`,
    );
  });
});

describe('an end marker', () => {
  it('ends a training when it appears, and no more when it is gone', async () => {
    const run = temporaryDirectory();
    put(run, 5);
    const { all, come } = watched(run, { endMarker: 'ENDED' });
    await come('ready checkpoint-5');
    writeFileSync(join(run, 'ENDED'), '');
    await come('ready checkpoint-5', 'ended: the training has ended (ENDED)');
    rmSync(join(run, 'ENDED'));
    const once = ['ready checkpoint-5', 'ended: the training has ended (ENDED)', 'continued'];
    await come(...once);
    // The first time it may have been there before the first look.
    writeFileSync(join(run, 'ENDED'), '');
    await come(...once, 'ended: the training has ended (ENDED)');
    expect(all.at(-1)).toMatchObject({ checkpoint: null, isNews: true });
  });

  it('waits for a checkpoint that is still being written', async () => {
    const run = temporaryDirectory();
    mkdirSync(join(run, 'checkpoint-5'));
    writeFileSync(join(run, 'ENDED'), '');
    const { come } = watched(run, { endMarker: 'ENDED' });
    await come('failed checkpoint-5', 'ended: the training has ended (ENDED)');
  });

  it('is a file', async () => {
    const run = temporaryDirectory();
    mkdirSync(join(run, 'ENDED'));
    put(run, 5, { global_step: 5, max_steps: 5 });
    const { come } = watched(run, { endMarker: 'ENDED' });
    const last = 'the training reached its last step, 5 (trainer_state.json)';
    await come(
      'ignored: ENDED: expected a name that gives a step, such as checkpoint-500',
      'ready checkpoint-5',
      `ended: ${last}`,
    );
  });
});

it('whoever trains can say that it has ended', async () => {
  const run = temporaryDirectory();
  put(run, 5);
  let ended: string | null = null;
  const { come } = watched(run, { ended: () => ended });
  await come('ready checkpoint-5');
  ended = 'the training ended early';
  await come('ready checkpoint-5', 'ended: the training ended early');
});

it('a directory that is not followed has no end of a training', async () => {
  const run = temporaryDirectory();
  put(run, 4000, { global_step: 4000, max_steps: 4000 });
  const events = await lastValueFrom(watchDirectory(run, { ...FAST, follow: false }).pipe(toArray()));
  expect(events.map(short)).toEqual(['ready checkpoint-4000']);
});
