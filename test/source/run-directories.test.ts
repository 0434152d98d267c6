import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type RunDirectoryEvent,
  type WatchRunsOptions,
  watchRunDirectories,
} from '../../server/source/run-directories.ts';
import { putFiles, temporaryDirectory } from './made-files.ts';

/** Events of paths that are watched, to be taken one after the other. */
class Events {
  readonly all: RunDirectoryEvent[] = [];
  isComplete = false;
  #taken = 0;
  #wake: () => void = () => {};

  constructor(paths: readonly string[], options: WatchRunsOptions = {}) {
    const subscription = watchRunDirectories(paths, { pollMillis: 2, ...options }).subscribe({
      next: (event) => {
        // Its own test is below; elsewhere what matters is what was found.
        if (event.type === 'looked') return;
        this.all.push(event);
        this.#wake();
      },
      complete: () => {
        this.isComplete = true;
      },
    });
    onTestFinished(() => subscription.unsubscribe());
  }

  async next(): Promise<RunDirectoryEvent> {
    while (this.all.length <= this.#taken)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.all[this.#taken++];
  }
}

async function eventsOf(
  paths: readonly string[],
  options: WatchRunsOptions = {},
): Promise<RunDirectoryEvent[]> {
  const all = await lastValueFrom(watchRunDirectories(paths, { follow: false, ...options }).pipe(toArray()));
  expect(all.at(-1)).toEqual({ type: 'looked' });
  return all.slice(0, -1);
}

/** Runs that one look finds, by name. */
async function runsOf(...paths: string[]): Promise<Readonly<Record<string, string>>> {
  const events = await eventsOf(paths);
  return Object.fromEntries(
    events.flatMap((event) => (event.type === 'run' ? [[event.name, event.directory]] : [])),
  );
}

/** A directory `runs` with these entries; a name that ends in `/` is an empty directory. */
function directoryWith(...names: string[]): string {
  const directory = join(temporaryDirectory(), 'runs');
  mkdirSync(directory);
  for (const name of names)
    if (name.endsWith('/')) mkdirSync(join(directory, name), { recursive: true });
    else putFiles(directory, { [name]: '' });
  return directory;
}

const run = (directory: string, name: string): RunDirectoryEvent => ({ type: 'run', directory, name });

describe('a path is a run itself', () => {
  test.each([
    ['that holds a checkpoint', ['checkpoint-5/']],
    ['that holds a checkpoint and other runs', ['step5/', 'other/step7/']],
    ['that holds a configuration', ['config.json', 'seed-1/step7/']],
    ['that is a checkpoint', ['model.safetensors', 'seed-1/step7/']],
    ['that holds a file of torch.save with a step', ['epoch=0-step=5.ckpt', 'seed-1/step7/']],
    ['that is a checkpoint of torch.save', ['pytorch_model.bin', 'seed-1/step7/']],
    ['that is empty', []],
    ['that holds files only', ['log.txt', 'step5.json']],
    [
      'that holds nothing but hidden and unfinished directories',
      ['.git/step1/', 'step5.tmp/', 'tmp-x/step7/'],
    ],
  ])('%s', async (_, names) => {
    const directory = directoryWith(...names);
    expect(await runsOf(directory)).toEqual({ runs: directory });
  });

  test('that does not exist yet, or is a file', async () => {
    const directory = directoryWith('file');
    const [missing, file] = [join(directory, 'missing'), join(directory, 'file')];
    expect(await runsOf(missing, file)).toEqual({ missing, file });
  });

  test('and then nothing else can come', async () => {
    const events = new Events([directoryWith('step1/')]);
    await vi.waitFor(() => expect(events.isComplete).toBe(true));
    expect(events.all).toHaveLength(1);
  });
});

describe('a path with sub-directories and no checkpoints is a parent', () => {
  test('of each that holds a checkpoint, by name', async () => {
    const directory = directoryWith(
      'b/step1/',
      'a/checkpoint-5/',
      'empty/',
      'notes.txt',
      'final/model.safetensors',
    );
    expect((await eventsOf([directory])).filter(({ type }) => type === 'run')).toEqual([
      run(join(directory, 'a'), 'a'),
      run(join(directory, 'b'), 'b'),
    ]);
  });

  test('not of hidden and unfinished ones, nor of those below', async () => {
    const directory = directoryWith('.a/step1/', 'b.tmp/step1/', 'c/d/step1/', 'e/step1/');
    expect(await runsOf(directory)).toEqual({ e: join(directory, 'e') });
  });

  test('of none yet, which is said once', async () => {
    const directory = directoryWith('logs/');
    const events = new Events([directory]);
    expect(await events.next()).toEqual({
      type: 'note',
      message: `${directory}: expected checkpoints in it or in its sub-directories, found none yet; a run is shown as soon as it has one`,
    });
    mkdirSync(join(directory, 'logs/step1'));
    expect(await events.next()).toEqual(run(join(directory, 'logs'), 'logs'));
  });

  test('and a run itself should checkpoints come', async () => {
    const directory = directoryWith('logs/');
    const events = new Events([directory]);
    expect((await events.next()).type).toBe('note');
    mkdirSync(join(directory, 'checkpoint-500'));
    expect(await events.next()).toEqual(run(directory, 'runs'));
    await vi.waitFor(() => expect(events.isComplete).toBe(true));
  });
});

describe('what comes while it is watched', () => {
  test('is reported once, however often it is looked at', async () => {
    const directory = directoryWith('a/step1/');
    const events = new Events([directory]);
    expect(await events.next()).toEqual(run(join(directory, 'a'), 'a'));
    for (const name of ['b', 'c', 'd']) {
      mkdirSync(join(directory, name));
      putFiles(directory, { [`${name}/config.json`]: {} });
      mkdirSync(join(directory, name, 'step1'));
      expect(await events.next()).toEqual(run(join(directory, name), name));
    }
  });

  test('in a path that was not decided is found beside it', async () => {
    const staged = directoryWith('runs/step1/');
    const directory = join(staged, '../later/runs');
    const events = new Events([directory]);
    expect(await events.next()).toEqual(run(directory, 'runs'));
    mkdirSync(join(directory, '..'));
    renameSync(staged, directory);
    expect(await events.next()).toEqual(run(join(directory, 'runs'), 'runs/runs'));
    mkdirSync(join(directory, 'a/step1'), { recursive: true });
    expect(await events.next()).toEqual(run(join(directory, 'a'), 'a'));
  });

  test('back, after a parent had vanished, is no news', async () => {
    const [directory, clock] = [directoryWith('a/step1/'), directoryWith('tick/step1/')];
    const events = new Events([directory, clock]);
    await events.next();
    await events.next();
    renameSync(directory, `${directory}-away`);
    // A look that sees the first may have begun before; one that sees the second has not.
    for (const tick of ['tock', 'tuck']) {
      mkdirSync(join(clock, tick, 'step1'), { recursive: true });
      expect(await events.next()).toMatchObject({ directory: join(clock, tick) });
    }
    renameSync(`${directory}-away`, directory);
    mkdirSync(join(directory, 'b/step1'), { recursive: true });
    expect(await events.next()).toMatchObject({ directory: join(directory, 'b') });
  });
});

describe('links in a parent', () => {
  test('that lead out, nowhere or in circles are not followed', async () => {
    const directory = directoryWith('a/step1/', '../elsewhere/step1/', '../elsewhere/x/step1/');
    symlinkSync('../elsewhere', join(directory, 'out'));
    symlinkSync(join(directory, '../elsewhere/x'), join(directory, 'out-too'));
    symlinkSync('nowhere', join(directory, 'nowhere'));
    symlinkSync('circle', join(directory, 'circle'));
    symlinkSync('.', join(directory, 'self'));
    symlinkSync('..', join(directory, 'up'));
    expect(await runsOf(directory)).toEqual({ a: join(directory, 'a') });
  });

  test('to a run beside them are no other run, to a hidden one inside they are', async () => {
    const directory = directoryWith('b/step1/', '.store/x/step1/');
    symlinkSync('b', join(directory, 'a-latest'));
    symlinkSync('.store/x', join(directory, 'c'));
    symlinkSync('.store/x', join(directory, 'd'));
    expect(await runsOf(directory)).toEqual({ b: join(directory, 'b'), c: join(directory, 'c') });
  });

  test('as checkpoints of a run count where they lead inside of it', async () => {
    const directory = directoryWith('a/stored/', 'b/', '.outer/');
    symlinkSync('stored', join(directory, 'a/step1'));
    symlinkSync('../.outer', join(directory, 'b/step1'));
    expect(await runsOf(directory)).toEqual({ a: join(directory, 'a') });
  });

  test('as a path are what they lead to', async () => {
    const directory = directoryWith('a/step1/');
    const link = join(directory, '../link');
    symlinkSync('runs', link);
    expect(await runsOf(link)).toEqual({ a: join(link, 'a') });
  });
});

describe('several paths', () => {
  test('may be runs and parents, and what is found says in which', async () => {
    const [x, y] = [directoryWith('a/step1/', 'b/step1/'), directoryWith('step1/')];
    const [nameX, nameY] = [x, y].map((path) => path.split('/').slice(-2).join('/'));
    expect(await runsOf(x, y)).toEqual({
      [nameY]: y,
      [`${nameX}/a`]: join(x, 'a'),
      [`${nameX}/b`]: join(x, 'b'),
    });
  });

  test('of which one lies in the other are watched once, by its own name', async () => {
    const directory = directoryWith('a/step1/', 'b/step1/');
    const [a, link] = [join(directory, 'a'), join(directory, '../link')];
    const expected = { a, 'runs/b': join(directory, 'b') };
    expect(await runsOf(directory, a)).toEqual(expected);
    expect(await runsOf(a, directory)).toEqual(expected);
    symlinkSync('runs/a', link);
    expect(await runsOf(directory, link)).toEqual({ link, 'runs/b': join(directory, 'b') });
  });
});

describe('limits', () => {
  test('of runs: the first ones are watched, the rest is told once', async () => {
    const directory = directoryWith('a/step1/', 'b/step1/', 'c/step1/');
    const events = new Events([directory], { runsMax: 2 });
    expect([await events.next(), await events.next(), await events.next()]).toEqual([
      run(join(directory, 'a'), 'a'),
      run(join(directory, 'b'), 'b'),
      {
        type: 'note',
        message:
          'expected at most 2 runs, found more; those found last are not watched. Name those that matter',
      },
    ]);
    mkdirSync(join(directory, 'd/step1'), { recursive: true });
    rmSync(join(directory, 'c'), { recursive: true });
    mkdirSync(join(directory, 'step9'));
    await vi.waitFor(() => expect(events.isComplete).toBe(true));
    expect(events.all).toHaveLength(3);
  });

  test('of sub-directories: the first ones by name are looked into, and it is told', async () => {
    const names = Array.from({ length: 1001 }, (_, n) => `${String(n).padStart(4, '0')}x/`);
    const directory = directoryWith(...names, '0999x/step1/', '1000x/step1/');
    expect(await eventsOf([directory])).toEqual([
      {
        type: 'note',
        message: `${directory}: expected at most 1000 sub-directories, found 1001; runs are looked for in the first ones by name. Name the others yourself`,
      },
      run(join(directory, '0999x'), '0999x'),
    ]);
  });
});

test('unsubscribing leaves no timer', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const seen: RunDirectoryEvent[] = [];
  const path = join(temporaryDirectory(), 'none');
  await new Promise<void>((resolve) => {
    const subscription = watchRunDirectories([path]).subscribe((event) => {
      seen.push(event);
      queueMicrotask(() => {
        subscription.unsubscribe();
        resolve();
      });
    });
  });
  expect(seen).toEqual([run(path, 'none'), { type: 'looked' }]);
  expect(vi.getTimerCount()).toBe(0);
});

test('says once that it has looked, after what was there', async () => {
  const [directory, clock] = [directoryWith('a/step1/'), directoryWith('tick/step1/')];
  const all: RunDirectoryEvent[] = [];
  await new Promise<void>((resolve) => {
    const subscription = watchRunDirectories([directory, clock], { pollMillis: 2 }).subscribe((event) => {
      all.push(event);
      if (event.type === 'looked') mkdirSync(join(clock, 'tock', 'step1'), { recursive: true });
      if (event.type === 'run' && event.directory === join(clock, 'tock')) resolve();
    });
    onTestFinished(() => subscription.unsubscribe());
  });
  expect(all.map((event) => (event.type === 'run' ? basename(event.directory) : event.type))).toEqual([
    'a',
    'tick',
    'looked',
    'tock',
  ]);
});
