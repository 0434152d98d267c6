/** Alerts and phase changes made by hand. */
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Alert, Happening } from '../../server/alert/alert.ts';

export function madeChange(probability: number, more: Partial<PhaseChange> = {}): PhaseChange {
  return {
    id: 'phase-change-checkpoint-550',
    interval: [512, 550],
    probability,
    size: 27.8,
    revision: 0,
    reportedStep: 550,
    signals: [
      { id: 'induction_score', before: 1.06, after: 3.344, deviations: 73 },
      { id: 'total_strength', before: 6.24, after: 10.1, deviations: 4.3 },
      { id: 'role_turnover', before: -0.5, after: 1, deviations: 2 },
      { id: 'gini', before: 0.1, after: 0.2, deviations: 1 },
    ],
    edges: [],
    nodes: [],
    roles: [],
    ...more,
  };
}

export function failure(message: string, checkpoint = 'checkpoint-600'): Happening {
  return { type: 'checkpoint-failed', checkpoint, step: 600, failure: { code: 'truncated', message } };
}

export function madeAlert(happening: Happening, more: Partial<Alert> = {}): Alert {
  const at = Date.parse('2026-01-31T12:00:00Z');
  return { run: { id: 'my-model', name: 'my-model' }, at, happening, others: 0, ...more };
}
