/**
 * What each widget says of itself, by the name of its element. Apart from the widgets, since a page needs it only when
 * somebody asks.
 */
import type { About } from './about.ts';

const ABOUTS: Readonly<Record<string, About>> = {
  'phasewatch-app': {
    text: 'The component graph of a transformer while it trains, checkpoint by checkpoint, with its metrics and phases. Everything shown is of the checkpoint looked at, with the ablation and the measure that the head names.',
    source: 'arXiv 2509.15269; protocol/SPEC.md',
  },
  'phasewatch-checkpoints': {
    text: 'Every checkpoint that was found, newest first, with its total strength: the sum of all edge weights of its graph. A click looks at one, Shift and a click compares with it.',
    source: 'protocol/SPEC.md, section S',
  },
  'phasewatch-diff': {
    text: 'What changed from one checkpoint to another, or what differs between two runs: the edges and nodes that changed most, and the roles that were gained and lost. An edge was added or removed when its weight crossed the activity threshold.',
    source: 'server/graph/edge-turnover.ts, server/graph/churn.ts',
  },
  'phasewatch-graph': {
    text: 'Nodes are attention heads (circles) and MLPs (squares), layer 0 at the bottom; an edge says how much ablating its source changes the output of its target, through every path. An arrowhead above a node marks a spreader, one below a gatherer, a ring a gatekeeper.',
    source: 'arXiv 2509.15269, section 2; server/ablation/sweep.ts',
  },
  'phasewatch-matrix': {
    text: 'Each row is a component that is ablated, each column one that is measured: a cell says how much ablating its row changes the output of its column, through every path. Empty cells are pairs that the architecture does not join in this direction.',
    source: 'arXiv 2509.15269, section 2; server/ablation/sweep.ts',
  },
  'phasewatch-metrics': {
    text: 'The metrics of the run over its training steps, one chart each, under one axis and one cursor. A band is one standard error over prompts to either side.',
    source: 'protocol/metrics.ts',
  },
  'phasewatch-phases': {
    text: 'The phases of the run over its steps, and the changes between them, each with its interval and probability. They are found by Bayesian online change-point detection on the metrics of the graph, which looks at nothing that is still to come.',
    source: 'Adams & MacKay 2007; server/phase/detector.ts',
  },
  'phasewatch-roles': {
    text: 'Which node held which role at which checkpoint: spreaders lie above the 95th percentile of out-strength, gatherers of in-strength, gatekeepers of betweenness. A role is relative to the graph of its checkpoint.',
    source: 'arXiv 2509.15269, section 3; server/graph/roles.ts',
  },
  'phasewatch-scrubber': {
    text: 'All checkpoints of the run on the axis of its training steps; the handle is at the one looked at. Playing shows each one that has a graph, in order, and then follows the run again.',
    source: 'protocol/SPEC.md, sections S and H',
  },
  'phasewatch-status': {
    text: 'Which run is watched, how far its analysis is, and which phase it is in. The ablation and the measure named here are those of every figure of the run.',
    source: 'protocol/SPEC.md, sections S and E',
  },
};

/** @param tag of an element of ours */
export function aboutOf(tag: string): About {
  return ABOUTS[tag] ?? { text: '', source: '' };
}
