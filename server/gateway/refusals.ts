/**
 * What a log says of strangers that were refused: at most REFUSALS_LOGGED_MAX lines in a span, the first of the next
 * one with how many were left out. Never a path or a header but `Host` and `Origin`, which hold no token.
 */
import { REFUSALS_LOGGED_MAX, REFUSALS_SPAN_MILLIS } from '../base/config.ts';

export type Log = (event: string, fields: Readonly<Record<string, string | number>>) => void;
export type Refusal = { readonly status: number; readonly peer: string; readonly reason: string };

const REASON_CHARACTERS_MAX = 200;

/** @param now in milliseconds, from any start */
export function refusalLog(
  log: Log,
  now: () => number = () => performance.now(),
): (refusal: Refusal) => void {
  let begun = now();
  let logged = 0;
  let leftOut = 0;
  return ({ status, peer, reason }) => {
    if (now() - begun >= REFUSALS_SPAN_MILLIS) {
      begun = now();
      logged = 0;
    }
    if (logged >= REFUSALS_LOGGED_MAX) {
      leftOut += 1;
      return;
    }
    logged += 1;
    log('refused', { status, peer, reason: reason.slice(0, REASON_CHARACTERS_MAX), leftOut });
    leftOut = 0;
  };
}
