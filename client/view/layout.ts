/**
 * Where the nodes of a layered graph stand: layer 0 at the bottom, heads left to right, then the MLP.
 *
 * Rows are spaced evenly by layer. In a sequential block the MLP reads its own layer's heads, so it stands above
 * them by a third of a row and the edge between them has a direction. Lengths in CSS pixels, origin top left.
 * A box without room gives a layout of the smallest size rather than none: callers skip drawing by their own size.
 */
import { type ComponentNode, layerCountOf } from '../../protocol/graph.ts';

const INSET = { left: 44, right: 22, top: 34, bottom: 34 } as const;
const RADIUS_MAX = 18;
const RADIUS_MIN = 2.5;
/** Below this radius a two-letter label does not fit into its node. */
const LABEL_RADIUS_MIN = 10;
const MLP_RISE = 1 / 3;
/** Few layers in a high box stay a picture, in its middle. */
const ROW_GAP_MAX = 300;
/** Radius as a share of the height of a row; in a sequential block the MLP needs room above its heads. */
const SHARE_OF_ROW = 0.22;

export type NodePlace = {
  readonly x: number;
  readonly y: number;
  readonly label: string;
};

export type Layout = {
  /** In node order. */
  readonly places: readonly NodePlace[];
  /** y of each layer's heads. */
  readonly layerYs: readonly number[];
  /** Name of each layer, bottom to top. */
  readonly layerLabels: readonly string[];
  /** Radius of a node of mean strength. */
  readonly radius: number;
  readonly columnGap: number;
  readonly labelled: boolean;
};

export function layoutOf(nodes: readonly ComponentNode[], size: { width: number; height: number }): Layout {
  // The embedding, where it is a node, stands below layer 0.
  const lowest = nodes.reduce((least, node) => Math.min(least, node.layer), 0);
  const layers = layerCountOf(nodes) - lowest;
  const rows: number[][] = Array.from({ length: layers }, () => []);
  nodes.forEach((node, index) => {
    rows[node.layer - lowest].push(index);
  });
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 1);
  const sequential = nodes.some((node) => node.kind === 'mlp' && risesIn(nodes, node));

  const innerWidth = Math.max(1, size.width - INSET.left - INSET.right);
  const innerHeight = Math.max(1, size.height - INSET.top - INSET.bottom);
  const columnGap = innerWidth / columns;
  const rowGap = Math.min(ROW_GAP_MAX, innerHeight / Math.max(1, layers - 1 + (sequential ? MLP_RISE : 0)));
  const radius = Math.max(
    RADIUS_MIN,
    Math.min(RADIUS_MAX, columnGap * 0.3, rowGap * (sequential ? SHARE_OF_ROW * MLP_RISE * 2 : SHARE_OF_ROW)),
  );

  const height = rowGap * (layers - 1 + (sequential ? MLP_RISE : 0));
  const bottom = INSET.top + (innerHeight + height) / 2;
  const layerYs = rows.map((_, layer) => bottom - layer * rowGap);
  const places: NodePlace[] = [];
  rows.forEach((row, layer) => {
    const left = INSET.left + (innerWidth - row.length * columnGap) / 2;
    row.forEach((index, column) => {
      const node = nodes[index];
      const rise = sequential && node.kind === 'mlp' ? rowGap * MLP_RISE : 0;
      places[index] = {
        x: left + (column + 0.5) * columnGap,
        y: layerYs[layer] - rise,
        label: labelOf(node),
      };
    });
  });
  const layerLabels = rows.map((row, layer) =>
    layerLabelOf(
      row.map((index) => nodes[index]),
      layer + lowest,
    ),
  );
  return { places, layerYs, layerLabels, radius, columnGap, labelled: radius >= LABEL_RADIUS_MIN };
}

/** Heads and MLPs without their layer, which stands beside the row. */
function labelOf({ id, kind, layer }: ComponentNode): string {
  return kind === 'head' || kind === 'mlp' ? id.slice(`L${layer}`.length) : id;
}

function layerLabelOf(row: readonly ComponentNode[], layer: number): string {
  const [only] = row.filter(({ kind }) => kind === 'emb' || kind === 'logits');
  return only ? only.id : `L${layer}`;
}

function risesIn(nodes: readonly ComponentNode[], mlp: ComponentNode): boolean {
  return nodes.some((node) => node.layer === mlp.layer && node.depth < mlp.depth);
}
