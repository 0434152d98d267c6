/**
 * What the answer to a request means: taken, to be tried again (after how long, where it says so), or refused for good.
 * Only what another attempt may change is tried again: 408, 429, 5xx, and requests without an answer.
 */
import { retryAfterMillis } from '../base/retry-after.ts';

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
