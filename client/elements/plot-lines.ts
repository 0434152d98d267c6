/**
 * How the lines of a chart are told apart: metrics of one run by colour; of several runs each has a colour and a dash of
 * its own, so that none is told by colour alone, and a second metric is thinner.
 */
import type { ColourName } from './palette.ts';

const WIDTH_PIXELS = 1.6;
const THIN_PIXELS = 1;
/** Of the runs, in turn: at least 3 : 1 beside the panel, in both schemes (theme.ts). */
export const RUN_COLOURS: readonly ColourName[] = [
  'line',
  'run-2',
  'run-3',
  'run-4',
  'run-5',
  'run-6',
  'run-7',
  'run-8',
];
const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [14, 4],
  [5, 2, 1, 2],
  [1, 4],
  [12, 3, 5, 3],
];

/** What a column of the data is. */
export type PlotSeries = {
  readonly kind: 'value' | 'high' | 'low' | 'floor';
  /** Index of its run and of its metric. */
  readonly line: number;
  readonly metric: number;
};

export type Stroke = { readonly name: ColourName; readonly dash: number[]; readonly width: number };

export type StrokeOptions = { readonly line: number; readonly metric: number; readonly several: boolean };

export function strokeOf({ line, metric, several }: StrokeOptions): Stroke {
  if (!several) return { name: metric % 2 === 0 ? 'line' : 'line-second', dash: [], width: WIDTH_PIXELS };
  return {
    name: RUN_COLOURS[line % RUN_COLOURS.length],
    dash: [...DASHES[line % DASHES.length]],
    width: metric === 0 ? WIDTH_PIXELS : THIN_PIXELS,
  };
}

export function bandColour(colour: (name: ColourName) => string, line: number): string {
  return line === 0
    ? colour('band')
    : `color-mix(in srgb, ${colour(RUN_COLOURS[line % RUN_COLOURS.length])} 13%, transparent)`;
}
