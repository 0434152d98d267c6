/**
 * Smoothed churn: e_t = α·c_t + (1 − α)·e_{t−1}, α = ½, starting with the first churn there is. 0 … 1. O(1).
 * Source: S. W. Roberts, Technometrics 1 (1959).
 */
const ALPHA = 0.5;

/** @param previous the smoothed churn one checkpoint earlier, `null` at the first comparison */
export function churnEwma(previous: number | null, churn: number): number {
  return previous === null ? churn : ALPHA * churn + (1 - ALPHA) * previous;
}
