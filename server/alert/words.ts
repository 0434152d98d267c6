/**
 * An alert in words: what happened, in which run, where, how sure it is and what drove it; a link to look at it.
 *
 * Names and sentences of others are cut, so that a message stays below the 2,000 characters that Discord takes
 * (Slack: 40,000): at most 100 of ours, three names of 81, a sentence of 500, all of it doubled at worst by escapes,
 * and a link of 400.
 */
import { GRAPH_METRICS, TASK_MEASURES } from '../../protocol/metrics.ts';
import type { PhaseChange } from '../../protocol/phases.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { shownName } from '../base/json-value.ts';
import type { Alert } from './alert.ts';
import type { Markup } from './markup.ts';

const SENTENCE_CHARACTERS_MAX = 500;
const LINK_CHARACTERS_MAX = 400;
/** A message names what drove a change, not all that moved. */
const DRIVERS_MAX = 3;

const LABELS: ReadonlyMap<string, string> = new Map([
  ...[...TASK_MEASURES, ...GRAPH_METRICS].map(({ id, label }) => [id, label] as const),
  ['loss', 'Loss, second half'],
  ['churn_above_floor', 'Churn above its floor'],
  ['role_turnover', 'Role turnover'],
]);

/** @param link null where nobody said where the dashboard is */
export function textOf(alert: Alert, link: string | null, markup: Markup): string {
  const lines = linesOf(alert, markup);
  if (alert.others > 0) lines.push(markup.plain(`And ${alert.others.toLocaleString('en-GB')} more.`));
  if (link !== null && link.length <= LINK_CHARACTERS_MAX) lines.push(markup.link('Look at it', link));
  return lines.join('\n');
}

/** Where the dashboard shows what the alert is about. */
export function linkOf({ run, happening }: Alert, dashboard: URL): string {
  const link = new URL(dashboard);
  link.searchParams.set('run', run.id);
  if ('checkpoint' in happening && happening.checkpoint !== null)
    link.hash = new URLSearchParams({ at: happening.checkpoint }).toString();
  return link.href;
}

function linesOf({ run, happening }: Alert, markup: Markup): string[] {
  const { plain, strong } = markup;
  const name = (text: string) => markup.name(shownName(text));
  switch (happening.type) {
    case 'phase-change': {
      const { change } = happening;
      const head = `${strong('Phase change')} in ${name(run.name)} ${plain(`${interval(change)} (probability ${probability(change)})`)}`;
      return change.signals.length > 0 ? [head, plain(drivers(change))] : [head];
    }
    case 'phase-change-taken-back': {
      const { change } = happening;
      const why = `the one ${interval(change)} is no longer probable (${probability(change)})`;
      return [`${strong('Phase change taken back')} in ${name(run.name)}: ${plain(why)}`];
    }
    case 'checkpoint-failed': {
      const { checkpoint, failure } = happening;
      return [
        `${strong('Checkpoint failed')} in ${name(run.name)}: ${name(checkpoint)}`,
        plain(cut(failure.message)),
      ];
    }
    case 'run-ended': {
      const { message, done, failed } = happening;
      const counts = `${counted(done, 'checkpoint')} analysed${failed > 0 ? `, ${counted(failed, 'failure')}` : ''}`;
      const head = `${strong('Run ended')}: ${name(run.name)}, ${plain(counts)}`;
      return message === null ? [head] : [head, plain(cut(message))];
    }
    case 'results-not-kept':
      return [`${strong('Results are not kept')}: ${name(run.name)}`, plain(cut(happening.message))];
    case 'results-kept-again':
      return [`${strong('Results are kept again')}: ${name(run.name)}, and none is missing`];
    default:
      return unreachable(happening);
  }
}

function interval({ interval: [from, to] }: PhaseChange): string {
  return `between steps ${from.toLocaleString('en-GB')} and ${to.toLocaleString('en-GB')}`;
}

/** Two decimals, and never a certainty that is not there. */
function probability({ probability: value }: PhaseChange): string {
  if (value >= 0.995 && value < 1) return '> 0.99';
  return value < 0.005 && value > 0 ? '< 0.01' : value.toFixed(2);
}

function drivers({ signals }: PhaseChange): string {
  return signals
    .slice(0, DRIVERS_MAX)
    .map(
      ({ id, before, after }) =>
        `${LABELS.get(id) ?? shownName(id.replaceAll('_', ' '))} ${rounded(before)} → ${rounded(after)}`,
    )
    .join('; ');
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3))).replace('-', '−');
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-GB')} ${what}${count === 1 ? '' : 's'}`;
}

/** One line of visible characters. */
function cut(sentence: string): string {
  const visible = sentence.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
  return visible.length > SENTENCE_CHARACTERS_MAX ? `${visible.slice(0, SENTENCE_CHARACTERS_MAX)}…` : visible;
}
