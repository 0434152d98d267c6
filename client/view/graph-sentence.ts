/** A graph in two sentences, for who cannot see it: what it is, its strongest edge, and who holds which role. */
import type { PossibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph, Roles } from '../../protocol/state.ts';
import { weightText, wholeText } from './number.ts';
import type { Picture } from './picture.ts';
import { holdersOf, ROLES } from './roles.ts';

/** More names than these are counted. */
const NAMES_MAX = 4;

export type GraphSentenceOptions = {
  readonly graph: Graph;
  readonly analysis: Analysis;
  readonly edges: PossibleEdges;
  readonly picture: Picture;
  readonly roles: Roles | null;
  /** What it is compared with, null for nothing. */
  readonly before: Graph | null;
};

export function graphSentence(options: GraphSentenceOptions): string {
  const { graph, analysis, edges, picture, roles, before } = options;
  const { nodes } = analysis;
  const parts = [`${nodes.length} nodes in ${picture.layers} layers`, `${picture.drawn.length} edges shown`];
  const [first] = picture.drawn;
  if (first !== undefined) {
    const { sources, targets } = edges;
    const name = `${nodes[sources[first.edge]].id} to ${nodes[targets[first.edge]].id}`;
    const weight = weightText(graph.weights[first.edge]);
    const was = before?.weights[first.edge];
    parts.push(
      was === undefined
        ? `strongest ${name}, ${weight}`
        : `most changed ${name}, from ${weightText(was)} to ${weight}`,
    );
  }
  const since = before ? ` compared with step ${wholeText(before.step)}` : '';
  const subject = `Component graph of step ${wholeText(graph.step)}${since}`;
  return `${subject}: ${parts.join(', ')}.${rolesSentence(roles)}`;
}

function rolesSentence(roles: Roles | null): string {
  if (roles === null) return '';
  const held = ROLES.flatMap((role) => {
    const names = holdersOf(role, roles);
    if (names.length === 0) return [];
    return [`${role}s: ${names.length > NAMES_MAX ? names.length : names.join(' and ')}`];
  });
  return held.length === 0 ? '' : ` ${held.join('; ')}.`.replace(/^ ./, (start) => start.toUpperCase());
}
