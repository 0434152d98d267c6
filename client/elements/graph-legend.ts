/**
 * The legend of `phasewatch-graph`: shapes, roles, and the scale of edge weights with its threshold, or of changes and
 * their kinds while the graph is compared with another.
 */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { EdgeFate } from '../view/difference.ts';
import { markOf } from '../view/role-marks.ts';
import { ROLE_EXPLANATIONS, ROLES } from '../view/roles.ts';
import { FATE_INKS } from './edge-painter.ts';

const WEDGE = { width: 92, height: 7 } as const;
const KEY_RADIUS = 4;
const FATES: readonly { readonly fate: EdgeFate; readonly title: string }[] = [
  { fate: 'added', title: 'Above the threshold of an active edge now, and not before' },
  { fate: 'stronger', title: 'Grew without passing the threshold of an active edge' },
  { fate: 'weaker', title: 'Shrank without passing the threshold of an active edge' },
  { fate: 'removed', title: 'Above the threshold of an active edge before, and not now' },
];

export function graphLegend(top: number, threshold: number, comparing: boolean): TemplateResult {
  return html`
    <span class="item"><svg width="12" height="12"><circle class="key-node" cx="6" cy="6" r="5" /></svg>head</span>
    <span class="item"><svg width="12" height="12"><rect class="key-node" x="1" y="1" width="10" height="10" rx="2" /></svg>MLP</span>
    ${ROLES.map(
      (role) => html`<span class="item" title=${ROLE_EXPLANATIONS[role]}>
        <svg width="16" height="16" viewBox="-8 -8 16 16"><g class="node" data-role=${role}>
          ${role === 'gatekeeper' ? svg`<circle class="keeper" r="6.5" />` : nothing}<circle class="shape" r="4" cy=${role === 'spreader' ? 2.5 : role === 'gatherer' ? -2.5 : 0} />
          ${role === 'gatekeeper' ? nothing : svg`<path class="mark ${role}" d=${markOf(role, KEY_RADIUS)} transform=${role === 'spreader' ? 'translate(0 2.5)' : 'translate(0 -2.5)'} />`}
        </g></svg>${role}
      </span>`,
    )}
    ${comparing ? fateItems(top) : weightItem(top, threshold)}
  `;
}

function fateItems(top: number): TemplateResult[] {
  const items = FATES.map(({ fate, title }) => {
    const { colour, opacity, extraPixels, dash } = FATE_INKS[fate];
    return html`<span class="item" title=${title}>
      <svg width="26" height="8"><path class="key-edge ${colour}" d="M0 4 H26" stroke-width=${2 + extraPixels} stroke-opacity=${opacity} stroke-dasharray=${dash.join(' ')} /></svg>${fate}
    </span>`;
  });
  return [
    ...items,
    html`<span class="item" title="What the widest edge stands for">width: change up to ${top}</span>`,
  ];
}

function weightItem(top: number, threshold: number): TemplateResult {
  return html`<span class="item" title="Total effect of ablating the source on the target. ${threshold} is the threshold of an active edge.">
    weight
    <svg width=${WEDGE.width + 14} height="24" viewBox="-7 0 ${WEDGE.width + 14} 24" role="img"
      aria-label="Edge weight from 0 to ${top}">
      <defs>
        <linearGradient id="wedge">
          <stop class="wedge-weak" offset="0" />
          <stop class="wedge-strong" offset="1" />
        </linearGradient>
      </defs>
      <path fill="url(#wedge)" d="M0 5.5 L${WEDGE.width} 2 V9 L0 6.2 Z" />
      ${[0, ...(threshold < top ? [threshold] : []), top].map((weight) => {
        const x = (weight / top) * WEDGE.width;
        return svg`<line class="tick" x1=${x} x2=${x} y1="11" y2="14" /><text x=${x} y="23">${weight}</text>`;
      })}
    </svg>
  </span>`;
}
