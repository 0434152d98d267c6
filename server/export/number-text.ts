/** Shortest decimal that reads back as the same double, −0 too. Every format here takes it: 0.25, 1e-7, -0. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
