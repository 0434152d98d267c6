/** Style of `phasewatch-pinned`. */
import { css } from 'lit';

export const pinnedStyles = css`
  :host { display: block; box-sizing: border-box; width: 276px; flex: none; overflow: auto; overscroll-behavior: contain; padding: 10px 14px; border-left: 1px solid var(--phasewatch-border); color: var(--phasewatch-ink-soft); font-size: 12px; }
  header { display: flex; align-items: baseline; gap: 8px; }
  h3 { margin: 0; font-size: 14px; font-weight: 650; color: var(--phasewatch-ink); }
  h4 { margin: 12px 0 3px; font-size: 11px; font-weight: 600; color: var(--phasewatch-ink); }
  p { margin: 4px 0; }
  button { all: unset; cursor: pointer; padding: 1px 8px; border-radius: 6px; color: var(--phasewatch-ink); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); }
  button:hover { background: var(--phasewatch-hover); }
  button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
  header button { margin-left: auto; }
  table { border-collapse: collapse; width: 100%; }
  th { font-weight: 400; text-align: left; padding: 1px 0; }
  td { text-align: right; padding: 1px 0 1px 6px; color: var(--phasewatch-ink); font-variant-numeric: tabular-nums; white-space: nowrap; }
  td.note { color: var(--phasewatch-ink-faint); }
  .sides { display: grid; grid-template-columns: 1fr 1fr; gap: 0 14px; }
  figure { margin: 6px 0 10px; }
  figcaption { display: flex; justify-content: space-between; gap: 8px; }
  figcaption b { font-weight: 600; color: var(--phasewatch-ink); }
  svg { display: block; width: 100%; height: auto; overflow: visible; }
  svg text { font: 400 9.5px var(--phasewatch-font); fill: var(--phasewatch-ink-faint); }
  path { fill: none; stroke: var(--phasewatch-line); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
  path.second { stroke: var(--phasewatch-gatherer); stroke-dasharray: 4 3; }
  path.first { stroke: var(--phasewatch-spreader); }
  .base { stroke: var(--phasewatch-grid); }
  .marker { stroke: var(--phasewatch-accent); stroke-dasharray: 2 2; }
  .key { display: inline-block; width: 14px; border-top: 2px solid var(--phasewatch-spreader); vertical-align: 3px; margin-right: 3px; }
  .key.second { border-top: 2px dashed var(--phasewatch-gatherer); }
  .problem { color: var(--phasewatch-bad); }
`;
