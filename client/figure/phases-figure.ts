/**
 * The ribbon of phases as a figure: bands with their names, changes as marks with their probability, steps below, and what
 * drove each change in a list.
 */
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import type { Analysis, Checkpoint } from '../../protocol/state.ts';
import { type Range, type StepAxis, shareOf, stepText } from '../view/axis.ts';
import { intervalText, probabilityText, signalText } from '../view/change-words.ts';
import { newestFirst, probableOf } from '../view/changes.ts';
import { methodText } from '../view/method.ts';
import { insideOf, itemsOf } from '../view/phase-items.ts';
import { labelledColumns } from '../view/role-columns.ts';
import { type ColourOf, MARGIN, paperOf, rectOf, short, textOf, wrapped } from './paper.ts';

export type PhasesFigure = {
  readonly segments: readonly PhaseSegment[];
  readonly changes: readonly PhaseChange[];
  readonly checkpoints: readonly Checkpoint[];
  readonly axis: StepAxis;
  readonly range: Range;
  readonly run: string;
  readonly analysis: Analysis;
  readonly colour: ColourOf;
};

const WIDTH = 820;
const ACROSS = WIDTH - 2 * MARGIN;
const BAND = { top: 14, height: 26, line: 4 } as const;
const LETTER = 6.4;
const LABEL_APART = 48;
const LISTED_MAX = 8;
const SIGNALS_MAX = 3;
const LINE = 15;
/** Of a line of the list. */
const LETTERS_MAX = 118;

export function phasesFigure(figure: PhasesFigure): string {
  const { segments, changes, checkpoints, axis, range, run, analysis, colour } = figure;
  const x = (step: number) => MARGIN + insideOf(step, range, axis) * ACROSS;
  const [ink, soft] = [colour('ink'), colour('ink-soft')];
  const bottom = BAND.top + BAND.height;
  const marks = itemsOf(segments, changes, axis, range).map((item) => {
    if (item.kind === 'change') {
      const [from, to] = item.change.interval.map(x);
      return [
        `<rect x="${short(from)}" y="${BAND.top}" width="${short(Math.max(1, to - from))}" height="${BAND.height}" fill="${ink}" fill-opacity="0.2"/>`,
        rectOf({ x: to - 0.75, y: BAND.top - 6, width: 1.5, height: BAND.height + 6, fill: ink }),
        `<path d="M${short(to - 5)} ${BAND.top - 8}h10l-5 7z" fill="${ink}"/>`,
      ].join('');
    }
    const { name, start, end, segment } = item.band;
    const [left, right] = [x(start), x(end)];
    const hue = colour(`phase-${name}`);
    const fits = name !== 'unnamed' && right - left > name.length * LETTER + 12;
    return [
      `<rect x="${short(left)}" y="${BAND.top}" width="${short(Math.max(0.5, right - left - 1))}" height="${BAND.height}" fill="${hue}" fill-opacity="0.22"/>`,
      rectOf({
        x: left,
        y: bottom - BAND.line,
        width: Math.max(0.5, right - left - 1),
        height: BAND.line,
        fill: hue,
      }),
      fits ? textOf({ x: Math.max(left, x(segment.from)) + 6, y: BAND.top + 14, text: name, fill: ink }) : '',
    ].join('');
  });
  const places = checkpoints.flatMap(({ step }) => {
    const share = shareOf(step, range, axis);
    return share >= 0 && share <= 1 ? [{ step, share }] : [];
  });
  const labels = labelledColumns(
    places.map(({ share }): Range => [share, share]),
    LABEL_APART / ACROSS,
  ).map((index) =>
    textOf({
      x: MARGIN + places[index].share * ACROSS,
      y: bottom + 14,
      text: stepText(places[index].step),
      fill: soft,
      size: 10,
      anchor: 'middle',
    }),
  );
  const listed = newestFirst(probableOf(changes)).slice(0, LISTED_MAX);
  const listLines = listed.flatMap((change) => {
    const drivers = change.signals.slice(0, SIGNALS_MAX).map(signalText).join(', ');
    return wrapped(
      `${intervalText(change)}, probability ${probabilityText(change.probability)}: ${drivers}`,
      LETTERS_MAX,
    );
  });
  const list = listLines.map((text, index) =>
    textOf({ x: MARGIN, y: bottom + 52 + index * LINE, text, fill: soft }),
  );
  const axisName = axis === 'linear' ? 'step' : `step, ${axis}`;
  return paperOf({
    width: WIDTH,
    height: bottom + 40 + listLines.length * LINE,
    title: 'Phases',
    lines: [
      `${run}, ${checkpoints.length} checkpoints, ${methodText(analysis)}`,
      'bands: phases by name; marks: changes, each after the left and not after the right end of its interval',
    ],
    colour,
    body: [
      ...marks,
      ...labels,
      textOf({ x: MARGIN + ACROSS / 2, y: bottom + 30, text: axisName, fill: soft, anchor: 'middle' }),
      ...list,
    ].join(''),
  });
}
