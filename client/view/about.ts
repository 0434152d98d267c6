/** What a widget says of itself behind its ⓘ. */
export type About = {
  /** Two sentences. */
  readonly text: string;
  /** Where it is defined: a paper, an equation, a file. */
  readonly source: string;
};
