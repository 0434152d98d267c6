/** What may be opened and what may not: real files, links and links that change while they are followed. */
import { readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { isWithin, openRegularFile } from '../../server/source/regular-file.ts';
import { failureOf, putFiles, temporaryDirectory } from './made-files.ts';

/** What happens after a path was found fit and before it is opened, and right after that. */
const between = vi.hoisted(() => ({
  act: (_opening: number) => {},
  actAfter: (_opening: number) => {},
  openings: 0,
}));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const opening = between.openings++;
      between.act(opening);
      const handle = await real.open(...args);
      between.actAfter(opening);
      return handle;
    },
  };
});

beforeEach(() => {
  between.act = () => {};
  between.actAfter = () => {};
  between.openings = 0;
});

/** A watched directory beside one that is nobody's business. */
function twoDirectories(): { readonly root: string; readonly outside: string } {
  const parent = temporaryDirectory();
  const [root, outside] = [join(parent, 'run'), join(parent, 'outside')];
  putFiles(root, { 'step1/config.json': 'inner' });
  putFiles(outside, { 'config.json': 'secret', 'step1/config.json': 'secret' });
  return { root, outside };
}

async function textOf(file: string, root: string): Promise<string> {
  const handle = await openRegularFile(file, root);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

describe('a link', () => {
  test('to a file inside is followed, over any number of links', async () => {
    const { root } = twoDirectories();
    symlinkSync('step1/config.json', join(root, 'a'));
    symlinkSync(join(root, 'a'), join(root, 'b'));
    symlinkSync('b', join(root, 'c'));
    expect(await textOf(join(root, 'c'), root)).toBe('inner');
  });

  test('to a file outside is refused with a sentence that says what to do', async () => {
    const { root, outside } = twoDirectories();
    symlinkSync(join(outside, 'config.json'), join(root, 'step1/own.json'));
    const failure = await failureOf(openRegularFile(join(root, 'step1/own.json'), root));
    expect(failure.code).toBe('leads-out');
    expect(failure.message).toBe(
      `own.json: expected a file inside ${root}, found a link that leads out of it; ` +
        'copy the file there, or watch the directory that it lies in',
    );
  });

  test.each<[string, (root: string, outside: string) => void]>([
    [
      'out and in a chain',
      (root, outside) => {
        symlinkSync(join(outside, 'config.json'), join(root, 'b'));
        symlinkSync('b', join(root, 'a'));
      },
    ],
    [
      'that leads out by a directory',
      (root, outside) => {
        symlinkSync(outside, join(root, 'away'));
        symlinkSync('away/config.json', join(root, 'a'));
      },
    ],
    ['that climbs out', (root) => symlinkSync('../outside/config.json', join(root, 'a'))],
    [
      'to a neighbour whose name begins alike',
      (root) => {
        putFiles(`${root}-2`, { 'config.json': 'secret' });
        symlinkSync(`${root}-2/config.json`, join(root, 'a'));
      },
    ],
    ['to the directory that is watched', (root) => symlinkSync('.', join(root, 'a'))],
    ['to a directory outside', (root, outside) => symlinkSync(outside, join(root, 'a'))],
  ])('%s is refused', async (_, link) => {
    const { root, outside } = twoDirectories();
    link(root, outside);
    expect((await failureOf(openRegularFile(join(root, 'a'), root))).code).toBe('leads-out');
    expect(between.openings).toBe(0);
  });

  test('that goes round in a circle is unreadable, one to nowhere is not there', async () => {
    const { root } = twoDirectories();
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    symlinkSync('nowhere', join(root, 'c'));
    expect((await failureOf(openRegularFile(join(root, 'a'), root))).code).toBe('unreadable');
    expect((await failureOf(openRegularFile(join(root, 'c'), root))).code).toBe('incomplete');
  });

  test('as name of the watched directory itself changes nothing', async () => {
    const { root, outside } = twoDirectories();
    symlinkSync(root, join(outside, 'run'));
    const named = join(outside, 'run');
    expect(await textOf(join(named, 'step1/config.json'), named)).toBe('inner');
    symlinkSync('step1/config.json', join(root, 'a'));
    expect(await textOf(join(named, 'a'), named)).toBe('inner');
  });

  test('that leads out and comes back in is inside', async () => {
    const { root } = twoDirectories();
    symlinkSync('../run/step1/config.json', join(root, 'a'));
    expect(await textOf(join(root, 'a'), root)).toBe('inner');
  });
});

describe('between looking and opening', () => {
  const file = (root: string) => join(root, 'step1/config.json');

  test('a directory that becomes a link out is refused, and its file not read', async () => {
    const { root, outside } = twoDirectories();
    between.act = (opening) => {
      if (opening > 0) return;
      renameSync(join(root, 'step1'), join(root, 'kept'));
      symlinkSync(join(outside, 'step1'), join(root, 'step1'));
    };
    expect((await failureOf(openRegularFile(file(root), root))).code).toBe('leads-out');
    expect(between.openings).toBe(1);
  });

  test('a directory that is a link out for a moment only gives the inner file, not the one opened then', async () => {
    const { root, outside } = twoDirectories();
    between.act = (opening) => {
      if (opening > 0) return;
      renameSync(join(root, 'step1'), join(root, 'kept'));
      symlinkSync(join(outside, 'step1'), join(root, 'step1'));
    };
    between.actAfter = (opening) => {
      if (opening > 0) return;
      rmSync(join(root, 'step1'));
      renameSync(join(root, 'kept'), join(root, 'step1'));
    };
    expect(await textOf(file(root), root)).toBe('inner');
    expect(between.openings).toBe(2);
  });

  test('a file that becomes a link out is not followed', async () => {
    const { root, outside } = twoDirectories();
    between.act = () => {
      rmSync(file(root));
      symlinkSync(join(outside, 'config.json'), file(root));
    };
    expect((await failureOf(openRegularFile(file(root), root))).code).toBe('unreadable');
  });

  test.runIf(process.platform === 'linux')(
    'a file that is another one each time is unreadable, and none stays open',
    async () => {
      const { root } = twoDirectories();
      const openFiles = () => readdirSync('/proc/self/fd').length;
      const before = openFiles();
      between.actAfter = (opening) => {
        putFiles(root, { new: `${opening}` });
        renameSync(join(root, 'new'), file(root));
      };
      const failure = await failureOf(openRegularFile(file(root), root));
      expect(failure.code).toBe('unreadable');
      expect(failure.message).toBe(
        'config.json: expected a file that stays, found another one at each of 3 attempts; it is tried again',
      );
      expect(openFiles()).toBe(before);
    },
  );

  test('a file that is replaced in time is the new one', async () => {
    const { root } = twoDirectories();
    between.act = (opening) => {
      if (opening > 0) return;
      putFiles(root, { new: 'newer' });
      renameSync(join(root, 'new'), file(root));
    };
    expect(await textOf(file(root), root)).toBe('newer');
  });
});

test('below means below: not the directory itself, not its neighbours, whatever their names', () => {
  expect(isWithin('/run', '/run/a')).toBe(true);
  expect(isWithin('/run', '/run/..a')).toBe(true);
  expect(isWithin('/', '/a')).toBe(true);
  for (const path of ['/run', '/', '/run-2/a', '/a/run']) expect(isWithin('/run', path)).toBe(false);
});
