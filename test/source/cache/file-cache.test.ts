import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileCache } from '../../../server/source/cache/file-cache.ts';
import { failureOf, temporaryDirectory } from '../made-files.ts';

const ORIGIN = { source: 'hf://someone/model', identity: 'abc' };

function cacheOf(bytesMax = 1_000_000, root = join(temporaryDirectory(), 'cache')): FileCache {
  return new FileCache({ root, bytesMax });
}

/** Puts a checkpoint of 400 bytes, and its manifest of about 130, into the cache; pinned as after every commit. */
async function put(cache: FileCache, key: string, text = key): Promise<string> {
  const draft = await cache.begin(key, { bytes: 600 });
  writeFileSync(join(draft.directory, 'model.safetensors'), text.padEnd(400, '.'));
  return (await draft.commit(ORIGIN)).directory;
}

async function putAndRelease(cache: FileCache, key: string): Promise<string> {
  const directory = await put(cache, key);
  await cache.release(key);
  return directory;
}

/** Makes a checkpoint look as if it had last been used so long ago. */
function unusedFor(directory: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(join(directory, 'entry.json'), then, then);
}

function partials(cache: FileCache): string[] {
  return readdirSync(join(cache.root, 'partial'));
}

describe('a checkpoint in the cache', () => {
  test('is found under its key with its files and what it was fetched from', async () => {
    const cache = cacheOf();
    expect(await cache.find('step1')).toBeNull();
    const directory = await put(cache, 'step1');
    const found = await cache.find('step1');
    const sha256 = createHash('sha256').update('step1'.padEnd(400, '.')).digest('hex');
    expect(found).toEqual({
      directory,
      manifest: { ...ORIGIN, files: { 'model.safetensors': { bytes: 400, sha256 } } },
    });
    expect(await cache.find('step2')).toBeNull();
  });

  test('is found by the next process, and lies in the root whatever its key is', async () => {
    const cache = cacheOf();
    const directory = await put(cache, '../../etc/passwd');
    expect(directory.startsWith(join(cache.root, 'ready/'))).toBe(true);
    expect((await cacheOf(1_000_000, cache.root).find('../../etc/passwd'))?.directory).toBe(directory);
  });

  test('is not there before it is committed', async () => {
    const cache = cacheOf();
    const draft = await cache.begin('step1', { bytes: 600 });
    writeFileSync(join(draft.directory, 'model.safetensors'), 'half');
    expect(await cache.find('step1')).toBeNull();
    await draft.commit(ORIGIN);
    expect(await cache.find('step1')).not.toBeNull();
    expect(partials(cache)).toEqual([]);
  });

  for (const [damage, hurt] of [
    ['of another length', (file: string) => writeFileSync(file, 'short')],
    ['of the same length', (file: string) => writeFileSync(file, 'x'.repeat(400))],
    ['that is gone', (file: string) => renameSync(file, `${file}.away`)],
    [
      'that is a link',
      (file: string) => {
        renameSync(file, `${file}.away`);
        symlinkSync('/etc/hostname', file);
      },
    ],
  ] as const)
    test(`with a file ${damage} is dropped, to be fetched again`, async () => {
      const cache = cacheOf();
      const directory = await putAndRelease(cache, 'step1');
      hurt(join(directory, 'model.safetensors'));
      const next = cacheOf(1_000_000, cache.root);
      expect(await next.find('step1')).toBeNull();
      expect(existsSync(directory)).toBe(false);
      expect(await put(next, 'step1')).toBe(directory);
    });

  test('with a manifest that is no manifest is dropped when it is committed again', async () => {
    const cache = cacheOf();
    const directory = await putAndRelease(cache, 'step1');
    writeFileSync(join(directory, 'entry.json'), '{"files":{"../up":{"bytes":1,"sha256":""}}}');
    expect(await cacheOf(1_000_000, cache.root).find('step1')).toBeNull();
    await put(cache, 'step1');
    expect(await cache.find('step1')).not.toBeNull();
  });
});

describe('a draft', () => {
  test('that was abandoned is gone on with, by this process and by the next', async () => {
    const cache = cacheOf();
    const first = await cache.begin('step1', { bytes: 600 });
    writeFileSync(join(first.directory, 'model.part'), 'half');
    await first.abandon();
    const second = await cache.begin('step1', { bytes: 600 });
    expect(readFileSync(join(second.directory, 'model.part'), 'utf8')).toBe('half');
    await second.abandon();
    const third = await cacheOf(1_000_000, cache.root).begin('step1', { bytes: 600 });
    expect(readdirSync(third.directory)).toEqual(['model.part']);
  });

  test('of a process that was killed is gone on with', async () => {
    const cache = cacheOf();
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const draft = await cache.begin('step1', { bytes: 600 });
    const [stem] = (partials(cache)[0] ?? '').split('.');
    await draft.abandon();
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
    renameSync(draft.directory, join(cache.root, 'partial', `${stem}.${host}-${gone}-7`));
    writeFileSync(join(cache.root, 'partial', `${stem}.${host}-${gone}-7`, 'model.part'), 'half');
    expect(readdirSync((await cache.begin('step1', { bytes: 600 })).directory)).toEqual(['model.part']);
  });

  test('is its own while another fetches the same; one of both is kept', async () => {
    const cache = cacheOf();
    const [first, second] = [await cache.begin('a', { bytes: 600 }), await cache.begin('a', { bytes: 600 })];
    expect(first.directory).not.toBe(second.directory);
    for (const { directory } of [first, second]) writeFileSync(join(directory, 'f'), 'same');
    const kept = [await first.commit(ORIGIN), await second.commit(ORIGIN)];
    expect(kept[0]).toEqual(kept[1]);
    expect(partials(cache)).toEqual([]);
  });

  test('is removed when nobody has gone on with it for days', async () => {
    const cache = cacheOf();
    const draft = await cache.begin('step1', { bytes: 600 });
    await draft.abandon();
    const then = Date.now() / 1000 - 4 * 24 * 3600;
    utimesSync(draft.directory, then, then);
    await (await cache.begin('step2', { bytes: 600 })).commit(ORIGIN);
    expect(partials(cache)).toEqual([]);
  });
});

describe('at the limit', () => {
  test('the least recently used goes, and what was found lately stays', async () => {
    const cache = cacheOf(1700);
    const [a, b] = [await putAndRelease(cache, 'a'), await putAndRelease(cache, 'b')];
    unusedFor(a, 200);
    unusedFor(b, 100);
    await cache.find('a');
    await cache.release('a');
    await putAndRelease(cache, 'c');
    expect([existsSync(a), existsSync(b)]).toEqual([true, false]);
  });

  test('what is left unfinished goes first', async () => {
    const cache = cacheOf(1700);
    const a = await putAndRelease(cache, 'a');
    unusedFor(a, 100);
    const draft = await cache.begin('b', { bytes: 600 });
    writeFileSync(join(draft.directory, 'f'), 'x'.repeat(600));
    await draft.abandon();
    await putAndRelease(cache, 'c');
    expect(existsSync(a)).toBe(true);
    expect(partials(cache)).toEqual([]);
  });

  test('what is pinned stays, by another process too, and who wants room waits until it is released', async () => {
    const cache = cacheOf(1200);
    const other = cacheOf(1200, cache.root);
    await putAndRelease(cache, 'a');
    const a = await cache.find('a');
    const waiting = other.begin('b', { bytes: 800 });
    let isThere = false;
    void waiting.then(() => {
      isThere = true;
    });
    // Whoever asks later waits behind it, and gives up alone.
    const abort = new AbortController();
    const behind = other.begin('c', { bytes: 10, signal: abort.signal });
    abort.abort(new Error('no more'));
    expect(existsSync(a?.directory ?? '')).toBe(true);
    expect(isThere).toBe(false);
    await cache.release('a');
    await (await waiting).abandon();
    await expect(behind).rejects.toThrow('no more');
    expect(existsSync(a?.directory ?? '')).toBe(false);
  });

  test('a checkpoint found twice is pinned until it is released twice', async () => {
    const cache = cacheOf(1200);
    const a = await put(cache, 'a');
    await cache.find('a');
    await cache.release('a');
    const abort = new AbortController();
    const waiting = cache.begin('b', { bytes: 800, signal: abort.signal });
    await new Promise(setImmediate);
    expect(existsSync(a)).toBe(true);
    await cache.release('a');
    await (await waiting).abandon();
    expect(existsSync(a)).toBe(false);
  });

  test('waiting ends with the signal', async () => {
    const cache = cacheOf(1200);
    await put(cache, 'a');
    const abort = new AbortController();
    const waiting = cache.begin('b', { bytes: 800, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('more than the whole of it is refused with the option that helps', async () => {
    const failure = await failureOf(cacheOf(2 ** 20).begin('a', { bytes: 5 * 2 ** 20 }));
    expect(failure.code).toBe('too-large');
    expect(failure.message).toBe(
      'it takes 5 MiB of the cache, which is limited to 1; --cache-mib 5 makes room for it',
    );
  });

  test('the pin of a process that was killed counts no more', async () => {
    const cache = cacheOf(1200);
    const a = await putAndRelease(cache, 'a');
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
    mkdirSync(join(cache.root, 'pins'), { recursive: true });
    writeFileSync(join(cache.root, 'pins', `${a.split('/').at(-1)}.${host}-${gone}-3`), '');
    await (await cache.begin('b', { bytes: 800 })).abandon();
    expect(existsSync(a)).toBe(false);
    expect(readdirSync(join(cache.root, 'pins'))).toEqual([]);
  });
});
