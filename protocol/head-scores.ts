/** The catalogue's entries for attention heads: what each attends to in the clean run. */
import type { MetricInfo } from './metric-info.ts';

/** One value a head. */
export const HEAD_SCORES = [
  {
    id: 'prefix_matching',
    label: 'Prefix matching',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'previous_token',
    label: 'Previous token',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'first_position',
    label: 'First position',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'attention_entropy',
    label: 'Attention entropy',
    unit: 'nats',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
] as const satisfies readonly MetricInfo[];

export type HeadScoreId = (typeof HEAD_SCORES)[number]['id'];
