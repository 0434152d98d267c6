/**
 * A phase change in words: as a headline, piece by piece for a card, and as one sentence that can be pasted anywhere.
 */
import type { PhaseChange } from '../../protocol/phases.ts';
import { numberText, weightText, wholeText } from './number.ts';
import { roleChangeText } from './roles.ts';
import { inSentence, signalInfo } from './signal-info.ts';

/** A sentence names what drove the change, not all that moved. */
const SIGNALS_IN_SENTENCE = 3;
const EDGES_IN_SENTENCE = 3;

export type Signal = PhaseChange['signals'][number];
export type SignalWords = {
  readonly label: string;
  /** `+45 %`, where a proportion says more than a difference. */
  readonly percent: string | null;
  /** `0.40 → 2.80 nats`. */
  readonly values: string;
};

export function signalWords(signal: Signal): SignalWords {
  const { label, unit, isProportional, isLogarithm } = signalInfo(signal.id);
  const [before, after] = [signal.before, signal.after].map((value) =>
    isLogarithm ? Math.exp(value) : value,
  );
  return {
    label,
    percent: isProportional && before > 0 ? percentText(after / before - 1) : null,
    values: `${numberText(before)} → ${numberText(after)}${unit ? ` ${unit}` : ''}`,
  };
}

export function signalText(signal: Signal): string {
  const { label, percent, values } = signalWords(signal);
  return percent === null ? `${inSentence(label)} ${values}` : `${inSentence(label)} ${percent} (${values})`;
}

export function percentText(share: number): string {
  const percent = Math.round(100 * share);
  return `${percent < 0 ? '−' : '+'}${wholeText(Math.abs(percent))} %`;
}

export function intervalText({ interval }: PhaseChange): string {
  const [from, to] = interval.map(wholeText);
  return `between steps ${from} and ${to}`;
}

/** Two decimals, but never a certainty that is not there. */
export function probabilityText(probability: number): string {
  if (probability >= 0.995 && probability < 1) return '> 0.99';
  if (probability < 0.005 && probability > 0) return '< 0.01';
  return probability.toFixed(2);
}

export function headline(change: PhaseChange): string {
  return `phase change ${intervalText(change)} (probability ${probabilityText(change.probability)})`;
}

export function edgeText({ source, target, before, after }: PhaseChange['edges'][number]): string {
  return `${source} → ${target} ${weightText(before)} → ${weightText(after)}`;
}

/** Short enough to be read out. */
export function announcementText(change: PhaseChange): string {
  const driver = change.signals[0];
  return `New ${headline(change)}${driver ? `: ${signalText(driver)}` : ''}.`;
}

export function sentence(change: PhaseChange, run: string): string {
  const edges = change.edges.slice(0, EDGES_IN_SENTENCE).map(edgeText);
  const parts = [
    change.signals.slice(0, SIGNALS_IN_SENTENCE).map(signalText).join(', '),
    edges.length > 0 ? `edges that changed most: ${edges.join(', ')}` : '',
    change.roles.map(roleChangeText).join(', '),
  ].filter((part) => part !== '');
  const evidence = parts.length > 0 ? `: ${parts.join('; ')}` : '';
  const head = headline(change);
  return `${head.charAt(0).toUpperCase()}${head.slice(1)}${evidence}. Reported at step ${wholeText(change.reportedStep)}, revision ${change.revision}; run ${run}.`;
}
