/** Style of `phasewatch-roles`. */
import { css } from 'lit';

export const rolesStyles = css`
  :host { display: flex; flex-direction: column; min-height: 0; min-width: 0; font-size: 12px !important; }
  .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; padding: 9px 14px 8px; color: var(--phasewatch-ink-soft); }
  .item { display: inline-flex; align-items: center; gap: 6px; }
  .title { display: flex; align-items: center; gap: 8px; padding: 9px 14px 0; }
  h2 { flex: 1; margin: 0; font-size: 14px; font-weight: 650; letter-spacing: -0.01em; }
  rect[data-role='spreader'] { fill: var(--phasewatch-spreader); }
  rect[data-role='gatherer'] { fill: var(--phasewatch-gatherer); }
  rect[data-role='gatekeeper'] { fill: var(--phasewatch-gatekeeper); }
  .mark { fill: var(--phasewatch-panel); }
  .switch { display: inline-flex; border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); overflow: hidden; margin-left: auto; }
  button { all: unset; cursor: pointer; padding: 2px 8px; color: var(--phasewatch-ink-soft); white-space: nowrap; }
  button[aria-pressed='true'] { background: var(--phasewatch-selected); color: var(--phasewatch-accent); font-weight: 550; }
  button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
  /* Alone it is as tall as its rows, up to most of the window. */
  .grid { position: relative; flex: 0 1 auto; min-height: 44px; max-height: max(360px, 80vh); overflow: hidden auto; scrollbar-width: thin; }
  .grid.lacking { min-height: 180px; }
  svg { display: block; flex: none; }
  svg.rows { cursor: pointer; outline: none; }
  .grid:has(svg.rows:focus-visible) { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
  .over { position: absolute; inset: 0 0 auto; pointer-events: none; }
  text { font: 11px var(--phasewatch-font); fill: var(--phasewatch-ink-soft); }
  text.node { text-anchor: end; dominant-baseline: central; fill: var(--phasewatch-ink); font-weight: 500; }
  text.step { text-anchor: middle; font-size: 10px; fill: var(--phasewatch-ink-faint); }
  line.track { stroke: var(--phasewatch-grid); }
  line.layer { stroke: var(--phasewatch-border); }
  line.change { stroke: var(--phasewatch-ink); stroke-width: 1.5; opacity: 0.55; pointer-events: none; }
  rect.shown { fill: var(--phasewatch-selected); stroke: var(--phasewatch-accent); stroke-width: 1; stroke-opacity: 0.5; }
  rect.pointed { fill: var(--phasewatch-hover); }
  rect.cell { fill: none; stroke: var(--phasewatch-accent); stroke-width: 2; }
  .tip {
    position: absolute; pointer-events: none; z-index: 2; padding: 6px 10px; border-radius: 7px; background: var(--phasewatch-raised);
    border: 1px solid var(--phasewatch-border-strong); box-shadow: 0 6px 20px var(--phasewatch-shadow); color: var(--phasewatch-ink-soft); max-width: calc(100% - 24px); width: max-content; box-sizing: border-box;
  }
  .tip b, .tip span { display: block; }
  .tip b { color: var(--phasewatch-ink-faint); font-weight: 400; font-size: 11px; }
  .empty { margin: 0; padding: 14px; color: var(--phasewatch-ink-faint); }
  [part='holders'] { flex: none; padding: 10px 14px 12px; border-top: 1px solid var(--phasewatch-border); margin-top: 10px; }
  h3 { margin: 0 0 6px; font-size: 12px; font-weight: 600; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; }
  dt { display: flex; align-items: center; gap: 6px; color: var(--phasewatch-ink-soft); align-self: start; }
  dd { margin: 0; color: var(--phasewatch-ink); }
  .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (forced-colors: active) {
    text, text.node, text.step { fill: CanvasText; }
    rect[data-role] { fill: CanvasText; }
    .mark { fill: Canvas; }
    rect.shown { fill: none; stroke: Highlight; stroke-width: 2; stroke-opacity: 1; }
    rect.pointed, rect.cell { fill: none; stroke: Highlight; }
    line.track, line.layer { stroke: GrayText; }
    line.change { stroke: CanvasText; }
    button[aria-pressed='true'] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  }
  dd ul { margin: 0; padding: 0; list-style: none; }
`;
