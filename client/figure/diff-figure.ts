/**
 * The two tables of a difference as a figure: edges and nodes beside one another, bars from the middle, falls hollow.
 */
import type { Analysis } from '../../protocol/state.ts';
import type { Difference } from '../view/difference.ts';
import { type RunNames, roleDifferenceText, totalsText } from '../view/difference-words.ts';
import { methodText } from '../view/method.ts';
import { signedText, weightText } from '../view/number.ts';
import { type ColourOf, MARGIN, paperOf, rectOf, textOf } from './paper.ts';

export type DiffFigure = {
  readonly difference: Difference;
  /** What stands for before and after. */
  readonly sides: { readonly from: string; readonly to: string };
  readonly names: RunNames | null;
  readonly run: string;
  readonly analysis: Analysis;
  readonly colour: ColourOf;
};

/** A figure is read, not scrolled. */
const ROWS_MAX = 24;
const ROW = 17;
/** Middle of the first row. */
const TOP = 24;
const BAR = { width: 110, height: 8 } as const;
const EDGES_WIDTH = 440;
const NODES_WIDTH = 420;

export function diffFigure({ difference, sides, names, run, analysis, colour }: DiffFigure): string {
  const edges = difference.edges.slice(0, ROWS_MAX);
  const nodes = difference.nodes.slice(0, ROWS_MAX);
  const [ink, soft] = [colour('ink'), colour('ink-soft')];
  const largest = Math.max(...edges.map(({ before, after }) => Math.abs(after - before)), 0);
  const moves = nodes.flatMap((node) => [node.out[1] - node.out[0], node.in[1] - node.in[0]].map(Math.abs));
  const largestMove = Math.max(...moves, 0);
  const bar = (x: number, y: number, change: number, most: number) => {
    const middle = x + BAR.width / 2;
    const length = most === 0 ? 0 : (Math.abs(change) / most) * (BAR.width / 2 - 4);
    const box = {
      x: change < 0 ? middle - length : middle,
      y: y - BAR.height / 2,
      width: length,
      height: BAR.height,
    };
    const line = rectOf({
      x: middle - 0.25,
      y: y - ROW / 2,
      width: 0.5,
      height: ROW,
      fill: colour('border-strong'),
    });
    const hue = colour(change < 0 ? 'fall' : 'rise');
    return (
      line +
      (change === 0
        ? ''
        : rectOf({ ...box, ...(change < 0 ? { fill: colour('panel'), stroke: hue } : { fill: hue }) }))
    );
  };
  const cell = (x: number, y: number, text: string, isStrong = false) =>
    textOf({ x, y, text, fill: isStrong ? ink : soft, anchor: 'end', isCentred: true, isBold: isStrong });
  const head = (x: number, text: string, anchor: 'start' | 'end' = 'end') =>
    textOf({ x, y: 8, text, fill: soft, size: 10, anchor });

  const left = MARGIN;
  const right = MARGIN + EDGES_WIDTH + 20;
  const rows = Math.max(edges.length, nodes.length);
  return paperOf({
    width: right + NODES_WIDTH,
    height: TOP + rows * ROW,
    title: `What ${names === null ? 'changed' : 'differs'} from ${sides.from} to ${sides.to}`,
    lines: [
      `${names === null ? run : `${names.other} and ${names.own}`}, ${methodText(analysis)}`,
      totalsText(difference, names),
      ...(difference.roles.length === 0
        ? []
        : [difference.roles.map((change) => roleDifferenceText(change, names)).join(' · ')]),
    ],
    colour,
    body: [
      head(left, 'edge', 'start'),
      head(left + 200, names?.other ?? 'before'),
      head(left + 260, names?.own ?? 'after'),
      head(left + 318, names ? 'difference' : 'change'),
      ...edges.flatMap(({ source, target, before, after }, index) => {
        const y = TOP + index * ROW;
        return [
          textOf({ x: left, y, text: `${source} → ${target}`, fill: ink, isCentred: true }),
          cell(left + 200, y, weightText(before)),
          cell(left + 260, y, weightText(after)),
          cell(left + 318, y, signedText(after - before), true),
          bar(left + 328, y, after - before, largest),
        ];
      }),
      head(right, 'node', 'start'),
      head(right + 120, 'out-strength'),
      head(right + 290, 'in-strength'),
      ...nodes.flatMap((node, index) => {
        const y = TOP + index * ROW;
        const [out, into] = [node.out[1] - node.out[0], node.in[1] - node.in[0]];
        return [
          textOf({ x: right, y, text: node.id, fill: ink, isCentred: true }),
          ...(out === 0
            ? []
            : [cell(right + 120, y, signedText(out), true), bar(right + 128, y, out, largestMove)]),
          ...(into === 0
            ? []
            : [cell(right + 290, y, signedText(into), true), bar(right + 298, y, into, largestMove)]),
        ];
      }),
    ].join(''),
  });
}
