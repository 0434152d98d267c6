import { describe, expect, it } from 'vitest';
import { curveOf, distanceTo } from '../../client/view/curve.ts';
import { changeTop, scaleTop, strokeOf } from '../../client/view/edge-scale.ts';
import { edgesShownText } from '../../client/view/edges-shown.ts';
import { layersDoneOf } from '../../client/view/layers.ts';
import { layoutOf } from '../../client/view/layout.ts';
import { nearestEdge } from '../../client/view/nearest-edge.ts';
import { neighbourhoodOf } from '../../client/view/neighbourhood.ts';
import { pictureOf } from '../../client/view/picture.ts';
import { strengthsOf } from '../../client/view/strengths.ts';
import { strongest } from '../../client/view/strongest.ts';
import { possibleEdges } from '../../protocol/graph.ts';
import { EDGES, madeGraph, madeNodes, NODES } from './made.ts';

describe('layoutOf', () => {
  // Insets: 44 left, 22 right, 34 above and below.
  const size = { width: 266, height: 168 };

  it('puts layer 0 at the bottom, heads left to right and then the MLP', () => {
    const layout = layoutOf(NODES, size);
    expect(layout.places).toEqual([
      { x: 94, y: 134, label: 'H0' },
      { x: 194, y: 134, label: 'MLP' },
      { x: 94, y: 34, label: 'H0' },
      { x: 194, y: 34, label: 'MLP' },
    ]);
    expect(layout.layerYs).toEqual([134, 34]);
    expect(layout.columnGap).toBe(100);
  });

  it('puts the embedding below layer 0 and the logits above the last, under their own names', () => {
    const layout = layoutOf(
      [
        { id: 'emb', layer: -1, kind: 'emb', depth: -1 },
        { id: 'attn.q.0', layer: 0, kind: 'q', depth: 0 },
        { id: 'logits', layer: 1, kind: 'logits', depth: 1 },
      ],
      size,
    );
    expect(layout.layerLabels).toEqual(['emb', 'L0', 'logits']);
    expect(layout.layerYs).toEqual([134, 84, 34]);
    expect(layout.places.map(({ y, label }) => [label, y])).toEqual([
      ['emb', 134],
      ['attn.q.0', 84],
      ['logits', 34],
    ]);
  });

  it('raises the MLP of a sequential block by a third of a row', () => {
    const layout = layoutOf(madeNodes(2, 1, 'sequential'), size);
    const [head, mlp, headAbove, mlpAbove] = layout.places.map(({ y }) => y);
    expect([head, mlpAbove]).toEqual([134, 34]);
    expect(head - mlp).toBeCloseTo(25, 9);
    expect(head - headAbove).toBeCloseTo(75, 9);
  });

  it('keeps few layers together in the middle of a high box', () => {
    const layout = layoutOf(NODES, { width: 266, height: 1068 });
    expect(layout.layerYs).toEqual([684, 384]);
  });

  it('hides labels where 408 nodes leave no room for them', () => {
    const nodes = madeNodes(24, 16);
    expect(nodes).toHaveLength(408);
    const layout = layoutOf(nodes, { width: 640, height: 740 });
    expect(layout.labelled).toBe(false);
    expect(layout.radius).toBeGreaterThan(5);
    expect(layoutOf(NODES, size).labelled).toBe(true);
  });

  it('has finite places in a box without room', () => {
    for (const { x, y } of layoutOf(NODES, { width: 0, height: 0 }).places)
      expect([Number.isFinite(x), Number.isFinite(y)]).toEqual([true, true]);
  });
});

describe('curveOf', () => {
  const source = { x: 100, y: 200, label: '' };
  const target = { x: 300, y: 100, label: '' };

  it('leaves upwards and enters from below', () => {
    const curve = curveOf({ source, target, layersSpanned: 1, columnGap: 50, middle: 200 });
    expect(curve).toEqual({ x0: 100, y0: 200, x1: 100, y1: 152, x2: 300, y2: 148, x3: 300, y3: 100 });
  });

  it('is bowed away from the middle where it skips layers', () => {
    const right = curveOf({ source: target, target, layersSpanned: 2, columnGap: 50, middle: 200 });
    expect([right.x1, right.x2]).toEqual([340, 340]);
    const left = curveOf({ source, target: source, layersSpanned: 2, columnGap: 50, middle: 200 });
    expect([left.x1, left.x2]).toEqual([60, 60]);
  });
});

describe('distanceTo', () => {
  it('is the distance to the nearest point of the curve', () => {
    const source = { x: 100, y: 200, label: '' };
    const straight = curveOf({
      source,
      target: { ...source, y: 100 },
      layersSpanned: 1,
      columnGap: 1,
      middle: 0,
    });
    expect(distanceTo(straight, 103, 150)).toBeCloseTo(3, 9);
    expect(distanceTo(straight, 100, 90)).toBeCloseTo(10, 9);
    // The middle of a cubic is the mean of its ends and three quarters towards its controls: 100 + 0.75 · 40.
    const bowed = { ...straight, x1: 140, x2: 140 };
    expect(distanceTo(bowed, 130, 150)).toBeCloseTo(0, 6);
  });
});

describe('strongest', () => {
  it('gives the k strongest, strongest first, equal ones in edge order', () => {
    expect(strongest([0.2, 0.9, 0.5, 0.9, 0.1], 3)).toEqual([1, 3, 2]);
    expect(strongest([0.5, 0.5, 0.5, 0.5], 2)).toEqual([0, 1]);
    expect(strongest([0.5], 9)).toEqual([0]);
    expect(strongest([0.5], 0)).toEqual([]);
    expect(strongest([], 3)).toEqual([]);
  });

  it('agrees with sorting all of them', () => {
    // A full period of a small linear congruence: every value, out of order, with repetitions.
    const weights = Array.from({ length: 500 }, (_, edge) => ((edge * 137 + 11) % 211) / 211);
    const sorted = weights.map((_, edge) => edge).sort((a, b) => weights[b] - weights[a] || a - b);
    for (const k of [1, 2, 7, 60, 499, 500]) expect(strongest(weights, k)).toEqual(sorted.slice(0, k));
  });
});

describe('strengthsOf', () => {
  it('sums the edges that are there, a negative one as 0', () => {
    const graph = madeGraph(1, [0.5, 0.25, -0.001]);
    expect(strengthsOf(graph, EDGES, 4)).toEqual({ out: [0.5, 0.25, 0, 0], in: [0, 0, 0.75, 0] });
  });

  it('shows the numbers of the server where they are there', () => {
    const nodeMetrics = { out_strength: [1, 2, 0, 0], in_strength: [0, 0, 1.5, 1.5] };
    const graph = madeGraph(1, [0, 0, 0, 0], { nodeMetrics });
    expect(strengthsOf(graph, EDGES, 4)).toEqual({
      out: nodeMetrics.out_strength,
      in: nodeMetrics.in_strength,
    });
  });
});

describe('layersDoneOf', () => {
  const nodes = madeNodes(3, 1);
  const edges = possibleEdges(nodes);

  it('counts layers whose edges are all there', () => {
    expect(edges.targets).toHaveLength(12);
    expect([0, 1, 3, 4, 11, 12].map((here) => layersDoneOf(nodes, edges, here, 1))).toEqual([
      1, 1, 1, 2, 2, 3,
    ]);
  });

  it('asks the server about the layer that has no edges to wait for', () => {
    expect(layersDoneOf(nodes, edges, 0, 0)).toBe(0);
    expect(layersDoneOf(nodes, edges, 0, 2)).toBe(1);
  });
});

describe('scaleTop', () => {
  it('is 1 for all graphs but those of small or very large weights', () => {
    expect([1.03, 0.37, 0.25].map(scaleTop)).toEqual([1, 1, 1]);
    expect([0.2, 0.1, 0.03, 0.0001].map(scaleTop)).toEqual([0.25, 0.1, 0.05, 0.001]);
    expect([2, 2.4, 4, 7, 30].map(scaleTop)).toEqual([1, 2.5, 5, 10, 50]);
  });
});

describe('changeTop', () => {
  it('is the next of 1, 2.5 and 5 above the largest change', () => {
    expect([0.4, 0.25, 0.03, 0.11, 1.2, 6].map(changeTop)).toEqual([0.5, 0.25, 0.05, 0.25, 2.5, 10]);
    expect(changeTop(0)).toBe(1);
  });
});

describe('strokeOf', () => {
  it('grows with the weight up to the top of the scale', () => {
    expect(strokeOf(0, 1)).toEqual({ width: 0.6, opacity: 0.2, share: 0 });
    expect(strokeOf(0.25, 1)).toEqual({ width: 0.6 + 5.4 * 0.25, opacity: 0.2 + 0.72 * 0.5, share: 0.25 });
    expect(strokeOf(1.03, 1)).toEqual(strokeOf(1, 1));
    expect(strokeOf(1, 1, 2).width).toBe(2);
  });
});

describe('neighbourhoodOf', () => {
  it('lights up drawn edges in both directions and the nodes at their ends', () => {
    const around = neighbourhoodOf(0, [2], EDGES);
    expect([...around.outEdges]).toEqual([2]);
    expect([...around.nodes]).toEqual([0, 3]);
    const above = neighbourhoodOf(2, [0, 1, 2, 3], EDGES);
    expect([...above.inEdges]).toEqual([0, 1]);
    expect([...above.nodes]).toEqual([2, 0, 1]);
  });
});

describe('pictureOf', () => {
  const layout = layoutOf(NODES, { width: 266, height: 168 });
  const options = {
    nodes: NODES,
    edges: EDGES,
    layout,
    width: 266,
    edgesMax: 2,
    layersReported: 2,
    before: null,
    activityThreshold: 0.3,
    leastWeight: null,
  };

  it('draws the strongest edges and says how weak the weakest is', () => {
    const picture = pictureOf({ ...options, graph: madeGraph(1, [0.1, 0.6, 0.129, 0.02]) });
    expect(picture.drawn.map(({ edge }) => edge)).toEqual([1, 2]);
    expect(picture).toMatchObject({ weakest: 0.129, top: 1, layers: 2, layersDone: 2 });
    expect(picture.shares[1]).toBeCloseTo(0.62 / 0.7, 9);
    expect(picture.shares[2]).toBe(1);
    expect(edgesShownText(picture, 4, 4)).toBe('showing 2 of 4 possible edges, all ≥ 0.12');
  });

  it('draws what changed most where it is compared with another graph', () => {
    const picture = pictureOf({
      ...options,
      edgesMax: 3,
      before: madeGraph(1, [0.5, 0.6, 0.1, 0.02]),
      graph: madeGraph(2, [0.1, 0.6, 0.35, 0.07]),
    });
    expect(picture.drawn.map(({ edge, fate }) => [edge, fate])).toEqual([
      [0, 'removed'],
      [2, 'added'],
      [3, 'stronger'],
    ]);
    expect(picture.top).toBe(0.5);
    expect(picture.drawn[1].stroke.share).toBeCloseTo(0.5, 9);
    expect(edgesShownText(picture, 4, 4)).toBe('showing 3 of 4 possible edges, changed by ≥ 0.05');
  });

  it('finds the edge under a pointer, and none beside it', () => {
    const { drawn } = pictureOf({ ...options, graph: madeGraph(1, [0.6, 0, 0, 0]), edgesMax: 1 });
    // From (94, 134) straight up to (94, 34), 3.84 px wide: within 4 px of its border.
    expect([94, 99.5, 101].map((x) => nearestEdge(drawn, x, 84))).toEqual([0, 0, null]);
  });

  it('draws a graph without edges', () => {
    const picture = pictureOf({ ...options, graph: madeGraph(1, []), layersReported: 0 });
    expect(picture).toMatchObject({ drawn: [], weakest: null, shares: [0, 0, 0, 0], layersDone: 0 });
    expect(edgesShownText(picture, 4, 0)).toBe('showing 0 of 0 edges so far (of 4 possible)');
  });
});
