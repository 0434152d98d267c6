/** What becomes of a log on disks that are full, read-only or damaged. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from 'vitest';
import { MIB } from '../../server/base/config.ts';
import { seededRandom } from '../../server/base/random.ts';
import type { LogRecord } from '../../server/log/event-log.ts';
import { LogProblem } from '../../server/log/log-problem.ts';
import { walked } from './delta-walk.ts';
import { all, HEADER, large, opened, records, text } from './made-records.ts';
import { canMount, makeReadOnly, scratch, smallDisk } from './scratch.ts';

const DELTAS = walked(1, 40);

describe('a directory that may not be written', () => {
  it.runIf(canMount)('is said to be read-only, new and old', async () => {
    const disk = smallDisk(4 * MIB);
    const log = await opened(join(disk, 'log'));
    await log.append(records(DELTAS.slice(0, 3)), HEADER);
    await log.close();
    makeReadOnly(disk);
    for (const names of [['log'], ['other'], ['deep', 'other']])
      await expect(opened(join(disk, ...names))).rejects.toMatchObject({
        code: 'read-only',
        message: expect.stringContaining('it may not be written; give a directory that may with --data'),
      });
  });

  it.runIf(process.getuid?.() !== 0)('is said to be read-only where its mode says so', async () => {
    const directory = scratch();
    chmodSync(directory, 0o500);
    await expect(opened(join(directory, 'log'))).rejects.toMatchObject({ code: 'read-only' });
  });

  it.each([['file'], ['file', 'log']])(
    'is unwritable, in the words of the system, where a file is in the way',
    async (...names) => {
      const directory = scratch();
      writeFileSync(join(directory, 'file'), '');
      await expect(opened(join(directory, ...names))).rejects.toMatchObject({
        code: 'unwritable',
        message: expect.stringMatching(/EEXIST|ENOTDIR|Not a directory/),
      });
    },
  );
});

describe.runIf(canMount)('a disk that is full', () => {
  it('is said to be full, can be read all the while, and is written again when there is room', async () => {
    const disk = smallDisk(8 * MIB);
    const log = await opened(join(disk, 'log'));
    const [small] = records([{ type: 'rewound', fromStep: 1 }]);
    await log.append([small], HEADER);
    writeFileSync(join(disk, 'other'), Buffer.alloc(6.5 * MIB));
    const [second] = records([large(3 * MIB)], 2);
    const full = { code: 'full', message: `${log.directory}: there is no room left; free some` };
    await expect(log.append([second])).rejects.toMatchObject(full);
    await expect(log.reopen(second.bytes.length)).rejects.toMatchObject(full);
    expect(text(await log.read(1, 9))).toEqual(text([small]));
    rmSync(join(disk, 'other'));
    await log.reopen(second.bytes.length);
    expect(text(await log.read(1, 1))).toEqual(text([small]));
    await log.append([second]);
    await log.close();
    const again = await opened(join(disk, 'log'));
    expect([await again.header(), text(await all(again))]).toEqual([HEADER, text([small, second])]);
  });

  it('is said to be full to who opens a log there', async () => {
    const disk = smallDisk(2 * MIB);
    try {
      writeFileSync(join(disk, 'other'), Buffer.alloc(3 * MIB));
    } catch {
      // As it should be.
    }
    await expect(opened(join(disk, 'log'))).rejects.toMatchObject({ code: 'full' });
  });

  it('lets who reads while it is opened anew have what is there', async () => {
    const disk = smallDisk(16 * MIB);
    const log = await opened(join(disk, 'log'));
    const some = records(Array.from({ length: 40 }, () => large(50_000)));
    await log.append(some, HEADER);
    writeFileSync(join(disk, 'other'), Buffer.alloc(13 * MIB));
    await expect(log.append(records([large(3 * MIB)], 41))).rejects.toMatchObject({ code: 'full' });
    rmSync(join(disk, 'other'));
    const reading = Array.from({ length: 8 }, () => log.read(1, 100));
    const [, ...found] = await Promise.all([log.reopen(0), ...reading, log.read(1, 100)]);
    for (const read of found) expect(text(read)).toEqual(text(some));
  });
});

describe('damaged files', () => {
  /** A log with table files and a log of LevelDB's own, as a restarted server leaves it. */
  async function made(directory: string): Promise<readonly LogRecord[]> {
    const written = records(walked(5, 60));
    const log = await opened(directory);
    await log.append(written.slice(0, 150), HEADER);
    await log.close();
    const level = new ClassicLevel(directory);
    await level.open();
    await level.compactRange('\x00', '\xff', {});
    await level.close();
    const again = await opened(directory);
    await again.append(written.slice(150));
    await again.close();
    return written;
  }

  it.each(['.ldb', '.log', 'MANIFEST', 'CURRENT'])(
    'give a LogProblem or what is whole of the beginning, never anything else: %s',
    async (kind) => {
      const random = seededRandom(kind.length);
      const source = scratch();
      const written = await made(source);
      const files = readdirSync(source).filter(
        (name) => name.includes(kind) && statSync(join(source, name)).size > 0,
      );
      expect(files).not.toEqual([]);
      let problems = 0;
      for (let round = 0; round < 40; round += 1) {
        const directory = join(scratch(), 'log');
        mkdirSync(directory);
        for (const name of readdirSync(source))
          writeFileSync(join(directory, name), readFileSync(join(source, name)));
        const file = join(directory, files[round % files.length]);
        const bytes = readFileSync(file);
        const damage = 1 + Math.floor(random() * Math.min(200, bytes.length));
        const at = Math.floor(random() * (bytes.length - damage + 1));
        for (let byte = at; byte < at + damage; byte += 1) bytes[byte] = Math.floor(256 * random());
        writeFileSync(file, round % 5 === 4 ? bytes.subarray(0, at) : bytes);
        try {
          const log = await opened(directory);
          const header = await log.header();
          const found = await all(log);
          await log.close();
          if (header) expect(header).toEqual(HEADER);
          expect(text(found)).toEqual(text(written.slice(0, found.length)));
        } catch (error) {
          if (!(error instanceof LogProblem)) throw error;
          problems += 1;
          expect(['damaged', 'unwritable']).toContain(error.code);
        }
      }
      expect(problems).toBeGreaterThan(kind === '.log' ? -1 : 0);
    },
  );

  it('whose tables were changed under a right length are found out by the checksum of a record', async () => {
    const directory = scratch();
    const level = new ClassicLevel<Buffer, Buffer>(directory, {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    const [record] = records(DELTAS);
    const changed = Buffer.from(record.bytes);
    changed[3] ^= 1;
    const key = Buffer.of(1, 0, 0, 0, 0, 0, 0, 0, 1);
    await level.put(key, changed);
    await level.close();
    const log = await opened(directory);
    const damaged = { code: 'damaged', message: expect.stringContaining('move the directory away') };
    await expect(all(log)).rejects.toMatchObject(damaged);
    await expect(log.read(1, 1)).rejects.toMatchObject(damaged);
  });
});
