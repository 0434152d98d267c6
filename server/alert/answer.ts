/**
 * What the answer to a request means: taken, to be tried again (after how long, where it says so), or refused for good.
 * Only what another attempt may change is tried again: 408, 429, 5xx, and requests without an answer.
 */
import { RETRY_AFTER_MILLIS_MAX } from '../base/config.ts';

export type Verdict =
  | { readonly type: 'taken' }
  /** `afterMillis` at least; 0 where nothing says. */
  | { readonly type: 'again'; readonly afterMillis: number; readonly problem: string }
  | { readonly type: 'refused'; readonly problem: string };

/** @param now milliseconds since 1970 */
export function verdictOn(status: number, retryAfter: string | null, now: number): Verdict {
  if (status >= 200 && status < 300) return { type: 'taken' };
  const problem = `it answered ${status}`;
  if (status === 408 || status === 429 || status >= 500)
    return { type: 'again', afterMillis: retryAfterMillis(retryAfter, now), problem };
  if (status >= 300 && status < 400)
    return { type: 'refused', problem: `${problem}, and redirects are not followed` };
  return { type: 'refused', problem };
}

/** RFC 9110, 10.2.3: seconds or a date; Discord's have decimals. Bounded, and 0 where it is neither. */
function retryAfterMillis(value: string | null, now: number): number {
  if (value === null || value.trim() === '') return 0;
  const seconds = Number(value);
  const millis = Number.isNaN(seconds) ? Date.parse(value) - now : 1e3 * seconds;
  return Number.isNaN(millis) ? 0 : Math.min(RETRY_AFTER_MILLIS_MAX, Math.max(0, millis));
}
