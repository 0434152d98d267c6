/**
 * How many layers of a graph are there, given a prefix of its edges in edge order.
 *
 * A layer is done when all edges into it are there. The lowest layers may have none to wait for, so an empty prefix
 * says nothing by itself: then the server's own count of layers decides, as far as the edges agree.
 */
import { type ComponentNode, layerCountOf, type PossibleEdges } from '../../protocol/graph.ts';

export function layersDoneOf(
  nodes: readonly ComponentNode[],
  edges: PossibleEdges,
  edgesHere: number,
  layersReported: number,
): number {
  const layers = layerCountOf(nodes);
  if (edgesHere >= edges.targets.length) return layers;
  // Edges come target by target in layer order: the first missing one tells the lowest layer under way.
  const firstMissing = nodes[edges.targets[edgesHere]].layer;
  return edgesHere > 0 ? firstMissing : Math.min(firstMissing, layersReported);
}
