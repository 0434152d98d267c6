/**
 * The matrix as a figure: a rectangle for each cell, up to CELLS_MAX of them; more are an image inside of it, since a file
 * of 80,000 rectangles opens nowhere. Names and scale are text in both.
 */
import type { Analysis } from '../../protocol/state.ts';
import type { HeatColours } from '../elements/heat-colours.ts';
import { paintMatrix } from '../elements/matrix-painter.ts';
import { changeStep, contrastOf, cssOf, rampOf, STEPS, weightStep } from '../view/heat.ts';
import type { Matrix } from '../view/matrix.ts';
import { type MatrixLayout, matrixLayout } from '../view/matrix-layout.ts';
import { matrixMarks, pathOf } from '../view/matrix-marks.ts';
import type { MatrixPicture } from '../view/matrix-picture.ts';
import { cellText, changeText, unitText } from '../view/matrix-words.ts';
import { graphTitle } from '../view/model-line.ts';
import { wholeText } from '../view/number.ts';
import { type ColourOf, MARGIN, paperOf, rectOf, textOf } from './paper.ts';

const CELLS_MAX = 20_000;
const SIDE = 820;
const NUMBER_FROM = { width: 34, height: 15 } as const;
const BAR = { width: 240, height: 10 } as const;
const FOOT = 52;

export type MatrixFigure = {
  readonly analysis: Analysis;
  readonly picture: MatrixPicture;
  readonly matrix: Matrix;
  readonly run: string;
  readonly colours: HeatColours;
  readonly colour: ColourOf;
};

export function matrixFigure(options: MatrixFigure): string {
  const { analysis, picture, matrix, run, colour } = options;
  const { graph, before } = picture;
  const layout = matrixLayout(matrix, analysis.nodes, { width: SIDE, height: SIDE });
  const { name, step, method } = graphTitle(graph, analysis, 0);
  const since = before === null ? '' : `, change since step ${wholeText(before.step)}`;
  const bottom = layout.top + layout.height;
  const isImage = matrix.cells.length > CELLS_MAX;
  return paperOf({
    width: Math.max(520, Math.ceil(layout.left + layout.width + 2 * MARGIN)),
    height: bottom + FOOT,
    title: `Effects between components, ${step}${since}`,
    lines: [`${run}, ${name}`, method],
    colour,
    body: [
      isImage ? imageOf(options, layout) : cellsOf(options, layout),
      marksOf(options, layout),
      scaleOf(options, bottom + 18),
    ].join(''),
  });
}

function imageOf({ matrix, picture, colours }: MatrixFigure, layout: MatrixLayout): string {
  const canvas = document.createElement('canvas');
  paintMatrix({ canvas, matrix, layout, picture, colours, font: 'sans-serif', ratio: 2 });
  const { left, top, width, height } = layout;
  return `<image x="${left}" y="${top}" width="${width}" height="${height}" preserveAspectRatio="none" href="${canvas.toDataURL('image/png')}"/>`;
}

function cellsOf({ matrix, picture, colours }: MatrixFigure, layout: MatrixLayout): string {
  const { values, top, before, isActive } = picture;
  const isChange = before !== null;
  const ramp = rampOf(isChange ? colours.changes : colours.weights);
  const hasNumbers = layout.cellWidth >= NUMBER_FROM.width && layout.cellHeight >= NUMBER_FROM.height;
  const across = matrix.columns.length;
  const parts: string[] = [];
  matrix.cells.forEach((edge, at) => {
    const value = edge < 0 ? undefined : values[edge];
    if (value === undefined) return;
    const x = layout.left + (at % across) * layout.cellWidth;
    const y = layout.top + Math.floor(at / across) * layout.cellHeight;
    const colour = ramp[isChange ? changeStep(value, top) : weightStep(value, top)];
    const ink = contrastOf(colour, [0, 0, 0]) > contrastOf(colour, [255, 255, 255]) ? '#000' : '#fff';
    const box = { x: x + 0.5, y: y + 0.5, width: layout.cellWidth - 1, height: layout.cellHeight - 1 };
    parts.push(
      rectOf({
        ...box,
        fill: cssOf(colour),
        ...(isActive(edge) && layout.cellWidth >= 8 ? { stroke: ink } : {}),
      }),
    );
    if (hasNumbers)
      parts.push(
        textOf({
          x: x + layout.cellWidth / 2,
          y: y + layout.cellHeight / 2,
          text: cellText(value, isChange),
          fill: ink,
          size: 10,
          anchor: 'middle',
          isCentred: true,
        }),
      );
  });
  return parts.join('');
}

function marksOf({ analysis, matrix, colour }: MatrixFigure, layout: MatrixLayout): string {
  const marks = matrixMarks({
    nodes: analysis.nodes,
    layers: analysis.model.layers,
    layout,
    matrix,
    pinned: null,
  });
  return [
    `<path d="${pathOf(marks.outline)}" fill="none" stroke="${colour('ink-faint')}"/>`,
    `<path d="${pathOf(marks.layers)}" fill="none" stroke="${colour('border-strong')}"/>`,
    ...marks.texts.map(({ kind, text, x, y, anchor }) =>
      textOf({
        ...{ x, y, text, fill: colour(kind === 'layer' ? 'ink' : 'ink-soft'), isBold: kind === 'layer' },
        anchor: anchor === 'end' ? 'end' : anchor === 'up' && kind !== 'axis' ? 'start' : 'middle',
        isCentred: anchor !== 'middle',
        isUpright: anchor === 'up',
      }),
    ),
  ].join('');
}

function scaleOf({ analysis, picture, colours, colour }: MatrixFigure, y: number): string {
  const { top, before, isCut } = picture;
  const isChange = before !== null;
  const ramp = rampOf(isChange ? colours.changes : colours.weights);
  const stops = Array.from({ length: 17 }, (_, stop) => {
    const share = stop / 16;
    return `<stop offset="${share}" stop-color="${cssOf(ramp[Math.round(share * (STEPS - 1))])}"/>`;
  });
  const number = (value: number) => (isChange ? changeText(value) : String(value));
  const cut = isCut ? '≥ ' : '';
  const ends = isChange ? [number(-top), '0', number(top)] : ['0', `${cut}${number(top)}`];
  const label = `${isChange ? 'change' : 'weight'}: ${unitText(analysis)}; frames: active, above ${analysis.activityThreshold}`;
  return [
    `<defs><linearGradient id="heat">${stops.join('')}</linearGradient></defs>`,
    textOf({ x: MARGIN, y, text: label, fill: colour('ink-soft') }),
    rectOf({ x: MARGIN, y: y + 6, ...BAR, fill: 'url(#heat)', stroke: colour('border-strong') }),
    ...ends.map((text, index) => {
      const share = index / (ends.length - 1);
      const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
      return textOf({
        x: MARGIN + share * BAR.width,
        y: y + 28,
        text,
        fill: colour('ink-soft'),
        size: 10,
        anchor,
      });
    }),
  ].join('');
}
