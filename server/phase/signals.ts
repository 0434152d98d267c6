/**
 * The signals that are watched, from the summary of a checkpoint and the roles of the one before.
 *
 *   log_total_strength   ln of total_strength: growth in proportion
 *   gini, mean_layer_span, spearman   as they are
 *   churn_above_floor    churn − churn_floor, below 0 where the change is within what other prompts would give;
 *                        `churn` itself where the floor is not known
 *   induction_score      the loss on the second half where there is no such score
 *   role_turnover        1 − |held before and after| / |held before or after| over pairs (role, node); 0 of none
 *
 * A signal without a value is null: it is passed over and never guessed.
 */
import type { Sample } from './phase-change.ts';

type Numbers = Readonly<Record<string, number>>;
/** Role → ids of the nodes that hold it. */
export type RoleHolders = Readonly<Record<string, readonly string[]>>;

/** What the detector needs of a checkpoint; protocol's Checkpoint fits. */
export type Summary = {
  readonly id: string;
  readonly step: number;
  readonly metrics: Numbers;
  readonly task: Numbers;
  readonly roles: RoleHolders | null;
};

/** @param previous the checkpoint before it, null for the first */
export function sampleFrom(summary: Summary, previous: Pick<Summary, 'roles'> | null): Sample {
  const { metrics, task } = summary;
  const { total_strength: strength, churn, churn_floor: floor } = metrics;
  const isFloorKnown = floor !== undefined;
  return {
    step: summary.step,
    id: summary.id,
    signals: {
      log_total_strength: strength > 0 ? Math.log(strength) : null,
      gini: metrics.gini ?? null,
      mean_layer_span: metrics.mean_layer_span ?? null,
      churn_above_floor: churn !== undefined && isFloorKnown ? churn - floor : null,
      churn: isFloorKnown ? null : (churn ?? null),
      spearman: metrics.spearman ?? null,
      induction_score: task.induction_score ?? null,
      loss: task.induction_score === undefined ? (task.loss_second_half ?? null) : null,
      role_turnover: previous?.roles && summary.roles ? roleTurnover(previous.roles, summary.roles) : null,
    },
  };
}

export function roleTurnover(before: RoleHolders, after: RoleHolders): number {
  const [old, fresh] = [before, after].map(
    (roles) => new Set(Object.entries(roles).flatMap(([role, ids]) => ids.map((id) => `${role} ${id}`))),
  );
  const either = new Set([...old, ...fresh]).size;
  if (either === 0) return 0;
  const both = [...old].filter((pair) => fresh.has(pair)).length;
  return 1 - both / either;
}
