/**
 * A difference of two graphs as a text to paste: a first sentence, then a line each for edges, nodes and roles.
 */
import { percentText } from './change-words.ts';
import type { Difference, EdgeFate } from './difference.ts';
import { numberText, weightText, wholeText } from './number.ts';
import { type RoleChange, roleChangeText } from './roles.ts';

const LISTED_MAX = 5;

/** Names of two runs, where it is not one that has changed. */
export type RunNames = { readonly own: string; readonly other: string };

/** What holds for the graph as a whole. */
export function totalsText(
  { total, added, removed, churn }: Difference,
  runs: RunNames | null = null,
): string {
  const [before, after] = total;
  const percent = before > 0 ? `${percentText(after / before - 1)} ` : '';
  return [
    `total strength ${percent}(${numberText(before)} → ${numberText(after)})`,
    ...(churn === null ? [] : [`churn ${numberText(churn)}`]),
    runs === null
      ? `${added} active edge${added === 1 ? '' : 's'} added, ${removed} removed`
      : `${added} edge${added === 1 ? '' : 's'} active in ${runs.own} only, ${removed} in ${runs.other} only`,
  ].join(', ');
}

/** What became of a role from one side to the other. */
export function roleDifferenceText(change: RoleChange, runs: RunNames | null): string {
  if (runs === null) return roleChangeText(change);
  const { role, node } = change;
  return `${node} is a ${role} in ${change.change === 'gained' ? runs.own : runs.other} only`;
}

export function fateText(fate: EdgeFate, runs: RunNames | null): string {
  if (runs === null) return fate;
  const words = { added: `active in ${runs.own} only`, removed: `active in ${runs.other} only` };
  return fate === 'added' || fate === 'removed' ? words[fate] : `${fate} in ${runs.own}`;
}

/** @param other name of the run that `from` is of, where that is another */
export function differenceText(
  difference: Difference,
  from: { readonly step: number },
  to: { readonly step: number },
  run: string,
  other: string | null = null,
): string {
  const runs = other === null ? null : { own: run, other };
  const edges = difference.edges
    .slice(0, LISTED_MAX)
    .map(
      ({ source, target, before, after }) =>
        `${source} → ${target} ${weightText(before)} → ${weightText(after)}`,
    );
  const nodes = difference.nodes
    .slice(0, LISTED_MAX)
    .map((node) => `${node.id} out ${arrow(node.out)}, in ${arrow(node.in)}`);
  const roles = difference.roles.map((change) => roleDifferenceText(change, runs));
  return [
    `From step ${wholeText(from.step)}${other === null ? '' : ` of run ${other}`} to step ${wholeText(to.step)} of run ${run}: ${totalsText(difference, runs)}.`,
    ...(edges.length > 0 ? [`Edges that changed most: ${edges.join('; ')}.`] : []),
    ...(nodes.length > 0 ? [`Nodes that changed most (strengths): ${nodes.join('; ')}.`] : []),
    ...(roles.length > 0 ? [`Roles: ${roles.join('; ')}.`] : []),
  ].join('\n');
}

function arrow([before, after]: readonly [number, number]): string {
  return `${weightText(before)} → ${weightText(after)}`;
}
