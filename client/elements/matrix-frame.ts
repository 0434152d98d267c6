/**
 * What stands around and over the cells of a matrix: names of layers and nodes, the outline of what is possible, the cross
 * under the cursor, its tip, and the legend with the bar of colours.
 */
import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { Size } from '../controllers/size-controller.ts';
import { cssOf, rampOf, STEPS } from '../view/heat.ts';
import type { Cell } from '../view/matrix.ts';
import type { MatrixLayout } from '../view/matrix-layout.ts';
import { type MarksOptions, type MatrixText, matrixMarks, pathOf } from '../view/matrix-marks.ts';
import type { MatrixPicture } from '../view/matrix-picture.ts';
import type { CellWords } from '../view/matrix-words.ts';
import { wholeText } from '../view/number.ts';
import type { HeatColours } from './heat-colours.ts';

export function matrixFrame(options: MarksOptions): SVGTemplateResult {
  const { outline, layers, texts } = matrixMarks(options);
  return svg`<path class="outline" d=${pathOf(outline)} /><path class="layer" d=${pathOf(layers)} />${texts.map(textOf)}`;
}

function textOf({ kind, text, x, y, anchor, isPinned }: MatrixText): SVGTemplateResult {
  const turn = anchor === 'up' ? `rotate(-90 ${x} ${y})` : nothing;
  const start = anchor === 'up' && kind === 'axis' ? 'middle' : anchor;
  return svg`<text class="${kind} ${start} ${isPinned ? 'pinned' : ''}" x=${x} y=${y} transform=${turn}>${text}</text>`;
}

/** Row and column of the cell, and its frame. */
export function matrixCross(layout: MatrixLayout, cell: Cell | null): SVGTemplateResult | typeof nothing {
  if (cell === null) return nothing;
  const { left, top, cellWidth, cellHeight, width, height } = layout;
  const x = left + cell.column * cellWidth;
  const y = top + cell.row * cellHeight;
  return svg`<g class="cross">
    <rect x=${left - 4} y=${y} width=${width + 4} height=${cellHeight} />
    <rect x=${x} y=${top - 4} width=${cellWidth} height=${height + 4} />
    <rect class="cell" x=${x - 1} y=${y - 1} width=${cellWidth + 1} height=${cellHeight + 1} />
  </g>`;
}

export type TipPlace = { readonly cell: Cell; readonly layout: MatrixLayout; readonly size: Size };

/** On the side of the cell where there is more room. */
export function matrixTip(words: CellWords, { cell, layout, size }: TipPlace): TemplateResult {
  const x = layout.left + cell.column * layout.cellWidth;
  const y = layout.top + cell.row * layout.cellHeight;
  const across =
    x > size.width / 2 ? `right:${size.width - x + TIP_GAP}px` : `left:${x + layout.cellWidth + TIP_GAP}px`;
  const down =
    y > size.height / 2
      ? `bottom:${size.height - y + TIP_GAP}px`
      : `top:${y + layout.cellHeight + TIP_GAP}px`;
  return html`<div class="tip" part="tip" data-testid="tip" .style=${`${across};${down}`}>
    <b>${words.title}</b>${words.lines.map((line) => html`<span>${line}</span>`)}
  </div>`;
}

export type LegendOptions = {
  readonly picture: MatrixPicture;
  readonly colours: HeatColours;
  /** `1 − cosine, zero ablation`. */
  readonly unit: string;
  readonly threshold: number;
  readonly isPartial: boolean;
  /** Whether cells are large enough for the frame of an active edge. */
  readonly isFramed: boolean;
};

export function matrixLegend({
  picture,
  colours,
  unit,
  threshold,
  isPartial,
  isFramed,
}: LegendOptions): TemplateResult {
  const { top, before, isCut } = picture;
  const isChange = before !== null;
  const ramp = rampOf(isChange ? colours.changes : colours.weights);
  const stops = Array.from({ length: BAR_STOPS + 1 }, (_, stop) =>
    cssOf(ramp[Math.round((stop / BAR_STOPS) * (STEPS - 1))]),
  );
  const least = isChange ? -top : 0;
  const ticks = isChange ? [-top, 0, top] : [0, ...(threshold < top ? [threshold] : []), top];
  const text = (tick: number) => {
    const number = `${tick < 0 ? '−' : isChange && tick > 0 ? '+' : ''}${Math.abs(tick)}`;
    return isCut && Math.abs(tick) === top ? `${tick < 0 ? '≤' : '≥'} ${number}` : number;
  };
  return html`
    <span class="item scale" role="img" aria-label="${isChange ? 'Change' : 'Weight'} from ${text(least)} to ${text(top)}: ${unit}">
      <span class="unit">${isChange ? `change since step ${wholeText(before.step)}` : 'weight'}: ${unit}</span>
      <span class="bar" .style=${`background:linear-gradient(to right, ${stops.join(', ')})`}></span>
      <span class="ticks">${ticks.map((tick) => html`<span .style=${`left:${((tick - least) / (top - least)) * 100}%`}>${text(tick)}</span>`)}</span>
    </span>
    ${isFramed ? html`<span class="item"><i class="active"></i>active, above ${threshold}</span>` : nothing}
    <span class="item"><i class="impossible"></i>no edge possible</span>
    ${isPartial ? html`<span class="item"><i class="waiting"></i>not computed yet</span>` : nothing}
  `;
}

const BAR_STOPS = 16;
const TIP_GAP = 10;
