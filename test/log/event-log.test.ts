import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Delta } from '../../protocol/state.ts';
import { MIB } from '../../server/base/config.ts';
import { seededRandom } from '../../server/base/random.ts';
import { deltaOf, type EventLog, holdsEdges, LOG_FORMAT, recordOf } from '../../server/log/event-log.ts';
import { walked } from './delta-walk.ts';
import { all, HEADER, large, opened, records } from './made-records.ts';
import { scratch } from './scratch.ts';

const APPENDER = fileURLToPath(new URL('../../dist/test/log/appender.js', import.meta.url));
const DELTAS = walked(1, 40);

describe('a log', () => {
  it('gives back what was appended, in order, after it is opened again too', async () => {
    const directory = join(scratch(), 'deep', 'log');
    const log = await opened(directory);
    expect([await log.header(), await all(log)]).toEqual([null, []]);
    await log.append(records(DELTAS.slice(0, 10)), HEADER);
    await log.append(records(DELTAS.slice(10), 11));
    await log.close();
    const again = await opened(directory);
    expect(await again.header()).toEqual(HEADER);
    expect((await all(again)).map(deltaOf)).toEqual(
      DELTAS.map((delta, index) => ({ offset: index + 1, at: 1_001 + index, delta })),
    );
  });

  it('S-6: asks for every write to be on disk before it is done', async () => {
    const batch = vi.spyOn(ClassicLevel.prototype, 'batch');
    onTestFinished(() => batch.mockRestore());
    const log = await opened(scratch());
    await log.append(records(DELTAS), HEADER);
    await log.append([], HEADER);
    const synced = [expect.any(Array), { sync: true }];
    expect(batch.mock.calls).toEqual([synced, synced]);
  });

  it('keeps offsets in order beyond a byte', async () => {
    const log = await opened(scratch());
    const many = Array.from({ length: 700 }, (): Delta => ({ type: 'rewound', fromStep: 1 }));
    await log.append(records(many));
    expect((await all(log)).map(({ offset }) => offset)).toEqual(many.map((_, index) => index + 1));
  });

  it('reads from one offset to another, up to a size but at least one', async () => {
    const log = await opened(scratch());
    const written = records(DELTAS);
    await log.append(written);
    const offsets = async (...range: Parameters<EventLog['read']>) =>
      (await log.read(...range)).map(({ offset }) => offset);
    expect(await offsets(3, 6)).toEqual([3, 4, 5, 6]);
    expect(await offsets(DELTAS.length, 10_000)).toEqual([DELTAS.length]);
    expect(await offsets(DELTAS.length + 1, 10_000)).toEqual([]);
    expect(await offsets(3, 6, 1)).toEqual([3]);
    expect(await offsets(3, 6, written[2].bytes.length + 1)).toEqual([3, 4]);
  });

  it('tells edges from the rest without decoding', () => {
    expect(records(DELTAS).map(holdsEdges)).toEqual(DELTAS.map(({ type }) => type === 'edges'));
  });

  it('refuses one that a later version wrote, and says so', async () => {
    const log = await opened(scratch());
    await log.append([], { ...HEADER, format: LOG_FORMAT + 1 });
    await expect(log.header()).rejects.toMatchObject({
      code: 'newer',
      message: expect.stringContaining(
        `expected a log of format ${LOG_FORMAT} or older, found ${LOG_FORMAT + 1}`,
      ),
    });
  });

  it('takes no more than it may, counts what was there, and takes nothing of a batch that is too large', async () => {
    const directory = scratch();
    const [first, second] = records([large(600_000), large(600_000)]);
    const log = await opened(directory, MIB);
    await log.append([first]);
    const full = { code: 'full', message: `${directory}: the log has its 1 MiB; allow more with --data-mib` };
    await expect(log.append([second])).rejects.toMatchObject(full);
    await log.close();
    const again = await opened(directory, MIB);
    expect(await all(again)).toHaveLength(1);
    await expect(
      again.append([recordOf(2, 0, { type: 'rewound', fromStep: 1 }), second]),
    ).rejects.toMatchObject(full);
    await again.append([recordOf(2, 0, { type: 'rewound', fromStep: 1 })]);
    expect(await all(again)).toHaveLength(2);
  });

  it('is damaged where an offset is missing', async () => {
    const log = await opened(scratch());
    await log.append(records(DELTAS).filter(({ offset }) => offset !== 7));
    await expect(all(log)).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('two who open one log', () => {
  it('in one process: the second is told that it is locked, and may have it after the first', async () => {
    const directory = scratch();
    const log = await opened(directory);
    await expect(opened(directory)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining('another phasewatch has it open'),
    });
    await log.close();
    await opened(directory);
  });

  it('in two processes: until the other is killed', async () => {
    const directory = scratch();
    const holder = spawn(process.execPath, [APPENDER, 'hold', directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await expect(opened(directory)).rejects.toMatchObject({ code: 'locked' });
    const gone = once(holder, 'close');
    holder.kill('SIGKILL');
    await gone;
    await opened(directory);
  });
});

describe('a server that is killed', () => {
  it('S-6: has every delta that it announced, under the same epoch, and at most one batch more', async () => {
    const directory = scratch();
    const [seed, steps, rounds] = [11, 500, 20];
    const deltas = walked(seed, steps);
    const random = seededRandom(6);
    const epochs = new Set<string>();
    let [offset, killed] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      const words = [APPENDER, 'publish', directory, String(seed), String(steps)];
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
      const until = offset + Math.floor(80 * random());
      let printed = '';
      child.stdout.on('data', (chunk) => {
        printed += chunk;
        const last = Number(/(\d+) \S+\n$/.exec(printed)?.[1] ?? 0);
        if (last > until && !child.killed) child.kill('SIGKILL');
      });
      const [, signal] = await once(child, 'close');
      if (signal === 'SIGKILL') killed += 1;
      const lines = printed.trim().split('\n');
      const [announced, epoch] = lines[lines.length - 1].split(' ');
      epochs.add(epoch);
      const log = await opened(directory);
      const found = (await all(log)).map((record) => deltaOf(record).delta);
      await log.close();
      offset = found.length;
      expect(offset).toBeGreaterThanOrEqual(Number(announced));
      expect(offset).toBeLessThanOrEqual(Number(announced) + 4);
      expect(JSON.stringify(found)).toBe(JSON.stringify(deltas.slice(0, offset)));
    }
    expect([killed, epochs.size]).toEqual([rounds, 1]);
  });
});
