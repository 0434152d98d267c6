/**
 * What is analysed, in words: the model, its graph and what it reads; and the title of a graph, which always says
 * how its edges were measured.
 */
import { possibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph, Probe } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { measureText } from './method.ts';
import { wholeText } from './number.ts';

const FAMILIES: Readonly<Record<string, string>> = {
  gpt_neox: 'GPT-NeoX',
  gpt2: 'GPT-2',
  gpt_neo: 'GPT-Neo',
  llama: 'Llama',
  mistral: 'Mistral',
  qwen2: 'Qwen2',
  qwen3: 'Qwen3',
  olmo2: 'OLMo 2',
};

export function modelParts(analysis: Analysis): string[] {
  const { model, nodes, probe } = analysis;
  return [
    familyText(model.family),
    `${count(model.layers, 'layer')} × ${count(model.heads, 'head')}`,
    `width ${model.width}`,
    `${nodes.length} nodes, ${wholeText(possibleEdges(nodes).targets.length)} possible edges`,
    probeText(probe),
  ];
}

export function familyText(family: string): string {
  return FAMILIES[family] ?? family;
}

export function probeText(probe: Probe): string {
  const size = sizeText(probe);
  switch (probe.kind) {
    case 'induction':
      return `induction probe, ${size}`;
    case 'tokens':
      return `token probe, ${size}`;
    case 'text':
      return `text probe, ${size}`;
    default:
      return unreachable(probe.kind);
  }
}

export type GraphTitle = {
  readonly name: string;
  readonly step: string;
  readonly method: string;
  /** What keeps the numbers from being plain, null where nothing does. */
  readonly note: string | null;
};

/** `undefinedCount`: distances that count as 0 since an output is zero. */
export function graphTitle(graph: Graph, analysis: Analysis, undefinedCount: number): GraphTitle {
  const { ablation, measure, probe } = analysis;
  const note =
    undefinedCount > 0
      ? `${wholeText(undefinedCount)} distance${undefinedCount === 1 ? '' : 's'} undefined (an output is zero): counted as 0`
      : null;
  return {
    name: graph.checkpoint,
    step: `step ${wholeText(graph.step)}`,
    method: `edges: ${measureText(measure)} under ${ablation} ablation, mean over ${sizeText(probe)}`,
    note,
  };
}

/** Prompts of text differ in length, and the probe states the longest. */
function sizeText({ kind, prompts, positions }: Probe): string {
  return `${count(prompts, 'prompt')} × ${kind === 'text' ? 'up to ' : ''}${positions} positions`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
