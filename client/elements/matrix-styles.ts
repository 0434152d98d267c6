/** Style of `phasewatch-matrix`: a canvas of cells under a layer of lines and names. */
import { css } from 'lit';
import { bannerStyles } from './focus-banner.ts';

export const matrixStyles = [
  bannerStyles,
  css`
  :host { display: flex; flex-direction: column; min-height: 0; min-width: 0; container-type: inline-size; }
  [part='title'] { display: flex; align-items: flex-start; gap: 8px; padding: 9px 14px 0; color: var(--phasewatch-ink-soft); text-wrap: pretty; }
  .words { flex: 1; min-width: 0; }
  h2 { display: inline; font-size: 14px; font-weight: 650; letter-spacing: -0.01em; color: var(--phasewatch-ink); margin: 0; }
  [part='title'] > h2 { flex: 1; }
  .step { margin-left: 6px; }
  .underway { margin-left: 8px; color: var(--phasewatch-accent); font-weight: 550; }
  .note { font-size: 12px; color: var(--phasewatch-busy); }
  .method { font-size: 12px; color: var(--phasewatch-ink-faint); }
  .stage { position: relative; flex: 1 1 clamp(240px, 84cqi, 600px); min-height: 220px; overflow: hidden; touch-action: pan-y; outline: none; }
  .stage:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
  canvas { position: absolute; pointer-events: none; image-rendering: pixelated; forced-color-adjust: none; }
  svg { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
  .stage.busy canvas { opacity: 0.3; transition: opacity 0.15s 0.15s; }
  text { font: 10.5px var(--phasewatch-font); fill: var(--phasewatch-ink-soft); }
  text.end { text-anchor: end; dominant-baseline: central; }
  text.middle { text-anchor: middle; }
  text.up { dominant-baseline: central; }
  text.layer { font-weight: 600; fill: var(--phasewatch-ink); }
  text.axis { font-size: 11px; fill: var(--phasewatch-ink-faint); }
  text.pinned { font-weight: 700; fill: var(--phasewatch-accent); text-decoration: underline; }
  .outline { fill: none; stroke: var(--phasewatch-ink-faint); stroke-width: 1; }
  path.layer { fill: none; stroke: var(--phasewatch-border-strong); stroke-width: 1; }
  .cross rect { fill: none; stroke: var(--phasewatch-accent); stroke-width: 1; opacity: 0.7; }
  .cross .cell { stroke-width: 2.5; opacity: 1; }
  .tip {
    position: absolute; pointer-events: none; z-index: 2; padding: 7px 10px; border-radius: 7px; max-width: min(280px, 90%); background: var(--phasewatch-raised);
    border: 1px solid var(--phasewatch-border-strong); box-shadow: 0 6px 20px var(--phasewatch-shadow); font-size: 12px; color: var(--phasewatch-ink-soft); white-space: nowrap;
  }
  .tip b { display: block; color: var(--phasewatch-ink); font-weight: 600; }
  .tip span { display: block; }
  .legend { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 8px 18px; padding: 9px 14px; border-top: 1px solid var(--phasewatch-border); color: var(--phasewatch-ink-soft); font-size: 12px; }
  .item { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
  .scale { display: block; width: 230px; margin-right: 6px; }
  .unit { display: block; margin-bottom: 2px; white-space: normal; }
  .bar { display: block; height: 9px; border-radius: 2px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); forced-color-adjust: none; }
  .ticks { display: block; position: relative; height: 13px; font-size: 10.5px; color: var(--phasewatch-ink-faint); }
  .ticks span { position: absolute; transform: translateX(-50%); }
  .ticks span:first-child { transform: none; }
  .ticks span:last-child { transform: translateX(-100%); }
  .item i { width: 12px; height: 12px; box-sizing: border-box; forced-color-adjust: none; }
  i.active { border: 1.5px solid var(--phasewatch-ink); }
  i.impossible { border: 1px solid var(--phasewatch-ink-faint); border-width: 0 0 1px 1px; }
  i.waiting { background: repeating-linear-gradient(135deg, var(--phasewatch-border-strong) 0 1px, transparent 1px 4px); }
  .order { margin-left: auto; }
  select { font: inherit; color: var(--phasewatch-ink); background: var(--phasewatch-panel); border: 1px solid var(--phasewatch-border-strong); border-radius: 6px; padding: 1px 4px; margin-left: 3px; }
  select:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
  .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (forced-colors: active) {
    i.active, i.impossible { border-color: CanvasText; }
    i.waiting { background: repeating-linear-gradient(135deg, GrayText 0 1px, Canvas 1px 4px); }
    text, text.layer, text.axis { fill: CanvasText; }
    text.pinned { fill: Highlight; }
    .cross rect { stroke: Highlight; opacity: 1; }
    .outline, path.layer { stroke: CanvasText; }
  }
  @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`,
];
