/**
 * Time in words. `durationText` is for what has been measured, `remainingText` for an estimate, which is rounded as
 * coarsely as it is uncertain; `dateText` says a moment as the reader's locale does, in the reader's time zone.
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;

export function durationText(millis: number): string {
  if (millis < SECOND) return `${Math.round(millis)} ms`;
  if (millis < 10 * SECOND) return `${(millis / SECOND).toFixed(1)} s`;
  return inUnits(Math.round(millis / SECOND), 's', 'min');
}

export function remainingText(millis: number): string {
  if (millis < SECOND) return 'less than 1 s left';
  const seconds = Math.round(millis / SECOND);
  if (seconds < 60) return `about ${seconds} s left`;
  return `about ${inUnits(Math.round(millis / MINUTE), 'min', 'h')} left`;
}

/** `count` of a unit, and of the next one, 60 times as large: rounded before it is split, so that it never says `60 s`. */
function inUnits(count: number, unit: string, larger: string): string {
  const whole = Math.floor(count / 60);
  const rest = count % 60;
  return [
    ...(whole > 0 ? [`${whole} ${larger}`] : []),
    ...(rest > 0 || whole === 0 ? [`${rest} ${unit}`] : []),
  ].join(' ');
}

/** Whole seconds until `at`, never less than 0. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / SECOND));
}

/**
 * @param at ISO 8601; what is no moment is said as it is
 * @param locale the reader's, where none is named
 */
export function dateText(at: string, locale?: string): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return at;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(moment);
}
