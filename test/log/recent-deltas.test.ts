import { expect, it } from 'vitest';
import { RECENT_BYTES_MAX } from '../../server/base/config.ts';
import { RecentDeltas } from '../../server/log/recent-deltas.ts';
import { SharedMessage } from '../../server/log/shared-message.ts';

const entry = (offset: number) => ({
  offset,
  message: new SharedMessage({ type: 'resync', run: 'r', reason: String(offset) }),
});

it('holds the newest deltas up to its bound, and gives the one after an offset', () => {
  const recent = new RecentDeltas();
  expect(recent.after(0)).toBeNull();
  const quarter = RECENT_BYTES_MAX / 4;
  for (let offset = 11; offset <= 16; offset += 1) recent.add(entry(offset), quarter);
  const held = [9, 10, 11, 12, 13, 14, 15, 16, 17].map((offset) => recent.after(offset)?.offset ?? null);
  expect(held).toEqual([null, null, null, 13, 14, 15, 16, null, null]);
});

it('holds the newest one however large it is', () => {
  const recent = new RecentDeltas();
  recent.add(entry(1), 10);
  recent.add(entry(2), 2 * RECENT_BYTES_MAX);
  expect([recent.after(0), recent.after(1)?.offset]).toEqual([null, 2]);
  recent.add(entry(3), 10);
  expect([recent.after(1), recent.after(2)?.offset]).toEqual([null, 3]);
});
