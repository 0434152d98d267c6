import { describe, expect, it } from 'vitest';
import { edgeLadder, rungOf } from '../../client/view/edge-ladder.ts';
import { edgesTable } from '../../client/view/edges-table.ts';
import { graphSentence } from '../../client/view/graph-sentence.ts';
import { layoutOf } from '../../client/view/layout.ts';
import { columnsOf, edgesOfNode, numberOf, rankOf } from '../../client/view/node-numbers.ts';
import { pictureOf } from '../../client/view/picture.ts';
import { markOf } from '../../client/view/role-marks.ts';
import { coarseToFine, evenly } from '../../client/view/sampling.ts';
import { sparklineOf } from '../../client/view/sparkline.ts';
import { EDGES, madeAnalysis, madeGraph, NODES } from './made.ts';

const GRAPH = madeGraph(500, [0.1, 0.6, 0.129, 0.02], {
  standardErrors: [0.01, 0.06, 0.013, 0.002],
  nodeMetrics: { out_strength: [0.229, 0.62, 0, 0], kl_nats: [0.5, 0.25, 0.125, 0], hub: [1, 0, 0, 0] },
  headScores: { prefix_matching: [0.9, 0.1] },
});

const picture = (more: { readonly leastWeight?: number; readonly edgesMax?: number }) =>
  pictureOf({
    graph: GRAPH,
    before: null,
    nodes: NODES,
    edges: EDGES,
    layout: layoutOf(NODES, { width: 266, height: 168 }),
    width: 266,
    edgesMax: 4,
    leastWeight: null,
    layersReported: 2,
    activityThreshold: 0.3,
    ...more,
  });

describe('edgeLadder', () => {
  it('goes up one by one, then by a tenth, to all there are', () => {
    expect(edgeLadder(3)).toEqual([1, 2, 3]);
    expect(edgeLadder(30).slice(18)).toEqual([19, 20, 22, 24, 26, 29, 30]);
    expect(edgeLadder(5_000).at(-1)).toBe(5_000);
    expect(edgeLadder(0)).toEqual([1]);
  });

  it('has a rung for every press of a key: no two alike, fewer than a hundred', () => {
    const ladder = edgeLadder(5_000);
    expect(ladder.length).toBeLessThan(100);
    expect(ladder.every((rung, index) => index === 0 || rung > ladder[index - 1])).toBe(true);
  });

  it('finds the nearest rung', () => {
    expect(rungOf([1, 2, 10, 20], 14)).toBe(2);
    expect(rungOf([1, 2, 10, 20], 15)).toBe(2);
    expect(rungOf([1, 2, 10, 20], 99)).toBe(3);
  });
});

describe('pictureOf with a least weight', () => {
  it('draws the edges from that weight on, on the scale of all of them', () => {
    expect(picture({ leastWeight: 0.1 }).drawn.map(({ edge }) => edge)).toEqual([1, 2, 0]);
    expect(picture({ leastWeight: 0.9 })).toMatchObject({ drawn: [], weakest: null, top: 1 });
    expect(picture({ leastWeight: 0.1, edgesMax: 1 }).drawn.map(({ edge }) => edge)).toEqual([1]);
  });
});

describe('markOf', () => {
  it('stands above a spreader and below a gatherer, and points upwards in both', () => {
    expect(markOf('spreader', 10)).toBe('M-5 -11.5L0 -17.5L5 -11.5Z');
    expect(markOf('gatherer', 10)).toBe('M-5 17.5L0 11.5L5 17.5Z');
    expect(markOf('gatekeeper', 10)).toBeNull();
  });

  it('is never too small to be told apart', () => {
    expect(markOf('spreader', 2)).toBe('M-4.5 -3.5L0 -8.9L4.5 -3.5Z');
  });
});

describe('the numbers of a node', () => {
  it('are those of its place among the nodes, and among the heads', () => {
    expect(numberOf(GRAPH, NODES, 1, 'kl_nats')).toBe(0.25);
    // The second head is node 2, after the MLP of layer 0.
    expect(numberOf(GRAPH, NODES, 2, 'prefix_matching')).toBe(0.1);
    expect(numberOf(GRAPH, NODES, 1, 'prefix_matching')).toBeUndefined();
    expect(numberOf(GRAPH, NODES, 0, 'logit_cosine')).toBeUndefined();
  });

  it('are kept without the edges, and without what has no chart', () => {
    expect(columnsOf(GRAPH)).toEqual({
      step: 500,
      nodeMetrics: { out_strength: [0.229, 0.62, 0, 0], kl_nats: [0.5, 0.25, 0.125, 0] },
      headScores: { prefix_matching: [0.9, 0.1] },
    });
  });

  it('rank from the largest; equal ones share the better rank', () => {
    expect([0, 1, 2, 3].map((node) => rankOf([0.229, 0.62, 0, 0], node))).toEqual([2, 1, 3, 3]);
  });

  it('have the strongest edges on both sides', () => {
    // Edges: L0H0→L1H0, L0MLP→L1H0, L0H0→L1MLP, L0MLP→L1MLP.
    expect(edgesOfNode(GRAPH, NODES, EDGES, 0, 5)).toEqual({
      out: [
        { other: 'L1MLP', weight: 0.129, standardError: 0.013 },
        { other: 'L1H0', weight: 0.1, standardError: 0.01 },
      ],
      in: [],
    });
    expect(edgesOfNode(GRAPH, NODES, EDGES, 2, 1).in).toEqual([
      { other: 'L0MLP', weight: 0.6, standardError: 0.06 },
    ]);
  });
});

describe('edgesTable', () => {
  it('has the edges as they are drawn, with their fate where they are compared', () => {
    const { drawn } = picture({ edgesMax: 2 });
    const options = { analysis: madeAnalysis(NODES), graph: GRAPH, edges: EDGES };
    const plain = edgesTable({ ...options, before: null, drawn });
    expect(plain.caption).toBe('Edges shown of checkpoint-500, step 500: zero ablation · 1 − cosine');
    expect(plain.rows).toEqual([
      ['L0MLP', 'L1H0', 0.6, 0.06],
      ['L0H0', 'L1MLP', 0.129, 0.013],
    ]);
    const before = madeGraph(400, [0.1, 0.2, 0.129, 0.02]);
    const compared = edgesTable({ ...options, before, drawn: [{ edge: 1, fate: 'added' }] });
    expect(compared.head.slice(4)).toEqual(['weight before', 'change']);
    expect(compared.rows).toEqual([['L0MLP', 'L1H0', 0.6, 0.06, 0.2, 'added']]);
  });
});

describe('graphSentence', () => {
  const roles = { spreaders: ['L0MLP'], gatherers: [], gatekeepers: ['L0H0', 'L1H0'] };
  const options = {
    graph: GRAPH,
    analysis: madeAnalysis(NODES),
    edges: EDGES,
    picture: picture({ edgesMax: 2 }),
    roles,
  };

  it('says what it is, what is strongest and who holds which role', () => {
    expect(graphSentence({ ...options, before: null })).toBe(
      'Component graph of step 500: 4 nodes in 2 layers, 2 edges shown, strongest L0MLP to L1H0, 0.60. Spreaders: L0MLP; gatekeepers: L0H0 and L1H0.',
    );
  });

  it('says what changed most where it is compared', () => {
    expect(graphSentence({ ...options, roles: null, before: madeGraph(1400, [0, 0.2, 0, 0]) })).toBe(
      'Component graph of step 500 compared with step 1,400: 4 nodes in 2 layers, 2 edges shown, most changed L0MLP to L1H0, from 0.20 to 0.60.',
    );
  });
});

describe('sampling', () => {
  it('is even, with both ends', () => {
    expect(evenly(3, 60)).toEqual([0, 1, 2]);
    expect(evenly(11, 3)).toEqual([0, 5, 10]);
    expect(evenly(154, 60)).toHaveLength(60);
    expect(evenly(154, 60).at(-1)).toBe(153);
    expect(evenly(9, 1)).toEqual([8]);
  });

  it('goes from coarse to fine, the newest first', () => {
    expect(coarseToFine(6)).toEqual([5, 0, 4, 2, 1, 3]);
    expect(coarseToFine(1)).toEqual([0]);
    expect(coarseToFine(0)).toEqual([]);
  });
});

describe('sparklineOf', () => {
  const size = { axis: 'linear', width: 100, height: 40 } as const;

  it('draws between the ends of its axes, zero among the values', () => {
    const line = [
      { step: 0, value: 1 },
      { step: 50, value: 2 },
      { step: 100, value: 4 },
    ];
    expect(sparklineOf({ ...size, lines: [line], step: 25 })).toEqual({
      paths: ['M0 30L50 20L100 0'],
      marker: 25,
      steps: [0, 100],
      values: [0, 4],
    });
    expect(sparklineOf({ ...size, lines: [line], step: 200 })?.marker).toBeNull();
  });

  it('draws one point as a dot, a constant zero as a line, and nothing as nothing', () => {
    expect(sparklineOf({ ...size, lines: [[{ step: 7, value: 2 }]], step: 7 })?.paths).toEqual(['M50 0h0']);
    const zeros = [
      { step: 0, value: 0 },
      { step: 10, value: 0 },
    ];
    expect(sparklineOf({ ...size, lines: [zeros], step: null })?.paths).toEqual(['M0 40L100 40']);
    expect(sparklineOf({ ...size, lines: [[]], step: 1 })).toBeNull();
  });
});
