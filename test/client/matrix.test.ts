import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  changeStep,
  contrastOf,
  oklabOf,
  type Rgb,
  rampOf,
  STEPS,
  weightStep,
} from '../../client/view/heat.ts';
import { type Cell, edgeAt, matrixOf, outlineOf } from '../../client/view/matrix.ts';
import { movedCell } from '../../client/view/matrix-cursor.ts';
import { layerName, matrixLayout, nodeName, placeAt } from '../../client/view/matrix-layout.ts';
import { matrixMarks } from '../../client/view/matrix-marks.ts';
import { matrixPicture } from '../../client/view/matrix-picture.ts';
import {
  cellText,
  cellWords,
  edgeHead,
  edgeRows,
  spokenCell,
  unitText,
} from '../../client/view/matrix-words.ts';
import { possibleEdges } from '../../protocol/graph.ts';
import { EDGES, madeAnalysis, madeGraph, madeNodes, NODES } from './made.ts';

/** Three layers of two heads and an MLP in parallel blocks: sources of layers 0 and 1, targets of layers 1 and 2. */
const THREE = madeNodes(3, 2);
const THREE_EDGES = possibleEdges(THREE);
const MATRIX = matrixOf(THREE, THREE_EDGES, null);

describe('matrixOf', () => {
  it('has a row for every source and a column for every target, and no others', () => {
    const ids = (list: readonly number[]) => list.map((node) => THREE[node].id);
    expect(ids(MATRIX.rows)).toEqual(['L0H0', 'L0H1', 'L0MLP', 'L1H0', 'L1H1', 'L1MLP']);
    expect(ids(MATRIX.columns)).toEqual(['L1H0', 'L1H1', 'L1MLP', 'L2H0', 'L2H1', 'L2MLP']);
    expect(MATRIX.rowBands).toEqual([
      { layer: 0, first: 0, count: 3 },
      { layer: 1, first: 3, count: 3 },
    ]);
  });

  it('holds every possible edge in the cell of its source and target, and −1 where there is none', () => {
    THREE_EDGES.sources.forEach((source, edge) => {
      const cell = {
        row: MATRIX.rows.indexOf(source),
        column: MATRIX.columns.indexOf(THREE_EDGES.targets[edge]),
      };
      expect(edgeAt(MATRIX, cell)).toBe(edge);
    });
    expect(MATRIX.cells.filter((edge) => edge < 0)).toHaveLength(9);
    expect(edgeAt(MATRIX, { row: 3, column: 0 })).toBe(-1);
    expect(edgeAt(MATRIX, { row: 0, column: 6 })).toBe(-1);
  });

  it('puts the strongest of each layer first where strengths are given', () => {
    const out = [1, 3, 2, 0, 0, 5, 0, 0, 0];
    const matrix = matrixOf(THREE, THREE_EDGES, { out, in: out.map((_, node) => node) });
    expect(matrix.rows).toEqual([1, 2, 0, 5, 3, 4]);
    expect(matrix.columns).toEqual([5, 4, 3, 8, 7, 6]);
  });

  it('gives the heads of a sequential block no edge to one another, and one to its MLP', () => {
    const nodes = madeNodes(2, 2, 'sequential');
    const matrix = matrixOf(nodes, possibleEdges(nodes), null);
    expect(matrix.columns.map((node) => nodes[node].id)).toEqual(['L0MLP', 'L1H0', 'L1H1', 'L1MLP']);
    const possible = (row: number) => [0, 1, 2, 3].filter((column) => edgeAt(matrix, { row, column }) >= 0);
    expect([0, 2, 3].map(possible)).toEqual([[0, 1, 2, 3], [1, 2, 3], [3]]);
  });

  it('is outlined by the stairs between what is possible and what is not', () => {
    expect(new Set(outlineOf(MATRIX).map(String))).toEqual(
      new Set(['0,0,6,0', '0,3,3,3', '3,6,6,6', '0,0,0,3', '3,3,3,6', '6,0,6,6']),
    );
  });
});

describe('the cursor of a matrix', () => {
  const press = (from: Cell | null, key: string, shiftKey = false) =>
    movedCell(MATRIX, from, { key, shiftKey });

  it('goes from one possible edge to the next, and stays at the last', () => {
    expect(press(null, 'ArrowRight')).toEqual({ row: 0, column: 0 });
    expect(press({ row: 0, column: 0 }, 'ArrowRight')).toEqual({ row: 0, column: 1 });
    expect(press({ row: 0, column: 5 }, 'ArrowRight')).toEqual({ row: 0, column: 5 });
    expect(press({ row: 2, column: 0 }, 'ArrowDown')).toEqual({ row: 2, column: 0 });
    expect(press({ row: 2, column: 4 }, 'ArrowDown')).toEqual({ row: 3, column: 4 });
    expect(press({ row: 3, column: 3 }, 'ArrowLeft')).toEqual({ row: 3, column: 3 });
  });

  it('goes to the ends of a row, and by layers', () => {
    expect(press({ row: 4, column: 4 }, 'Home')).toEqual({ row: 4, column: 3 });
    expect(press({ row: 4, column: 3 }, 'End')).toEqual({ row: 4, column: 5 });
    expect(press({ row: 1, column: 1 }, 'PageDown')).toEqual({ row: 3, column: 3 });
    expect(press({ row: 5, column: 4 }, 'PageUp')).toEqual({ row: 0, column: 4 });
    expect(press({ row: 1, column: 1 }, 'PageDown', true)).toEqual({ row: 1, column: 3 });
    expect(press({ row: 4, column: 4 }, 'PageUp', true)).toEqual({ row: 2, column: 0 });
    expect(press({ row: 0, column: 0 }, 'x')).toBeNull();
  });

  it('reaches every possible edge by arrows alone', () => {
    const seen = new Set<number>();
    const open: (Cell | null)[] = [press(null, 'Home')];
    for (let cell = open.pop(); cell; cell = open.pop()) {
      const edge = edgeAt(MATRIX, cell);
      expect(edge).toBeGreaterThanOrEqual(0);
      if (seen.has(edge)) continue;
      seen.add(edge);
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) open.push(press(cell, key));
    }
    expect(seen.size).toBe(THREE_EDGES.sources.length);
  });
});

describe('matrixLayout', () => {
  it('names nodes where their cells are large enough, and layers always', () => {
    const large = matrixLayout(MATRIX, THREE, { width: 640, height: 480 });
    expect([large.rowNames, large.columnNames]).toEqual(['across', 'across']);
    expect([large.cellWidth, large.cellHeight]).toEqual([72, 54]);
    const narrow = matrixLayout(MATRIX, THREE, { width: 220, height: 480 });
    expect(narrow.columnNames).toBe('upright');
    const many = madeNodes(24, 16);
    const matrix = matrixOf(many, possibleEdges(many), null);
    const small = matrixLayout(matrix, many, { width: 300, height: 300 });
    expect([small.rowNames, small.columnNames]).toEqual(['none', 'none']);
    // 23 layers share less than 300 pixels: the names of all would touch.
    expect(small.rowBands.length).toBe(12);
    expect(small.columnBands.length).toBe(8);
    expect(small.left + small.width).toBeLessThanOrEqual(300);
    expect(small.top + small.height).toBeLessThanOrEqual(300);
  });

  it('finds cells and labels by their place, and nothing outside', () => {
    const layout = matrixLayout(MATRIX, THREE, { width: 640, height: 480 });
    const { left, top } = layout;
    expect(placeAt(layout, left + 73, top + 55)).toEqual({ kind: 'cell', row: 1, column: 1 });
    expect(placeAt(layout, left - 5, top + 55)).toEqual({ kind: 'row', row: 1 });
    expect(placeAt(layout, left + 73, top - 5)).toEqual({ kind: 'column', column: 1 });
    expect(placeAt(layout, left - 5, top - 5)).toEqual({ kind: 'nothing' });
    expect(placeAt(layout, left + layout.width + 1, top + 5)).toEqual({ kind: 'nothing' });
  });

  it('draws the line between layers only along edges', () => {
    const layout = matrixLayout(MATRIX, THREE, { width: 640, height: 480 });
    const { left, top, width, height } = layout;
    const { layers, texts } = matrixMarks({
      nodes: THREE,
      layers: 3,
      layout,
      matrix: MATRIX,
      pinned: 'L0H1',
    });
    const [middleX, middleY] = [left + width / 2, top + height / 2];
    expect(layers).toEqual([
      [middleX, middleY, left + width, middleY],
      [middleX, top, middleX, middleY],
    ]);
    expect(texts.filter(({ kind }) => kind === 'layer').map(({ text }) => text)).toEqual([
      'L0',
      'L1',
      'L1',
      'L2',
    ]);
    expect(texts.filter(({ isPinned }) => isPinned)).toHaveLength(1);
  });

  it('names nodes by what tells them from the others of their layer', () => {
    expect(nodeName({ id: 'L10H3', layer: 10, kind: 'head', depth: 10 })).toBe('H3');
    expect(nodeName({ id: 'attn.rot_q.1.2', layer: 1, kind: 'rot_q', depth: 1, head: 2 })).toBe('rot_q 2');
    expect([-1, 0, 5, 6].map((layer) => layerName(layer, 6))).toEqual(['in', 'L0', 'L5', 'out']);
  });
});

describe('the colours of a matrix', () => {
  const theme = readFileSync(new URL('../../client/theme.ts', import.meta.url), 'utf8');
  const stops = (scheme: 0 | 1): Rgb[] =>
    [0, 1, 2, 3, 4].map((stop) => {
      const pair = new RegExp(`heat-${stop}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(theme);
      return hexRgb(pair?.[1 + scheme] ?? '');
    });

  it.each([
    ['light', 0],
    ['dark', 1],
  ] as const)('go in even steps of lightness from none to most in the %s scheme', (_, scheme) => {
    const lightness = rampOf(stops(scheme)).map((colour) => oklabOf(colour)[0]);
    const whole = lightness[STEPS - 1] - lightness[0];
    expect(Math.abs(whole)).toBeGreaterThan(0.6);
    lightness.forEach((value, step) => {
      const even = lightness[0] + (whole * step) / (STEPS - 1);
      expect(Math.abs(value - even)).toBeLessThan(0.02);
    });
  });

  it('begin and end with their stops', () => {
    const ramp = rampOf([
      [0, 0, 0],
      [200, 0, 0],
      [255, 255, 255],
    ]);
    expect([ramp[0], ramp[STEPS - 1]]).toEqual([
      [0, 0, 0],
      [255, 255, 255],
    ]);
    expect(ramp).toHaveLength(256);
  });

  it('show what is beyond the top as the top, and no change in the middle', () => {
    expect([-0.1, 0, 0.5, 1, 1.4].map((weight) => weightStep(weight, 1))).toEqual([0, 0, 128, 255, 255]);
    expect([-2, -1, 0, 1].map((change) => changeStep(change, 1))).toEqual([0, 0, 128, 255]);
  });

  it('are measured as WCAG does', () => {
    expect(contrastOf([0, 0, 0], [255, 255, 255])).toBe(21);
    expect(contrastOf([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
  });
});

describe('what is said of a matrix', () => {
  const analysis = madeAnalysis(NODES);
  const graph = madeGraph(100, [0.5, 0.02, 1.2, 0.31], { standardErrors: [0.05, 0.001, 0.1, 0.02] });
  const before = madeGraph(50, [0.1, 0.02, 1.3, 0.3]);
  const numbers = { nodes: NODES, edges: EDGES, graph, before: null };

  it('names source, target, weight and error, and what is not there', () => {
    expect(spokenCell(cellWords(numbers, 0))).toBe('L0H0 → L1H0, weight 0.500 ± 0.050');
    expect(spokenCell(cellWords({ ...numbers, before }, 2))).toBe(
      'L0H0 → L1MLP, weight 1.20 ± 0.100, −0.100 since step 50 (1.30)',
    );
    expect(cellWords(numbers, -1).title).toBe('no edge is possible here');
    expect(cellWords({ ...numbers, graph: madeGraph(100, [0.5]) }, 1).lines).toEqual(['not computed yet']);
    expect(unitText(analysis)).toBe('1 − cosine, zero ablation');
    expect([0.004, -0.004].map((change) => cellText(change, true))).toEqual(['0.00', '0.00']);
    expect([0.4, -0.4].map((change) => cellText(change, true))).toEqual(['+0.40', '−0.40']);
  });

  it('lists edges by weight, and by change where there is one', () => {
    expect(edgeRows(numbers)[0]).toEqual(['L0H0', 'L1MLP', 1.2, 0.1]);
    expect(edgeRows(numbers).map(([, , weight]) => weight)).toEqual([1.2, 0.5, 0.31, 0.02]);
    const compared = { ...numbers, before };
    expect(edgeHead(compared)).toEqual([
      ...['source', 'target', 'weight', 'standard error', 'weight at step 50', 'change'],
    ]);
    expect(edgeRows(compared)[0]).toEqual(['L0H0', 'L1H0', 0.5, 0.05, 0.1, 0.4]);
  });

  it('scales weights to 1 and changes to the next round number, and says what is cut', () => {
    const weights = matrixPicture({ graph, before: null, activityThreshold: 0.3 });
    expect([weights.top, weights.isCut]).toEqual([1, true]);
    expect([0, 1, 2, 3].map(weights.isActive)).toEqual([true, false, true, true]);
    const changes = matrixPicture({ graph, before, activityThreshold: 0.3 });
    expect([changes.top, changes.isCut]).toEqual([0.5, false]);
    expect(changes.values[0]).toBeCloseTo(0.4, 12);
  });
});

function hexRgb(hex: string): Rgb {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return [red, green, blue];
}
