/**
 * What of another run is compared with a checkpoint of this one: its complete checkpoint of the same step, else the nearest
 * below; and why two runs cannot be compared at all.
 */
import type { Analysis, Checkpoint } from '../../protocol/state.ts';
import { methodText } from './method.ts';
import { probeText } from './model-line.ts';
import { wholeText } from './number.ts';

export type Counterpart = { readonly checkpoint: Checkpoint; readonly isSameStep: boolean };

export function counterpartOf(checkpoints: readonly Checkpoint[], step: number): Counterpart | null {
  const checkpoint = checkpoints.findLast((one) => one.status === 'done' && one.step <= step);
  return checkpoint === undefined ? null : { checkpoint, isSameStep: checkpoint.step === step };
}

/** `step 512`, `step 500, the nearest below`. */
export function counterpartText({ checkpoint, isSameStep }: Counterpart): string {
  return `step ${wholeText(checkpoint.step)}${isSameStep ? '' : ', the nearest below'}`;
}

export type NamedAnalysis = { readonly name: string; readonly analysis: Analysis };

/** A sentence; null where an edge of one means what it means in the other. */
export function mismatchText(own: NamedAnalysis, other: NamedAnalysis): string | null {
  if (!isSameList(idsOf(own), idsOf(other)))
    return `The two runs have different nodes: ${own.name} has ${shapeText(own)}, ${other.name} has ${shapeText(other)}. Only graphs with the same nodes can be compared edge by edge.`;
  const [method, otherMethod] = [own, other].map(({ analysis }) => methodText(analysis));
  if (method !== otherMethod)
    return `The two runs are measured differently: ${own.name} by ${method}, ${other.name} by ${otherMethod}. Serve both with the same --ablation and --measure to compare them.`;
  return null;
}

/** What makes the numbers of two runs less than comparable; null where nothing does. */
export function probeNote(own: NamedAnalysis, other: NamedAnalysis): string | null {
  const [probe, otherProbe] = [own, other].map(({ analysis }) => probeText(analysis.probe));
  return probe === otherProbe
    ? null
    : `Probes differ: ${own.name} reads an ${probe}, ${other.name} an ${otherProbe}.`.replace(
        /\ban (?=[^aeiou])/g,
        'a ',
      );
}

function shapeText({ analysis: { model, nodes } }: NamedAnalysis): string {
  return `${model.layers} × ${model.heads} heads (${nodes.length} nodes)`;
}

function idsOf({ analysis }: NamedAnalysis): string[] {
  return analysis.nodes.map(({ id, depth }) => `${id} ${depth}`);
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
