import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunKey, runFolder, runFolders } from '../../server/log/run-folder.ts';
import { scratch } from './scratch.ts';

const KEY: RunKey = { name: 'my run', source: '/runs/my run', settings: { ablation: 'zero', seed: 0 } };
const [EARLY, LATE] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'].map((iso) => new Date(iso));

describe('the folder of a run', () => {
  it('is the same for the same source and settings, and says when it was made', async () => {
    const data = join(scratch(), 'data');
    const first = await runFolder(data, KEY, EARLY);
    expect(first).toEqual({
      id: expect.stringMatching(/^my-run-[0-9a-f]{8}$/),
      logDirectory: join(data, first.id, 'log'),
      description: { ...KEY, created: EARLY.toISOString() },
    });
    expect(await runFolder(data, KEY, LATE)).toEqual(first);
    expect(await runFolders(data)).toEqual([first]);
    expect(statSync(join(data, first.id)).mode & 0o077).toBe(0);
  });

  it('is another for other settings or another source', async () => {
    const data = scratch();
    const keys = [KEY, { ...KEY, settings: { ablation: 'mean', seed: 0 } }, { ...KEY, source: '/other' }];
    const ids = await Promise.all(keys.map(async (key) => (await runFolder(data, key, EARLY)).id));
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['../../etc/passwd', '..-..-etc-passwd'],
    ['..', '..'],
    ['a/b\\c:d', 'a-b-c-d'],
    ['Läufe 學習 🚀', 'L-ufe-'],
    ['', ''],
    ['x'.repeat(300), 'x'.repeat(60)],
  ])('lies in the data directory whatever the name is: %s', async (name, plain) => {
    const data = scratch();
    const { id, logDirectory, description } = await runFolder(data, { ...KEY, name }, EARLY);
    expect(id).toMatch(/-[0-9a-f]{8}$/);
    expect(id.slice(0, -9)).toBe(plain);
    expect(relative(data, dirname(logDirectory))).toBe(id);
    expect(description.name).toBe(name);
    expect((await runFolders(data)).map((folder) => folder.description.name)).toEqual([name]);
  });

  it('is described anew where its description was cut short', async () => {
    const data = scratch();
    const { id } = await runFolder(data, KEY, EARLY);
    const file = join(data, id, 'run.json');
    writeFileSync(file, readFileSync(file).subarray(0, 20));
    expect(await runFolders(data)).toEqual([]);
    expect(await runFolder(data, KEY, LATE)).toMatchObject({ description: { created: LATE.toISOString() } });
    expect(await runFolders(data)).toHaveLength(1);
  });

  it('cannot be made where a file is in the way', async () => {
    const data = join(scratch(), 'data');
    writeFileSync(data, '');
    await expect(runFolder(data, KEY, EARLY)).rejects.toMatchObject({
      name: 'LogProblem',
      code: 'unwritable',
    });
  });
});

describe('the runs of a data directory', () => {
  it('are listed oldest first; what is none is passed over', async () => {
    const data = scratch();
    const late = await runFolder(data, { ...KEY, name: 'a' }, LATE);
    const early = await runFolder(data, { ...KEY, name: 'b', source: '/b' }, EARLY);
    writeFileSync(join(data, 'file'), '');
    for (const [folder, text] of [
      ['empty', null],
      ['broken', '{"name": "x"'],
      ['foreign', '{"name": 5}'],
    ] as const) {
      mkdirSync(join(data, folder));
      if (text !== null) writeFileSync(join(data, folder, 'run.json'), text);
    }
    expect(await runFolders(data)).toEqual([early, late]);
    expect(existsSync(early.logDirectory)).toBe(false);
  });

  it('are none where there is no such directory', async () => {
    expect(await runFolders('/no/such/directory')).toEqual([]);
  });
});
