/**
 * A chart as a figure for a paper: a self-contained SVG of what is seen, with title, run and method, both axes, phases,
 * uncertainty, lines and their legend. Colours are resolved; long lines are thinned out per half pixel (`view/decimated.ts`).
 */
import type { Analysis } from '../../protocol/state.ts';
import { firstFrom } from '../../protocol/trainer.ts';
import type { Scene } from '../elements/chart-scene.ts';
import type { ColourName } from '../elements/palette.ts';
import { type PlotSeries, RUN_COLOURS, strokeOf } from '../elements/plot-lines.ts';
import { plotTable, seriesOf } from '../elements/plot-table.ts';
import { type Range, shareOf, stepText, stepTicks, tickText, valueRange } from '../view/axis.ts';
import { legendText } from '../view/branches.ts';
import { opacityOf } from '../view/changes.ts';
import { decimated } from '../view/decimated.ts';
import type { Cells } from '../view/lines.ts';
import { methodText } from '../view/method.ts';

const WIDTH = 680;
const PLOT = { left: 58, top: 62, width: 604, height: 268 } as const;
const BOTTOM = PLOT.top + PLOT.height;
const LEGEND_ROW = 18;
const LETTER = 6.1;
/** With fewer samples than one in so many pixels, each is a dot. */
const DOT_PIXELS = 7;
const AXIS_WORDS = { linear: '', asinh: ', asinh scale', log: ', logarithmic scale' } as const;

export type FigureOptions = {
  readonly analysis: Analysis | null;
  readonly colour: (name: ColourName) => string;
};

export function chartFigure(scene: Scene, { analysis, colour }: FigureOptions): string {
  const { panel, lines, view, tokens, ghosts, bands, changes, remarks } = scene;
  const series = seriesOf(lines, panel);
  const { x, cells } = plotTable(lines, panel, { series, axis: view.axis });
  const [from, to] = view.range;
  // One row beyond each end, so that a line leaves the plot where it leads.
  const rows: Range = [Math.max(0, firstFrom(x, from) - 1), Math.min(x.length - 1, firstFrom(x, to))];
  const values = valuesShown(scene, cells, [firstFrom(x, from), firstFrom(x, to)], x);
  const placeX = (step: number) => PLOT.left + shareOf(step, view.range, view.axis) * PLOT.width;
  const placeY = (value: number) => BOTTOM - ((value - values[0]) / (values[1] - values[0])) * PLOT.height;
  const point = (row: number, column: Cells) => `${short(placeX(x[row]))} ${short(placeY(column[row] ?? 0))}`;
  const stretches = (column: Cells) => decimated(column, ...rows, (row) => Math.floor(2 * placeX(x[row])));
  const several = lines.length > 1;
  const parts: string[] = [];

  for (const { name, start, end } of bands) {
    const [left, right] = [placeX(Math.max(from, start)), placeX(Math.min(to, end))];
    if (!(right > left)) continue;
    parts.push(rect(left, PLOT.top, right - left, PLOT.height, colour(`phase-${name}`), 0.12));
    if (name !== 'unnamed' && right - left > name.length * LETTER + 8)
      parts.push(text(left + 4, PLOT.top + 12, name, { size: 10, fill: colour('ink-faint') }));
  }
  const unit = tokens ?? 1;
  for (const tick of stepTicks(from * unit, to * unit, view.axis, 10)) {
    const at = placeX(tick / unit);
    parts.push(line(at, PLOT.top, at, BOTTOM, colour('grid')));
    parts.push(
      text(at, BOTTOM + 15, stepText(Number(tick.toPrecision(12))), {
        size: 10,
        fill: colour('ink'),
        anchor: 'middle',
      }),
    );
  }
  for (const tick of valueTicks(values, panel.isCount)) {
    parts.push(line(PLOT.left, placeY(tick), PLOT.left + PLOT.width, placeY(tick), colour('grid')));
    parts.push(
      text(PLOT.left - 6, placeY(tick) + 3.5, tickText(tick), {
        size: 10,
        fill: colour('ink'),
        anchor: 'end',
      }),
    );
  }

  const drawn: string[] = [];
  for (const change of changes) {
    const at = placeX(change.interval[1]);
    drawn.push(
      line(at, PLOT.top, at, BOTTOM, colour('ink'), `stroke-opacity="${short(0.5 * opacityOf(change))}"`),
    );
  }
  series.forEach(({ kind, line: index }, at) => {
    if (kind !== 'high') return;
    const fill = index === 0 ? colour('line') : colour(RUN_COLOURS[index % RUN_COLOURS.length]);
    const low = stretches(cells[at + 1]);
    stretches(cells[at]).forEach((stretch, number) => {
      const upper = stretch.map((row) => point(row, cells[at]));
      const lower = (low[number] ?? []).toReversed().map((row) => point(row, cells[at + 1]));
      drawn.push(`<path d="M${[...upper, ...lower].join('L')}Z" fill="${fill}" fill-opacity="0.14"/>`);
    });
  });
  for (const { series: metric, points } of ghosts) {
    const stroke = colour(strokeOf({ line: 0, metric, several }).name);
    const path = points
      .filter(({ step }) => view.axis !== 'log' || step > 0)
      .map(({ step, value }) => `${short(placeX(step))} ${short(placeY(value))}`)
      .join('L');
    drawn.push(
      `<path d="M${path}" fill="none" stroke="${stroke}" stroke-opacity="0.5" stroke-width="1.3" stroke-dasharray="4 3"/>`,
    );
  }
  series.forEach((one, at) => {
    if (one.kind !== 'value' && one.kind !== 'floor') return;
    const { name, dash, width } = looksOf(one, several);
    for (const stretch of stretches(cells[at])) {
      drawn.push(
        `<path d="M${stretch.map((row) => point(row, cells[at])).join('L')}" fill="none" stroke="${colour(name)}" stroke-width="${width}" stroke-linejoin="round"${dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''}/>`,
      );
      const isRoomy = stretch.length === 1 || (rows[1] - rows[0] + 1) * DOT_PIXELS < PLOT.width;
      if (one.kind === 'value' && isRoomy)
        for (const row of stretch) {
          const [cx, cy] = point(row, cells[at]).split(' ');
          drawn.push(`<circle cx="${cx}" cy="${cy}" r="2" fill="${colour(name)}"/>`);
        }
    }
  });
  for (const step of lines[0].columns.failedSteps)
    drawn.push(line(placeX(step), BOTTOM - 7, placeX(step), BOTTOM, colour('bad'), 'stroke-width="2"'));

  const legend = legendRows(scene, series, colour);
  const notes = remarks.map((remark, index) =>
    text(PLOT.left, BOTTOM + 58 + (legend.length + index) * LEGEND_ROW, remark, {
      size: 10,
      fill: colour('ink-faint'),
    }),
  );
  const height = BOTTOM + 54 + (legend.length + notes.length) * LEGEND_ROW;
  const what = [
    several ? `${lines.length} runs` : lines[0].name,
    ...(analysis ? [methodText(analysis)] : []),
  ].join(' · ');
  const axisTitle = `${tokens === null ? 'training step' : 'tokens'}${AXIS_WORDS[view.axis]}`;
  const title = `${panel.label}${panel.unit ? ` (${panel.unit})` : ''}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="Helvetica, Arial, 'Liberation Sans', sans-serif" role="img">`,
    `<title>${escaped(`${title}, ${what}`)}</title>`,
    rect(0, 0, WIDTH, height, colour('panel'), 1),
    text(PLOT.left, 26, title, { size: 15, fill: colour('ink'), weight: 600 }),
    text(PLOT.left, 45, what, { size: 11, fill: colour('ink-faint') }),
    ...parts,
    `<clipPath id="plot"><rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${PLOT.height}"/></clipPath>`,
    `<g clip-path="url(#plot)">${drawn.join('')}</g>`,
    `<path d="M${PLOT.left} ${PLOT.top}V${BOTTOM}H${PLOT.left + PLOT.width}" fill="none" stroke="${colour('ink')}" stroke-width="0.8"/>`,
    text(PLOT.left + PLOT.width / 2, BOTTOM + 33, axisTitle, {
      size: 11,
      fill: colour('ink'),
      anchor: 'middle',
    }),
    ...legend.map(
      (row, index) => `<g transform="translate(${PLOT.left} ${BOTTOM + 54 + index * LEGEND_ROW})">${row}</g>`,
    ),
    ...notes,
    '</svg>',
  ].join('');
}

/** Extremes of what is seen, bounds and what was left behind included. */
function valuesShown(
  { panel, ghosts, view }: Scene,
  cells: readonly Cells[],
  [first, last]: Range,
  x: ArrayLike<number>,
): Range {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (value: number | null | undefined) => {
    if (value == null) return;
    least = Math.min(least, value);
    most = Math.max(most, value);
  };
  for (const column of cells)
    for (let row = first; row < last || (row === last && x[row] === view.range[1]); row += 1)
      take(column[row]);
  for (const { points } of ghosts)
    for (const { step, value } of points) if (step >= view.range[0] && step <= view.range[1]) take(value);
  return most >= least
    ? valueRange(least, most, panel.metrics[0].range, panel.isCount)
    : valueRange(null, null, panel.metrics[0].range);
}

/** Multiples of 1, 2 or 5 times a power of ten, about six of them. */
function valueTicks([min, max]: Range, isCount: boolean): number[] {
  const least = (max - min) / 6;
  const power = 10 ** Math.floor(Math.log10(least));
  const found = power * ([1, 2, 5].find((lead) => lead * power >= least) ?? 10);
  const apart = isCount ? Math.max(1, found) : found;
  const first = Math.ceil(min / apart);
  return Array.from({ length: Math.floor(max / apart) - first + 1 }, (_, index) => (first + index) * apart);
}

function looksOf({ kind, line: index, metric }: PlotSeries, several: boolean) {
  if (kind === 'floor') return { name: 'ink-faint', dash: [4, 3], width: 1 } as const;
  return strokeOf({ line: index, metric, several });
}

/** Samples of the strokes and what they are, as many beside one another as there is room for. */
function legendRows(scene: Scene, series: readonly PlotSeries[], colour: FigureOptions['colour']): string[] {
  const { panel, lines, ghosts, branches } = scene;
  const several = lines.length > 1;
  const entries = series.flatMap((one): { readonly words: string; readonly mark: string }[] => {
    if (one.kind === 'high' || one.kind === 'low') return [];
    const { name, dash, width } = looksOf(one, several);
    const metric = panel.metrics[one.metric].label;
    const run = lines[one.line].name;
    const words =
      one.kind === 'floor'
        ? 'noise is below'
        : !several
          ? metric
          : panel.metrics.length > 1
            ? `${run}: ${metric}`
            : run;
    return [
      {
        words,
        mark: line(
          0,
          -4,
          24,
          -4,
          colour(name),
          `stroke-width="${width}" stroke-dasharray="${dash.join(' ')}"`,
        ),
      },
    ];
  });
  if (series.some(({ kind }) => kind === 'high'))
    entries.push({
      words: '± one standard error over prompts',
      mark: rect(0, -9, 24, 10, colour('line'), 0.14),
    });
  if (ghosts.length > 0)
    entries.push({
      words: legendText(branches),
      mark: line(0, -4, 24, -4, colour('line'), 'stroke-opacity="0.5" stroke-dasharray="4 3"'),
    });
  const rows: string[] = [];
  let [row, at] = ['', 0];
  for (const { words, mark } of entries) {
    const width = 30 + words.length * LETTER + 18;
    if (at > 0 && at + width > PLOT.width) {
      rows.push(row);
      [row, at] = ['', 0];
    }
    row += `<g transform="translate(${at} 0)">${mark}${text(30, 0, words, { size: 11, fill: colour('ink') })}</g>`;
    at += Math.ceil(width);
  }
  return row === '' ? rows : [...rows, row];
}

type TextLook = {
  readonly size: number;
  readonly fill: string;
  readonly anchor?: 'middle' | 'end';
  readonly weight?: number;
};

function text(x: number, y: number, words: string, { size, fill, anchor, weight }: TextLook): string {
  return `<text x="${short(x)}" y="${short(y)}" font-size="${size}" fill="${fill}"${anchor ? ` text-anchor="${anchor}"` : ''}${weight ? ` font-weight="${weight}"` : ''}>${escaped(words)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string, more = ''): string {
  return `<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" stroke="${stroke}" ${more}/>`;
}

function rect(x: number, y: number, width: number, height: number, fill: string, opacity: number): string {
  return `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${fill}" fill-opacity="${opacity}"/>`;
}

/** Hundredths of a pixel. */
function short(value: number): number {
  return Math.round(value * 100) / 100;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
