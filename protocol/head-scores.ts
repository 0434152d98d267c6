/** The catalogue's entries for attention heads: what each attends to in the clean run. */
import type { MetricInfo } from './metric-info.ts';

/** One value a head. */
export const HEAD_SCORES = [
  {
    id: 'prefix_matching',
    label: 'Prefix matching',
    unit: '',
    range: [0, 1],
    explanation:
      'Mean attention from the second half of the probe to the position after the previous occurrence of the same token. Near 1 the head is an induction head.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'C. Olsson et al., In-context learning and induction heads (2022)',
  },
  {
    id: 'previous_token',
    label: 'Previous token',
    unit: '',
    range: [0, 1],
    explanation: 'Mean attention to the position before. Induction heads read what such heads write.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'C. Olsson et al., In-context learning and induction heads (2022)',
  },
  {
    id: 'first_position',
    label: 'First position',
    unit: '',
    range: [0, 1],
    explanation: 'Mean attention to the first position. A head that rests puts its attention there.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'G. Xiao et al., Efficient streaming language models with attention sinks (2023)',
  },
  {
    id: 'attention_entropy',
    label: 'Attention entropy',
    unit: 'nats',
    range: [0, null],
    explanation:
      'Mean entropy of a position’s attention. 0 means all attention on one position; the logarithm of the number of positions means evenly spread.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'C. Shannon (1948)',
  },
] as const satisfies readonly MetricInfo[];
