/** How much a log says of strangers. */
import { expect, it, vi } from 'vitest';
import { REFUSALS_LOGGED_MAX, REFUSALS_SPAN_MILLIS } from '../../server/base/config.ts';
import { refusalLog } from '../../server/gateway/refusals.ts';

it('a flood of refusals fills no log: what is left out is counted with the next span’s first line', () => {
  const log = vi.fn();
  let now = 5;
  const note = refusalLog(log, () => now);
  const refusal = { status: 401, peer: '10.0.0.1', reason: 'x'.repeat(1_000) };
  for (let count = 0; count < REFUSALS_LOGGED_MAX + 7; count += 1) note(refusal);
  expect(log).toHaveBeenCalledTimes(REFUSALS_LOGGED_MAX);
  expect(log).toHaveBeenLastCalledWith('refused', {
    status: 401,
    peer: '10.0.0.1',
    reason: 'x'.repeat(200),
    leftOut: 0,
  });
  now += REFUSALS_SPAN_MILLIS;
  note(refusal);
  note(refusal);
  expect(log.mock.calls.slice(-2).map(([, { leftOut }]) => leftOut)).toEqual([7, 0]);
});
