/** The legend of `phasewatch-graph`: shapes, roles, and the scale of edge weights with its threshold. */
import { html, svg, type TemplateResult } from 'lit';

const WEDGE = { width: 92, height: 7 } as const;

export function graphLegend(top: number, threshold: number): TemplateResult {
  return html`
    <span class="item"><svg width="12" height="12"><circle class="key-node" cx="6" cy="6" r="5" /></svg>head</span>
    <span class="item"><svg width="12" height="12"><rect class="key-node" x="1" y="1" width="10" height="10" rx="2" /></svg>MLP</span>
    <span class="item" title="Above the 95th percentile of out-strength: ablating it changes the others most">
      <svg width="12" height="12"><circle class="key-spreader" cx="6" cy="6" r="5.5" /></svg>spreader
    </span>
    <span class="item" title="Above the 95th percentile of in-strength: it changes most when others are ablated">
      <svg width="12" height="12"><circle class="key-gatherer" cx="6" cy="6" r="5.5" /></svg>gatherer
    </span>
    <span class="item" title="Total effect of ablating the source on the target. ${threshold} is the threshold of an active edge.">
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
    </span>
  `;
}
