/** Style of `phasewatch-graph`: an edge canvas under a node layer, both as large as the stage. */
import { css } from 'lit';

export const graphStyles = css`
  :host { display: flex; flex-direction: column; min-height: 0; min-width: 0; container-type: inline-size; }
  [part='title'] {
    padding: 9px 14px 0; color: var(--phasewatch-ink-soft); min-height: 38px; text-wrap: pretty;
  }
  [part='title']:empty { display: none; }
  [part='title'] h2 { display: inline; font-size: 14px; font-weight: 650; letter-spacing: -0.01em; color: var(--phasewatch-ink); margin: 0; }
  [part='title'] .step { margin-left: 6px; }
  [part='title'] .underway { margin-left: 8px; color: var(--phasewatch-accent); font-weight: 550; }
  [part='title'] .note { font-size: 12px; color: var(--phasewatch-busy); }
  [part='title'] .method { font-size: 12px; color: var(--phasewatch-ink-faint); }
  .stage { position: relative; flex: 1; min-height: 220px; overflow: hidden; touch-action: pan-y; }
  canvas, svg.nodes, svg.layers { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
  .stage.busy canvas, .stage.busy svg.nodes { opacity: 0.3; transition: opacity 0.15s 0.15s; }
  canvas { pointer-events: none; }
  text { font: 500 10.5px var(--phasewatch-font); fill: var(--phasewatch-ink-soft); pointer-events: none; }
  .layer-label { font-weight: 400; fill: var(--phasewatch-ink-faint); dominant-baseline: central; }
  .layer-line { stroke: var(--phasewatch-grid); stroke-width: 1; }
  .node { outline: none; cursor: default; transition: opacity 0.12s; }
  .node .shape { fill: var(--phasewatch-node); stroke: var(--phasewatch-node-border); stroke-width: 1.4; }
  .node text { text-anchor: middle; dominant-baseline: central; fill: var(--phasewatch-ink); }
  .node .hit { fill: transparent; stroke: none; }
  .node[data-role~='spreader'] .shape { fill: var(--phasewatch-spreader); stroke: var(--phasewatch-spreader); }
  .node[data-role~='gatherer'] .shape { fill: var(--phasewatch-gatherer); stroke: var(--phasewatch-gatherer); }
  .node[data-role~='spreader'][data-role~='gatherer'] .shape { fill: var(--phasewatch-spreader); stroke: var(--phasewatch-gatherer); stroke-width: 3; }
  .node .keeper { fill: none; stroke: var(--phasewatch-gatekeeper); stroke-width: 2.2; }
  .node[data-role~='spreader'] text, .node[data-role~='gatherer'] text {
    fill: var(--phasewatch-panel); font-weight: 650;
  }
  .node.ghost .shape { fill: var(--phasewatch-panel); stroke: var(--phasewatch-node-ghost); stroke-dasharray: 3 3; }
  .node.ghost text { fill: var(--phasewatch-ink-faint); }
  .node.ghost.next .shape { stroke: var(--phasewatch-accent); }
  .node.small .shape { stroke-width: 1; }
  .node.dim { opacity: 0.25; }
  .node .halo { fill: none; stroke: var(--phasewatch-accent); stroke-width: 2; opacity: 0; }
  .node:focus-visible .halo, .node.pointed .halo { opacity: 1; }
  .tip {
    position: absolute; pointer-events: none; z-index: 2; padding: 7px 10px; border-radius: 7px; max-width: 280px;
    background: var(--phasewatch-raised); border: 1px solid var(--phasewatch-border-strong);
    box-shadow: 0 6px 20px var(--phasewatch-shadow); font-size: 12px; color: var(--phasewatch-ink-soft);
    white-space: nowrap;
  }
  .tip b { display: block; color: var(--phasewatch-ink); font-weight: 600; }
  .tip span { display: block; }
  .tip .note { color: var(--phasewatch-ink-faint); font-size: 11px; }
  .legend {
    display: flex; flex-wrap: wrap; align-items: center; gap: 6px 16px; padding: 9px 14px;
    border-top: 1px solid var(--phasewatch-border); color: var(--phasewatch-ink-soft); font-size: 12px;
  }
  .legend .item { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
  .legend svg { display: block; overflow: visible; }
  .legend .key-node { fill: var(--phasewatch-node); stroke: var(--phasewatch-node-border); stroke-width: 1.3; }
  .legend .key-spreader { fill: var(--phasewatch-spreader); }
  .legend .key-gatekeeper { fill: var(--phasewatch-node); stroke: var(--phasewatch-gatekeeper); stroke-width: 2; }
  .legend .key-gatherer { fill: var(--phasewatch-gatherer); }
  .legend text { font-size: 10px; font-weight: 400; fill: var(--phasewatch-ink-faint); text-anchor: middle; }
  .legend .tick { stroke: var(--phasewatch-border-strong); stroke-width: 1; }
  .legend .rise { stroke: var(--phasewatch-rise); }
  .legend .fall { stroke: var(--phasewatch-fall); }
  .legend .key-edge { fill: none; stroke-width: 3; stroke-linecap: round; }
  .legend .key-edge.gone { stroke-dasharray: 4 5; }
  .legend .key-edge.same { opacity: 0.5; stroke-width: 2; }
  .wedge-weak { stop-color: var(--phasewatch-edge-weak); stop-opacity: 0.35; }
  .wedge-strong { stop-color: var(--phasewatch-edge-strong); stop-opacity: 0.92; }
  .slider { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin-left: auto; }
  .slider input { width: 110px; accent-color: var(--phasewatch-accent); margin: 0; }
  .slider output { white-space: nowrap; }
  @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
