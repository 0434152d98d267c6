/**
 * How many independent signals the signals are worth. Metrics of one graph move together, and counting the same
 * movement m times would turn noise into certainty.
 *
 *   share = m / Σᵢⱼ r̂ᵢⱼ²,   r̂² = max(0, (n·r² − 1)/(n − 1)),   1/m … 1
 *
 * r correlates the standardised moves z of two signals over about the last 32 samples (|z| ≤ 4, so one jump does
 * not decide); subtracting 1/n takes off what chance alone gives. m·share is the participation ratio of the
 * correlation matrix: m for independent signals, 1 for m copies of one. The log likelihood ratios of the signals
 * are multiplied by share. O(m²) a sample. Source: the effective number of tests of D. Nyholt, Am. J. Hum. Genet.
 * 74 (2004), in the form (Σλ)²/Σλ² of the eigenvalues λ.
 */
const SAMPLES_MAX = 32;
const MOVE_MAX = 4;

export type Dependence = {
  readonly samples: number;
  /** Running means of zᵢ·zⱼ, both ways round. */
  readonly products: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

export const UNKNOWN_DEPENDENCE: Dependence = { samples: 0, products: {} };

/** @param moves in noise deviations, of the signals that have one at this sample */
export function dependenceAfter(dependence: Dependence, moves: ReadonlyMap<string, number>): Dependence {
  const samples = Math.min(dependence.samples + 1, SAMPLES_MAX);
  const products: Record<string, Record<string, number>> = { ...dependence.products };
  for (const [one, moveOfOne] of moves) {
    const row = { ...products[one] };
    for (const [other, moveOfOther] of moves) {
      const product = clipped(moveOfOne) * clipped(moveOfOther);
      const before = row[other] ?? 0;
      row[other] = before + (product - before) / samples;
    }
    products[one] = row;
  }
  return { samples, products };
}

/** Share of their number that `signals` are worth. */
export function independentShare(dependence: Dependence, signals: readonly string[]): number {
  const { samples, products } = dependence;
  let sum = 0;
  for (const one of signals)
    for (const other of signals) sum += one === other ? 1 : correlationSquared(products, samples, one, other);
  return sum > 0 ? signals.length / sum : 1;
}

function correlationSquared(
  products: Dependence['products'],
  samples: number,
  one: string,
  other: string,
): number {
  const scale = (products[one]?.[one] ?? 0) * (products[other]?.[other] ?? 0);
  if (scale === 0 || samples < 3) return 0;
  const squared = Math.min(1, (products[one]?.[other] ?? 0) ** 2 / scale);
  return Math.max(0, (samples * squared - 1) / (samples - 1));
}

function clipped(move: number): number {
  return Math.max(-MOVE_MAX, Math.min(MOVE_MAX, move));
}
