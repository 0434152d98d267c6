/**
 * Spans of time in words. `durationText` is for what has been measured, `remainingText` for an estimate, which is
 * rounded as coarsely as it is uncertain.
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export function durationText(millis: number): string {
  if (millis < SECOND) return `${Math.round(millis)} ms`;
  if (millis < 10 * SECOND) return `${(millis / SECOND).toFixed(1)} s`;
  if (millis < MINUTE) return `${Math.round(millis / SECOND)} s`;
  const minutes = Math.floor(millis / MINUTE);
  return `${minutes} min ${Math.round((millis - minutes * MINUTE) / SECOND)} s`;
}

export function remainingText(millis: number): string {
  if (millis < SECOND) return 'less than 1 s left';
  if (millis < MINUTE) return `about ${Math.round(millis / SECOND)} s left`;
  if (millis < HOUR) return `about ${Math.round(millis / MINUTE)} min left`;
  const hours = Math.floor(millis / HOUR);
  const minutes = Math.round((millis - hours * HOUR) / MINUTE);
  return minutes === 0 ? `about ${hours} h left` : `about ${hours} h ${minutes} min left`;
}

/** Whole seconds until `at`, never less than 0. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / SECOND));
}
