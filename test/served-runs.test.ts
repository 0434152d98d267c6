/** The runs that a server has: who is told of them, and when they are kept. */
import { describe, expect, it, vi } from 'vitest';
import { EventLog } from '../server/log/event-log.ts';
import { ServedRuns } from '../server/served-runs.ts';
import { logDirectory, openedStream } from './support/served.ts';

describe('served runs', () => {
  it('are listed in the order in which they came, and found by id', async () => {
    const runs = new ServedRuns();
    const [b, a] = [await openedStream('b'), await openedStream('a')];
    runs.add(b);
    runs.add(a);
    expect(runs.all()).toEqual([b, a]);
    expect(runs.get('a')).toBe(a);
    expect(runs.get('c')).toBeUndefined();
  });

  it('tell who listens that one came, once it is there, until they listen no more', async () => {
    const runs = new ServedRuns();
    const counts: number[] = [];
    const leave = runs.listen(() => counts.push(runs.all().length));
    const other = vi.fn();
    runs.listen(other);
    runs.add(await openedStream('a'));
    runs.add(await openedStream('b'));
    leave();
    runs.add(await openedStream('c'));
    expect(counts).toEqual([1, 2]);
    expect(other).toHaveBeenCalledTimes(3);
  });

  it('are closed when all that was published is on disk', async () => {
    const runs = new ServedRuns();
    const directory = logDirectory();
    const stream = await openedStream('a', directory);
    runs.add(stream);
    for (const step of [1, 2, 3])
      stream.publish({ type: 'checkpoint-skipped', checkpoint: `c${step}`, step });
    await runs.close();
    const log = await EventLog.open({ directory, bytesMax: 2 ** 20 });
    expect((await log.read(1, 9)).map(({ offset }) => offset)).toEqual([1, 2, 3]);
    await log.close();
  });
});
