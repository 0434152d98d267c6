/** The tip of `phasewatch-graph`: what is said of the node or edge that is pointed at, and where it stands. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Size } from '../controllers/size-controller.ts';
import type { Tip } from '../view/tips.ts';

const TIP_OFFSET_PIXELS = 14;
const TIP_OFFSET_NODE_PIXELS = 28;
const TIP_HEIGHT_PIXELS = 208;

/** What is pointed at, and where: CSS pixels of the stage. */
export type Target =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'node'; readonly node: number; readonly x: number; readonly y: number }
  | { readonly kind: 'edge'; readonly edge: number; readonly x: number; readonly y: number };

export function graphTip(tip: Tip | null, target: Target, size: Size): TemplateResult | typeof nothing {
  if (tip === null || target.kind === 'nothing') return nothing;
  return html`<div class="tip" part="tip" data-testid="tip" .style=${tipStyle(target, size)}>
    <b>${tip.title}</b>${tip.lines.map((line) => html`<span>${line}</span>`)}
    ${tip.notes?.map((note) => html`<span class="note">${note}</span>`)}
  </div>`;
}

/** Beside a node, where there are no edges; below or above the pointer on an edge. Always inside the stage. */
function tipStyle(target: Exclude<Target, { kind: 'nothing' }>, size: Size): string {
  const offset = target.kind === 'node' ? TIP_OFFSET_NODE_PIXELS : TIP_OFFSET_PIXELS;
  const across =
    target.x > size.width * 0.6 ? `right:${size.width - target.x + offset}px` : `left:${target.x + offset}px`;
  if (target.kind === 'edge' && target.y > size.height * 0.6)
    return `${across};bottom:${size.height - target.y + offset}px`;
  const top = target.kind === 'node' ? target.y - TIP_HEIGHT_PIXELS / 2 : target.y + offset;
  return `${across};top:${Math.max(0, Math.min(size.height - TIP_HEIGHT_PIXELS, top))}px`;
}
