/**
 * Numbers as people read them on a dashboard: whole counts in full, everything else with three significant digits
 * and never more than three decimals; a value that rounds to nothing says so (`< 0.001`).
 *
 * Formats are made once: `toLocaleString` takes 0.1 ms a number, and a list of 900 checkpoints has 2,700 of them.
 */
const DECIMALS_MAX = 3;
const SIGNIFICANT = 3;
const WHOLE = new Intl.NumberFormat('en-GB');
/** By number of decimals. */
const FRACTIONS = Array.from(
  { length: DECIMALS_MAX + 1 },
  (_, decimals) =>
    new Intl.NumberFormat('en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
);

/** A step or a count, in full. */
export function wholeText(value: number): string {
  return WHOLE.format(value);
}

export function numberText(value: number): string {
  if (Number.isInteger(value)) return wholeText(value);
  const size = Math.abs(value);
  if (size < 10 ** -DECIMALS_MAX / 2) return value < 0 ? '> −0.001' : '< 0.001';
  const digitsBefore = Math.floor(Math.log10(size)) + 1;
  const decimals = Math.max(0, Math.min(DECIMALS_MAX, SIGNIFICANT - digitsBefore));
  return minus(FRACTIONS[decimals].format(value));
}

/** A weight or a strength: always two decimals, so that columns of them line up. */
export function weightText(value: number): string {
  return minus(value.toFixed(2));
}

/** A change of such a value: `+0.32`. */
export function signedText(change: number): string {
  return change < 0 ? weightText(change) : `+${weightText(change)}`;
}

function minus(text: string): string {
  return text.replace('-', '−');
}
