/**
 * What the metrics of a panel mean, for who asks: the words of the catalogue, and the threshold where one counts.
 */
import { EXPLANATIONS, type Explanation } from '../../protocol/explanations.ts';
import { ACTIVITY_THRESHOLD } from '../../protocol/metrics.ts';
import type { About } from './about.ts';
import { isTrainers, type Panel } from './panels.ts';

const WORDS: Readonly<Record<string, Explanation>> = EXPLANATIONS;

const TRAINERS: About = {
  text: 'As the trainer logged it at its own steps; phasewatch did not compute it. Of more than 5,000 points every second one is left out, as often as it takes.',
  source: 'trainer_state.json, metrics.jsonl, CSV logs and TensorBoard event files beside the checkpoints',
};

export function aboutPanel({ id, metrics }: Panel): About {
  if (isTrainers(id)) return TRAINERS;
  const explained = metrics.map(({ id }) => WORDS[id]);
  const isOfActive = metrics.some(({ id }) => id.startsWith('active_'));
  const threshold = isOfActive
    ? ` The threshold is ${ACTIVITY_THRESHOLD} unless the run states another.`
    : '';
  return {
    text: explained.map(({ text }) => text).join(' ') + threshold,
    source: [...new Set(explained.map(({ source }) => source))].join('; '),
  };
}
