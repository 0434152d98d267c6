/**
 * The drawing of `phasewatch-roles`: the cells of all rows and their names, which stay while a pointer moves over them, the
 * box of a column that lies under them, and the axis of steps, which stands outside of what scrolls.
 */
import { nothing, type SVGTemplateResult, svg } from 'lit';
import type { PhaseChange } from '../../protocol/phases.ts';
import { type Range, stepText } from '../view/axis.ts';
import { headline } from '../view/change-words.ts';
import { probableOf } from '../view/changes.ts';
import { labelledColumns } from '../view/role-columns.ts';
import { cellsOf, holdingText, type RoleHistory, type RoleRow } from '../view/role-history.ts';
import { fillOf } from './role-ink.ts';

/** Of all of it, in CSS pixels. */
export type TimelineShape = {
  readonly width: number;
  readonly rowHeight: number;
  /** Where the columns begin. */
  readonly left: number;
};

export type Timeline = TimelineShape & {
  readonly history: RoleHistory;
  readonly ends: readonly Range[];
};

const CELL_SHARE = 0.72;
const RIGHT_PIXELS = 14;
const LABEL_APART_PIXELS = 44;
const LETTER_PIXELS = 6.4;
const LABEL_PIXELS = { min: 40, max: 120, gap: 18 } as const;
/** Few rows share the height of twenty. */
const ROW_PIXELS = { min: 20, max: 34, shared: 400 } as const;

export function shapeOf({ rows }: RoleHistory, width: number): TimelineShape {
  const longest = rows.reduce((most, { node }) => Math.max(most, node.length), 0) * LETTER_PIXELS;
  const shared = Math.floor(ROW_PIXELS.shared / Math.max(1, rows.length));
  return {
    width,
    rowHeight: Math.max(ROW_PIXELS.min, Math.min(ROW_PIXELS.max, shared)),
    left: Math.max(LABEL_PIXELS.min, Math.min(LABEL_PIXELS.max, longest + LABEL_PIXELS.gap)),
  };
}

export function plotWidth({ width, left }: TimelineShape): number {
  return Math.max(1, width - left - RIGHT_PIXELS);
}

export function placeOf(share: number, shape: TimelineShape): number {
  return shape.left + share * plotWidth(shape);
}

export function middleOf(column: number, { ends, ...shape }: Timeline): number {
  const [left, right] = ends[column];
  return placeOf((left + right) / 2, shape);
}

export function roleRows(timeline: Timeline, changes: readonly PhaseChange[]): SVGTemplateResult {
  const { history, rowHeight, width } = timeline;
  const { rows } = history;
  const height = rows.length * rowHeight;
  return svg`
    ${rows.map(({ layer }, index) =>
      index > 0 && rows[index - 1].layer !== layer
        ? svg`<line class="layer" x1="8" x2=${width - RIGHT_PIXELS} y1=${index * rowHeight} y2=${index * rowHeight} />`
        : nothing,
    )}
    ${rows.map((row, index) => rowOf(row, index, timeline))}
    ${probableOf(changes).map((change) => changeLine(change, height, timeline))}
  `;
}

function rowOf(row: RoleRow, index: number, timeline: Timeline): SVGTemplateResult {
  const { ends, rowHeight, width, left: labels } = timeline;
  const cell = rowHeight * CELL_SHARE;
  const top = index * rowHeight + (rowHeight - cell) / 2;
  const said = row.holdings.map((holding) => holdingText(row.node, holding)).join('; ');
  return svg`<g role="img" aria-label=${said}>
    <text class="node" x=${labels - 8} y=${index * rowHeight + rowHeight / 2}>${row.node}</text>
    <line class="track" x1=${labels} x2=${width - RIGHT_PIXELS} y1=${top + cell / 2} y2=${top + cell / 2} />
    ${cellsOf(row).map(({ first, last, roles }) => {
      const left = placeOf(ends[first][0], timeline);
      // A hair less than the cell, so that holdings that follow one another can be told apart.
      const across = Math.max(1.5, placeOf(ends[last][1], timeline) - left - 1);
      const share = cell / roles.length;
      return roles.map(
        (role, part) =>
          svg`<rect data-role=${role} .style=${fillOf(role)} x=${left} y=${top + part * share} width=${across} height=${share} />`,
      );
    })}
  </g>`;
}

export function columnBox(column: number, name: string, timeline: Timeline): SVGTemplateResult {
  const { ends, history, rowHeight } = timeline;
  const [left, right] = ends[column].map((end) => placeOf(end, timeline));
  return svg`<rect class=${name} x=${left - 0.5} y="0" width=${Math.max(2, right - left)} height=${history.rows.length * rowHeight} />`;
}

/** The cell of the cursor. */
export function cellBox(row: number, column: number, timeline: Timeline): SVGTemplateResult {
  const { ends, rowHeight } = timeline;
  const [left, right] = ends[column].map((end) => placeOf(end, timeline));
  return svg`<rect class="cell" x=${left - 1} y=${row * rowHeight + 1} width=${Math.max(4, right - left + 1)} height=${rowHeight - 2} />`;
}

export function stepLabels(timeline: Timeline): SVGTemplateResult {
  const { ends, history } = timeline;
  const labelled = labelledColumns(ends, LABEL_APART_PIXELS / plotWidth(timeline));
  return svg`${labelled.map((column) => svg`<text class="step" x=${middleOf(column, timeline)} y="13">${stepText(history.columns[column].step)}</text>`)}`;
}

/** At the left end of the first column of the new phase. */
function changeLine(
  change: PhaseChange,
  height: number,
  timeline: Timeline,
): SVGTemplateResult | typeof nothing {
  const column = timeline.history.columns.findIndex(({ step }) => step >= change.interval[1]);
  if (column < 0) return nothing;
  const x = placeOf(timeline.ends[column][0], timeline) - 0.5;
  return svg`<line class="change" x1=${x} x2=${x} y1="0" y2=${height}><title>${headline(change)}</title></line>`;
}
