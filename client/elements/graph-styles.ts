/** Style of `phasewatch-graph`: an edge canvas under a node layer, both as large as the stage. */
import { css } from 'lit';
import { bannerStyles } from './focus-banner.ts';

export const graphStyles = [
  bannerStyles,
  css`
  :host { display: flex; flex-direction: column; min-height: 420px; min-width: 0; container-type: inline-size; contain-intrinsic-inline-size: 560px; }
  [part='title'] {
    padding: 9px 14px 0; color: var(--phasewatch-ink-soft); min-height: 38px; text-wrap: pretty;
  }
  [part='title']:empty { display: none; }
  [part='title'] h2 { display: inline; font-size: 14px; font-weight: 650; letter-spacing: -0.01em; color: var(--phasewatch-ink); margin: 0; }
  [part='title'] .step { margin-left: 6px; }
  [part='title'] .underway { margin-left: 8px; color: var(--phasewatch-accent); font-weight: 550; }
  [part='title'] .note { font-size: 12px; color: var(--phasewatch-busy); }
  [part='title'] .method { font-size: 12px; color: var(--phasewatch-ink-faint); }
  [part='title'] .tools { float: right; }
  .body { flex: 1; display: flex; min-height: 0; }
  /* As high as the stage, whatever stands in it. */
  phasewatch-pinned { contain: size; }
  .stage { position: relative; flex: 1; min-width: 0; min-height: 220px; overflow: hidden; touch-action: pan-y; contain: strict; }
  canvas, svg.nodes, svg.lit-nodes, svg.layers, .edges { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
  .stage.busy :is(canvas, svg.nodes) { opacity: 0.3; transition: opacity 0.15s 0.15s; }
  canvas, .edges, svg.lit-nodes { pointer-events: none; }
  /* Layers of their own: what one of them changes is not painted anew in the others. */
  .edges, canvas, svg.nodes, svg.lit-nodes { will-change: opacity; }
  canvas.lit, svg.lit-nodes { visibility: hidden; }
  .stage.pointing :is(canvas.lit, svg.lit-nodes) { visibility: visible; }
  /* Two pictures of the same edges that fade into one another add up to what lies between them. */
  .edges { isolation: isolate; transition: opacity 0.12s; }
  .edges canvas { opacity: 0; }
  .stage.pointing .edges { opacity: 0.0833; }
  svg.nodes { transition: opacity 0.12s; }
  .stage.pointing-node svg.nodes { opacity: 0.25; }
  .stage.gentle :is(.shape, .keeper) { transition: r 0.4s, x 0.4s, y 0.4s, width 0.4s, height 0.4s; }
  text { font: 500 10.5px var(--phasewatch-font); fill: var(--phasewatch-ink-soft); pointer-events: none; }
  .layer-label { font-weight: 400; fill: var(--phasewatch-ink-faint); dominant-baseline: central; }
  .layer-line { stroke: var(--phasewatch-grid); stroke-width: 1; }
  .node { outline: none; cursor: pointer; }
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
  .node .mark { stroke: var(--phasewatch-panel); stroke-width: 1; }
  .mark.spreader { fill: var(--phasewatch-spreader); }
  .mark.gatherer { fill: var(--phasewatch-gatherer); }
  .node.pinned .shape { stroke: var(--phasewatch-accent); stroke-width: 3; }
  .node.ghost .shape { fill: var(--phasewatch-panel); stroke: var(--phasewatch-node-ghost); stroke-dasharray: 3 3; }
  .node.ghost text { fill: var(--phasewatch-ink-faint); }
  .node.ghost.next .shape { stroke: var(--phasewatch-accent); }
  .node.small .shape { stroke-width: 1; }
  .node .halo { fill: none; stroke: var(--phasewatch-accent); stroke-width: 2; opacity: 0; }
  .node:focus-visible .halo, .node.pointed .halo, .node.pinned .halo { opacity: 1; }
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
  .legend text { font-size: 10px; font-weight: 400; fill: var(--phasewatch-ink-faint); text-anchor: middle; }
  .legend .tick { stroke: var(--phasewatch-border-strong); stroke-width: 1; }
  .legend .rise { stroke: var(--phasewatch-rise); }
  .legend .fall { stroke: var(--phasewatch-fall); }
  .legend .key-edge { fill: none; }
  .wedge-weak { stop-color: var(--phasewatch-edge-weak); stop-opacity: 0.35; }
  .wedge-strong { stop-color: var(--phasewatch-edge-strong); stop-opacity: 0.92; }
  .slider { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin-left: auto; }
  .slider input { width: 110px; accent-color: var(--phasewatch-accent); margin: 0; }
  .slider output { white-space: nowrap; }
  .slider select { font: inherit; color: inherit; background: var(--phasewatch-panel); border: 1px solid var(--phasewatch-border-strong); border-radius: 5px; padding: 0 2px; }
  @container (max-width: 640px) {
    .body { flex-direction: column; }
    phasewatch-pinned { contain: none; flex: 0 1 auto; width: auto; min-height: 120px; max-height: 320px; border-left: 0; border-top: 1px solid var(--phasewatch-border); }
    .stage { min-height: 300px; }
    .slider { margin-left: 0; }
  }
  @media (forced-colors: active) {
    .layer-line { opacity: 0.4; }
    :host {
      --phasewatch-edge-weak: GrayText; --phasewatch-edge-strong: CanvasText; --phasewatch-node: Canvas; --phasewatch-node-border: CanvasText;
      --phasewatch-spreader: CanvasText; --phasewatch-gatherer: CanvasText; --phasewatch-gatekeeper: CanvasText; --phasewatch-panel: Canvas;
      --phasewatch-accent: Highlight; --phasewatch-rise: CanvasText; --phasewatch-fall: CanvasText; --phasewatch-grid: GrayText; --phasewatch-node-ghost: GrayText;
    }
  }
  @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`,
];
