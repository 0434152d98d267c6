/**
 * What is to be said of a run and its analysis, as pairs: for the table behind the head, and for a card in a paper.
 */
import { possibleEdges } from '../../protocol/graph.ts';
import type { RunState } from '../../protocol/state.ts';
import type { ConnectionStatus } from '../connection.ts';
import { forksText } from './branches.ts';
import { connectionWords } from './connection-words.ts';
import { measureText } from './method.ts';
import { familyText, probeText } from './model-line.ts';
import { nowLine } from './now-line.ts';
import { progressLine } from './progress.ts';

export type Fact = readonly [name: string, value: string | number];

export function factsOf(state: RunState, status: ConnectionStatus): Fact[] {
  const { run, checkpoints, branches, progress } = state;
  const now = nowLine(state);
  const forks = forksText(branches);
  const failed = checkpoints.filter(({ status: stand }) => stand === 'failed').length;
  return [
    ['run', run.name],
    ['source', run.source],
    ...analysisFacts(run.analysis),
    ['checkpoints analysed', checkpoints.filter(({ status: stand }) => stand === 'done').length],
    ...(failed > 0 ? [['checkpoints failed', failed] as const] : []),
    ...(forks === null ? [] : [['left behind', forks] as const]),
    ['analysis', progressLine(progress).parts.join(', ')],
    ...(now === null ? [] : [['phase', `${now.phase} ${now.since}`] as const]),
    ...(now?.last == null ? [] : [['last change', now.last.replace('last change ', '')] as const]),
    ['connection', connectionWords(status, Date.now()).words],
  ];
}

function analysisFacts(analysis: RunState['run']['analysis']): Fact[] {
  if (analysis === null) return [];
  const { model, nodes, ablation, measure, probe, activityThreshold } = analysis;
  return [
    ['model', familyText(model.family)],
    ['layers', model.layers],
    ['heads a layer', model.heads],
    ['width', model.width],
    ['nodes', nodes.length],
    ['possible edges', possibleEdges(nodes).targets.length],
    ['probe', probeText(probe)],
    ['ablation', ablation],
    ['measure', measureText(measure)],
    ['activity threshold', activityThreshold],
  ];
}
