/**
 * What is analysed, in words: the model, its graph, what it reads, and which ablation and measure make an edge.
 * Zero ablation takes a model off its distribution, so the ablation is named in every view.
 */
import { possibleEdges } from '../../protocol/graph.ts';
import { type Analysis, type Graph, type Probe, unreachable } from '../../protocol/state.ts';

const FAMILIES: Readonly<Record<string, string>> = {
  gpt_neox: 'GPT-NeoX',
  gpt2: 'GPT-2',
  llama: 'Llama',
  qwen2: 'Qwen 2',
  olmo: 'OLMo',
};

/** The only ablation and measure of `phasewatch.v1`; said even before a run's analysis is known. */
export const METHOD = 'zero ablation · 1 − cosine';

export function modelParts(analysis: Analysis): string[] {
  const { model, nodes, probe } = analysis;
  return [
    FAMILIES[model.family] ?? model.family,
    `${count(model.layers, 'layer')} × ${count(model.heads, 'head')}`,
    `width ${model.width}`,
    `${nodes.length} nodes, ${possibleEdges(nodes).targets.length.toLocaleString('en-GB')} possible edges`,
    probeText(probe),
  ];
}

export function probeText(probe: Probe): string {
  const size = `${count(probe.prompts, 'prompt')} × ${probe.positions} positions`;
  switch (probe.kind) {
    case 'induction':
      return `induction probe, ${size}`;
    case 'tokens':
      return `token probe, ${size}`;
    default:
      return unreachable(probe.kind);
  }
}

export type GraphTitle = { readonly name: string; readonly step: string; readonly method: string };

export function graphTitle(graph: Graph, analysis: Analysis): GraphTitle {
  const { prompts, positions } = analysis.probe;
  return {
    name: graph.checkpoint,
    step: `step ${graph.step.toLocaleString('en-GB')}`,
    method: `edges: 1 − cosine under ${analysis.ablation} ablation, mean over ${count(prompts, 'prompt')} × ${positions} positions`,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
