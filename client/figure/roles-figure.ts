/**
 * The timeline of roles as a figure: a row a node, cells as on the page, steps below, the roles' marks in a legend.
 */
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Analysis } from '../../protocol/state.ts';
import { stepText } from '../view/axis.ts';
import { probableOf } from '../view/changes.ts';
import { methodText } from '../view/method.ts';
import { type ColumnAxis, columnEnds, labelledColumns } from '../view/role-columns.ts';
import { cellsOf, type RoleHistory } from '../view/role-history.ts';
import { ROLES, type Role } from '../view/roles.ts';
import { type ColourOf, MARGIN, paperOf, rectOf, textOf } from './paper.ts';

export type RolesFigure = {
  readonly history: RoleHistory;
  readonly axis: ColumnAxis;
  readonly changes: readonly PhaseChange[];
  readonly run: string;
  readonly analysis: Analysis;
  readonly colour: ColourOf;
};

const WIDTH = 820;
const ROW = 18;
const CELL = 13;
const LETTER = 6.4;
const LABEL_APART = 44;
const AXIS_WORDS: Readonly<Record<string, string>> = {
  checkpoint: 'step, every checkpoint equally wide',
  linear: 'step',
  asinh: 'step, asinh',
};

export function rolesFigure({ history, axis, changes, run, analysis, colour }: RolesFigure): string {
  const { rows, columns } = history;
  const left = MARGIN + rows.reduce((most, { node }) => Math.max(most, node.length), 0) * LETTER + 8;
  const across = WIDTH - left - MARGIN;
  const top = 26;
  const bottom = top + rows.length * ROW;
  const ends = columnEnds(columns, axis);
  const x = (share: number) => left + share * across;
  const fill = (role: Role) => (role === 'spreader' ? colour(role) : `url(#${role})`);
  const legend = ROLES.flatMap((role, index) => [
    rectOf({ x: left + index * 100, y: 0, width: 12, height: 12, fill: fill(role) }),
    textOf({ x: left + index * 100 + 18, y: 10, text: role, fill: colour('ink-soft') }),
  ]);
  const cells = rows.flatMap((row, index) => {
    const y = top + index * ROW + (ROW - CELL) / 2;
    return [
      textOf({
        x: left - 8,
        y: y + CELL / 2,
        text: row.node,
        fill: colour('ink'),
        anchor: 'end',
        isCentred: true,
      }),
      rectOf({ x: left, y: y + CELL / 2, width: across, height: 0.5, fill: colour('border') }),
      ...cellsOf(row).flatMap(({ first, last, roles }) =>
        roles.map((role, part) =>
          rectOf({
            x: x(ends[first][0]),
            y: y + (part * CELL) / roles.length,
            width: Math.max(1, x(ends[last][1]) - x(ends[first][0]) - 0.8),
            height: CELL / roles.length,
            fill: fill(role),
          }),
        ),
      ),
    ];
  });
  const lines = probableOf(changes).flatMap(({ interval }) => {
    const column = columns.findIndex(({ step }) => step >= interval[1]);
    return column < 0
      ? []
      : [
          rectOf({
            x: x(ends[column][0]) - 0.5,
            y: top,
            width: 1,
            height: bottom - top,
            fill: colour('ink'),
          }),
        ];
  });
  const labels = labelledColumns(ends, LABEL_APART / across).map((column) =>
    textOf({
      x: x((ends[column][0] + ends[column][1]) / 2),
      y: bottom + 14,
      text: stepText(columns[column].step),
      fill: colour('ink-soft'),
      size: 10,
      anchor: 'middle',
    }),
  );
  const axisName = textOf({
    x: left + across / 2,
    y: bottom + 30,
    text: AXIS_WORDS[axis] ?? 'step',
    fill: colour('ink-soft'),
    anchor: 'middle',
  });
  return paperOf({
    width: WIDTH,
    height: bottom + 34,
    title: 'Roles over checkpoints',
    lines: [
      `${run}, ${columns.length} checkpoints, ${methodText(analysis)}`,
      'above the 95th percentile of out-strength (spreader), in-strength (gatherer), betweenness (gatekeeper); lines: phase changes',
    ],
    colour,
    body: [patterns(colour), ...legend, ...cells, ...lines, ...labels, axisName].join(''),
  });
}

/** Told apart without colour, as in `role-ink.ts`. */
function patterns(colour: ColourOf): string {
  const panel = colour('panel');
  return `<defs><pattern id="gatherer" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="${colour('gatherer')}"/><rect width="1.4" height="5" fill="${panel}"/></pattern><pattern id="gatekeeper" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="${colour('gatekeeper')}"/><circle cx="2.5" cy="2.5" r="1.1" fill="${panel}"/></pattern></defs>`;
}
