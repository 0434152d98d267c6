/**
 * A difference of two graphs as a text to paste: a first sentence, then a line each for edges, nodes and roles.
 */
import { percentText } from './change-words.ts';
import type { Difference } from './difference.ts';
import { numberText, weightText } from './number.ts';
import { roleChangeText } from './roles.ts';

const LISTED_MAX = 5;

/** What holds for the graph as a whole. */
export function totalsText({ total, added, removed, churn }: Difference): string {
  const [before, after] = total;
  const percent = before > 0 ? `${percentText(after / before - 1)} ` : '';
  return [
    `total strength ${percent}(${numberText(before)} → ${numberText(after)})`,
    ...(churn === null ? [] : [`churn ${numberText(churn)}`]),
    `${added} active edge${added === 1 ? '' : 's'} added, ${removed} removed`,
  ].join(', ');
}

export function differenceText(
  difference: Difference,
  from: { readonly step: number },
  to: { readonly step: number },
  run: string,
): string {
  const edges = difference.edges
    .slice(0, LISTED_MAX)
    .map(
      ({ source, target, before, after }) =>
        `${source} → ${target} ${weightText(before)} → ${weightText(after)}`,
    );
  const nodes = difference.nodes
    .slice(0, LISTED_MAX)
    .map((node) => `${node.id} out ${arrow(node.out)}, in ${arrow(node.in)}`);
  const roles = difference.roles.map(roleChangeText);
  return [
    `From step ${from.step.toLocaleString('en-GB')} to step ${to.step.toLocaleString('en-GB')} of run ${run}: ${totalsText(difference)}.`,
    ...(edges.length > 0 ? [`Edges that changed most: ${edges.join('; ')}.`] : []),
    ...(nodes.length > 0 ? [`Nodes that changed most (strengths): ${nodes.join('; ')}.`] : []),
    ...(roles.length > 0 ? [`Roles: ${roles.join('; ')}.`] : []),
  ].join('\n');
}

function arrow([before, after]: readonly [number, number]): string {
  return `${weightText(before)} → ${weightText(after)}`;
}
