/**
 * The lines that a chart shows of its run and of others beside it, in line by step or by tokens, and what it has to say
 * about that: a run that nothing is known of the tokens of is left out, never put where it may not belong.
 */
import type { Alignment } from '../feed/look.ts';
import type { Line } from './lines.ts';
import { tokensPerStep } from './runs-shown.ts';

export type LinesShown = {
  /** The run's own first. */
  readonly lines: readonly Line[];
  /** Tokens of a step of the run itself, where the lines are in line by tokens. */
  readonly tokens: number | null;
  readonly remarks: readonly string[];
};

export type LinesWanted = {
  /** Scales are still to be found. */
  readonly own: Line;
  readonly others: readonly Line[];
  readonly align: Alignment;
  /** As the attribute `tokens-per-step` says it. */
  readonly said: string | null;
};

export function linesShown({ own, others, align, said }: LinesWanted): LinesShown {
  if (align === 'step') return { lines: [own, ...others], tokens: null, remarks: [] };
  const tokensOf = ({ run, own }: Line) => tokensPerStep(said, run, own.checkpoints);
  const ours = tokensOf(own);
  if (ours === null) {
    const remark = `Nothing says how many tokens a step of ${own.name} is, so that no run can be in line with it by tokens: give tokens-per-step, or align by step.`;
    return { lines: [own], tokens: null, remarks: [remark] };
  }
  const found = others.map((line) => ({ line, tokens: tokensOf(line) }));
  const lines = found.flatMap(({ line, tokens }) =>
    tokens === null ? [] : [{ ...line, scale: tokens.tokens / ours.tokens }],
  );
  const unknown = found.flatMap(({ line, tokens }) => (tokens === null ? [line.name] : []));
  const named = [{ line: own, tokens: ours }, ...found].flatMap(({ line, tokens }) =>
    tokens?.isAsNamed ? [line.name] : [],
  );
  return {
    lines: [own, ...lines],
    tokens: ours.tokens,
    remarks: [
      ...unknown.map(
        (name) => `${name} is left out: nothing says how many tokens a step of it is (tokens-per-step).`,
      ),
      ...(named.length > 0
        ? [`Tokens of ${named.join(' and ')} as the names of the checkpoints say, rounded.`]
        : []),
    ],
  };
}
