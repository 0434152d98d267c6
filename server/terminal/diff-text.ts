/**
 * What changed from one checkpoint to another, as text that a person can paste into a paper or a chat.
 */
import { GRAPH_METRICS } from '../../protocol/metrics.ts';
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Analysis, Checkpoint } from '../../protocol/state.ts';

/** Before and after. */
type Pair = readonly [number, number];

export type Difference = {
  readonly analysis: Analysis;
  readonly before: Checkpoint;
  readonly after: Checkpoint;
  /** Most changed first. */
  readonly evidence: {
    readonly edges: readonly Readonly<PhaseChange['edges'][number]>[];
    readonly nodes: readonly { readonly id: string; readonly out: Pair; readonly in: Pair }[];
    readonly roles: readonly Readonly<PhaseChange['roles'][number]>[];
  };
};

/** Metrics that a reader wants to see first. */
const TOLD = ['total_strength', 'gini', 'active_edges', 'mean_layer_span', 'modularity'];

export function diffText({ analysis, before, after, evidence }: Difference): string {
  const { probe, ablation, measure } = analysis;
  const weight = measure === 'cosine' ? '1 − cosine' : '‖change‖ / ‖clean‖';
  const lines = [
    `${before.id} → ${after.id} (steps ${before.step} → ${after.step})`,
    `${weight} under ${ablation} ablation, mean over ${probe.prompts} prompts × ${probe.positions} positions`,
    '',
    ...metricLines(before, after),
    '',
    'Edges that changed most',
    ...evidence.edges.map((edge) => `  ${edge.source} → ${edge.target}  ${change(edge.before, edge.after)}`),
    '',
    'Nodes that changed most',
    ...evidence.nodes.map(
      (node) => `  ${node.id}  out-strength ${change(...node.out)}, in-strength ${change(...node.in)}`,
    ),
  ];
  const roles = evidence.roles.map(({ role, node, change: what }) =>
    what === 'gained' ? `  ${node} became one of the ${role}` : `  ${node} is no longer one of the ${role}`,
  );
  if (roles.length > 0) lines.push('', 'Roles', ...roles);
  if (after.identicalTo === before.id) lines.push('', 'The two checkpoints are identical.');
  return `${lines.join('\n')}\n`;
}

function metricLines(before: Checkpoint, after: Checkpoint): string[] {
  const told = TOLD.flatMap((id) => {
    const info = GRAPH_METRICS.find((metric) => metric.id === id);
    const [from, to] = [before.metrics[id], after.metrics[id]];
    if (!info || from === undefined || to === undefined) return [];
    const share = from !== 0 ? ` (${signed((100 * (to - from)) / Math.abs(from), 0)} %)` : '';
    return [`${info.label}: ${rounded(from)} → ${rounded(to)}${share}`];
  });
  const { churn } = after.metrics;
  return churn === undefined ? told : [...told, `Churn between the two: ${rounded(churn)}`];
}

function change(before: number, after: number): string {
  return `${rounded(before)} → ${rounded(after)} (${signed(after - before, 3)})`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}
