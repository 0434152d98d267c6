/** What `Retry-After` asks for, in milliseconds. */
import { RETRY_AFTER_MILLIS_MAX } from './config.ts';

/**
 * RFC 9110, 10.2.3: seconds or a date; Discord's have decimals. Bounded, and 0 where it is neither.
 * @param now milliseconds since 1970
 */
export function retryAfterMillis(value: string | null, now: number): number {
  if (value === null || value.trim() === '') return 0;
  const seconds = Number(value);
  const millis = Number.isNaN(seconds) ? Date.parse(value) - now : 1e3 * seconds;
  return Number.isNaN(millis) ? 0 : Math.min(RETRY_AFTER_MILLIS_MAX, Math.max(0, millis));
}
