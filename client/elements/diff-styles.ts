/** Style of `phasewatch-diff`. */
import { css } from 'lit';

export const diffStyles = css`
  :host { display: flex; flex-direction: column; min-height: 0; min-width: 0; font-size: 12px !important; color: var(--phasewatch-ink-soft) !important; }
  .title { display: flex; align-items: center; gap: 8px; padding: 9px 14px 0; }
  h2 { margin: 0; flex: 1; font-size: 14px; font-weight: 650; letter-spacing: -0.01em; color: var(--phasewatch-ink); }
  .lacking { position: relative; min-height: 180px; }
  .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; padding: 9px 14px 8px; }
  label, .toolbar b { white-space: nowrap; }
  .toolbar b { color: var(--phasewatch-ink); }
  select {
    max-width: 20ch;
    font: inherit; font-weight: 600; font-variant-numeric: tabular-nums; color: var(--phasewatch-ink); background: var(--phasewatch-panel); border: 1px solid var(--phasewatch-border-strong); border-radius: 6px;
    padding: 1px 4px; margin-left: 3px;
  }
  select:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
  .scroll { flex: 1; min-height: 0; overflow-y: auto; padding: 0 14px 14px; scrollbar-width: thin; container-type: inline-size; }
  .scroll:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
  p { margin: 0 0 6px; text-wrap: pretty; }
  .totals { color: var(--phasewatch-ink); }
  .empty { padding: 6px 14px; color: var(--phasewatch-ink-faint); }
  .tables { display: grid; gap: 14px 28px; grid-template-columns: minmax(0, 1fr); align-items: start; margin-top: 10px; }
  @container (min-width: 480px) { .tables { grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); } }
  table { border-collapse: collapse; width: 100%; }
  thead th { font-weight: 400; font-size: 11px; color: var(--phasewatch-ink-faint); padding: 0 0 4px; text-align: right; border-bottom: 1px solid var(--phasewatch-border); }
  thead th:first-child, tbody th { text-align: left; }
  caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  thead button { all: unset; cursor: pointer; border-radius: 3px; max-width: 12ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
  thead button:hover { color: var(--phasewatch-ink); }
  thead button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
  thead button i { font-style: normal; font-size: 8px; margin-left: 3px; }
  .note { color: var(--phasewatch-busy); }
  tbody th { font-weight: 500; color: var(--phasewatch-ink); white-space: nowrap; padding: 2px 6px 2px 0; }
  tbody tr:hover { background: var(--phasewatch-hover); }
  td { text-align: right; white-space: nowrap; padding: 2px 0 2px 8px; }
  .change { color: var(--phasewatch-ink); font-weight: 600; }
  .bar { width: 26%; min-width: 34px; position: relative; padding: 0; }
  .bar::before { content: ''; position: absolute; left: calc(50% + 4px); top: 0; bottom: 0; width: 1px; background: var(--phasewatch-border); }
  .bar i { position: absolute; top: 28%; bottom: 28%; border-radius: 1.5px; }
  .bar .rise { left: calc(50% + 4px); background: var(--phasewatch-rise); }
  .bar .fall { right: calc(50% - 4px); background: var(--phasewatch-fall); }
  /* A fall is hollow: it can be told without its colour, and without the line in the middle. */
  .bar .fall { background: transparent; box-shadow: inset 0 0 0 1.5px var(--phasewatch-fall); }
  .stronger .bar i, .weaker .bar i { opacity: 0.55; }
  @media (forced-colors: active) {
    .bar i { forced-color-adjust: none; }
    .bar .rise { background: CanvasText; }
    .bar .fall { box-shadow: inset 0 0 0 1.5px CanvasText; }
    .bar::before { background: CanvasText; }
  }
`;
