/**
 * Paints the cells of a matrix: one pass over the possible edges into one image of device pixels, whatever their number.
 *
 * Cells narrower than a device pixel share it, and it shows the largest of them. Cells that are not computed yet are
 * hatched; pairs without a possible edge stay empty. In cells large enough for it an edge above the activity threshold has
 * a frame, and each its number; a fall is struck through where there is no room for one.
 */
import { changeStep, contrastOf, cssOf, type Rgb, rampOf, STEPS, weightStep } from '../view/heat.ts';
import type { Matrix } from '../view/matrix.ts';
import type { MatrixLayout } from '../view/matrix-layout.ts';
import type { MatrixPicture } from '../view/matrix-picture.ts';
import { cellText } from '../view/matrix-words.ts';
import type { HeatColours } from './heat-colours.ts';

export type MatrixPaint = {
  readonly canvas: HTMLCanvasElement;
  readonly matrix: Matrix;
  readonly layout: MatrixLayout;
  readonly picture: MatrixPicture;
  readonly colours: HeatColours;
  readonly font: string;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
};

/** From this size on, in CSS pixels. */
const GAP_FROM = 6;
const FRAME_FROM = 8;
const NUMBER_FROM = { width: 31, height: 15 } as const;
const SIGNED_FROM = 38;
const HATCH_PERIOD = 5;
/** One of them has a contrast of at least 4.58 to any colour. */
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
/** A canvas of more device pixels a side is refused by some browsers. */
const SIDE_MAX = 8192;
/** Changes too small to be seen as colour need no mark. */
const STRUCK_SHARE = 0.04;

export function paintMatrix(paint: MatrixPaint): void {
  const { canvas, layout, ratio } = paint;
  const width = Math.min(SIDE_MAX, Math.max(1, Math.round(layout.width * ratio)));
  const height = Math.min(SIDE_MAX, Math.max(1, Math.round(layout.height * ratio)));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  fillCells(paint, image);
  context.putImageData(image, 0, 0);
  if (layout.cellWidth >= FRAME_FROM && layout.cellHeight >= FRAME_FROM) markCells(paint, context, image);
}

/** Ends of each cell in device pixels. */
function endsOf(count: number, pixels: number): Int32Array {
  return Int32Array.from({ length: count + 1 }, (_, index) => Math.round((index * pixels) / count));
}

function fillCells({ matrix, layout, picture, colours, ratio }: MatrixPaint, image: ImageData): void {
  const { width, height } = image;
  const { values, top, before } = picture;
  const isChange = before !== null;
  const pixels = new Uint32Array(image.data.buffer);
  const packed = Uint32Array.from(rampOf(isChange ? colours.changes : colours.weights), packedOf);
  const hatch = packedOf(colours.waiting);
  const xs = endsOf(matrix.columns.length, width);
  const ys = endsOf(matrix.rows.length, height);
  const gap = Math.min(layout.cellWidth, layout.cellHeight) >= GAP_FROM ? Math.max(1, Math.round(ratio)) : 0;
  // What a pixel shows so far, where several cells share it.
  const isShared = layout.cellWidth * ratio < 1 || layout.cellHeight * ratio < 1;
  const sizes = isShared ? new Float32Array(width * height).fill(-1) : null;
  const across = matrix.columns.length;
  for (let row = 0; row < matrix.rows.length; row += 1) {
    const [y0, y1] = [ys[row], Math.max(ys[row] + 1, ys[row + 1] - gap)];
    for (let column = 0; column < across; column += 1) {
      const edge = matrix.cells[row * across + column];
      if (edge < 0) continue;
      const [x0, x1] = [xs[column], Math.max(xs[column] + 1, xs[column + 1] - gap)];
      const value = values[edge];
      const isHere = value !== undefined;
      const colour = isHere ? packed[isChange ? changeStep(value, top) : weightStep(value, top)] : hatch;
      const size = isHere ? Math.abs(value) : -0.5;
      for (let y = y0; y < y1; y += 1)
        for (let x = x0; x < x1; x += 1) {
          if (!isHere && (x + y) % HATCH_PERIOD !== 0) continue;
          const at = y * width + x;
          if (sizes !== null) {
            if (size <= sizes[at]) continue;
            sizes[at] = size;
          }
          pixels[at] = colour;
        }
    }
  }
}

function markCells(
  paint: MatrixPaint,
  context: CanvasRenderingContext2D,
  { width, height }: ImageData,
): void {
  const { matrix, layout, ratio, colours } = paint;
  const { values, top, before, isActive } = paint.picture;
  const isChange = before !== null;
  const ramp = rampOf(isChange ? colours.changes : colours.weights);
  const xs = endsOf(matrix.columns.length, width);
  const ys = endsOf(matrix.rows.length, height);
  const isWide = layout.cellWidth >= (isChange ? SIGNED_FROM : NUMBER_FROM.width);
  const hasNumbers = isWide && layout.cellHeight >= NUMBER_FROM.height;
  const pen = Math.max(1, Math.round(ratio));
  context.font = `${Math.round(10.5 * ratio)}px ${paint.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = pen;
  const inkOn = ramp.map((colour) =>
    cssOf(contrastOf(colour, BLACK) > contrastOf(colour, WHITE) ? BLACK : WHITE),
  );
  const across = matrix.columns.length;
  matrix.cells.forEach((edge, at) => {
    const value = edge < 0 ? undefined : values[edge];
    if (value === undefined) return;
    const [row, column] = [Math.floor(at / across), at % across];
    const [x, y, w, h] = [
      xs[column],
      ys[row],
      xs[column + 1] - xs[column] - pen,
      ys[row + 1] - ys[row] - pen,
    ];
    const ink = inkOn[Math.min(STEPS - 1, isChange ? changeStep(value, top) : weightStep(value, top))];
    context.fillStyle = ink;
    context.strokeStyle = ink;
    if (hasNumbers) context.fillText(cellText(value, isChange), x + w / 2, y + h / 2 + 0.5);
    else if (isChange && value < -STRUCK_SHARE * top) {
      context.beginPath();
      context.moveTo(x + pen, y + h - pen);
      context.lineTo(x + w - pen, y + pen);
      context.stroke();
    }
    if (isActive(edge)) context.strokeRect(x + pen * 1.5, y + pen * 1.5, w - 3 * pen, h - 3 * pen);
  });
}

/** As a little-endian machine, which every browser runs on, keeps red, green, blue, alpha. */
function packedOf([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
