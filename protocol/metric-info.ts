/** What the catalogue says of one metric, for charts; for people: explanations.ts. */
export type MetricInfo<Lowest extends number | null = number> = {
  readonly id: string;
  readonly label: string;
  /** Unit of the values, `''` for a pure number. */
  readonly unit: string;
  /** Smallest and largest possible value; `null` where there is no bound. */
  readonly range: readonly [Lowest, number | null];
  /** Compares a checkpoint with the one before it, so the first checkpoint has no value. */
  readonly comparesWithPrevious: boolean;
  /** Expensive ones take more than about one pass over the edges, and may arrive after the cheap ones. */
  readonly cost: 'cheap' | 'expensive';
};
