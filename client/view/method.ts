/**
 * What an edge means, in words: what was done to its source and how the change of its target was measured. Every view
 * of a graph says both; the effects are total ones, through every path.
 */
import type { Analysis } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';

export function methodText({ ablation, measure }: Analysis): string {
  return `${ablation} ablation · ${measureText(measure)}`;
}

export function measureText(measure: Analysis['measure']): string {
  switch (measure) {
    case 'cosine':
      return '1 − cosine';
    case 'relative_l2':
      return 'relative L2';
    default:
      return unreachable(measure);
  }
}

/** Two sentences: what is done to a component, and what to keep in mind. */
export function ablationExplanation(ablation: Analysis['ablation']): string {
  switch (ablation) {
    case 'zero':
      return 'An edge is the total effect of setting one component’s activation to zero on another’s output. Zeros take the model off its distribution.';
    case 'mean':
      return 'An edge is the total effect of holding one component’s activation at its mean on another’s output. The mean is over the prompts and positions of the probe.';
    case 'resample':
      return 'An edge is the total effect of taking one component’s activation from another prompt on another’s output. Each prompt takes it from the one before.';
    default:
      return unreachable(ablation);
  }
}
