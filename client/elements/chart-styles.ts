/** Style of `phasewatch-chart`; the sheet of uPlot itself comes with it into the shadow root. */
import { css, unsafeCSS } from 'lit';
import { CHART_PADDING } from './plot-area.ts';
import { UPLOT_SHEET } from './uplot-sheet.ts';

export const chartStyles = [
  unsafeCSS(UPLOT_SHEET),
  css`
    :host {
      display: flex; flex-direction: column; height: 260px; min-height: 120px; isolation: isolate;
      padding: 8px ${CHART_PADDING.right}px 4px ${CHART_PADDING.left}px !important;
    }
    header { display: flex; align-items: baseline; gap: 0 6px; padding-right: 6px; min-height: 20px; white-space: nowrap; }
    h3 { margin: 0; font-size: 12px; font-weight: 600; color: var(--phasewatch-ink); overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto; }
    /* Among others there is room for one button until somebody comes near; a key still comes to all of them. */
    :host(:not(:hover, :focus-within)) .among phasewatch-tools::part(table-button), :host(:not(:hover, :focus-within)) .among phasewatch-tools::part(menu-button) { width: 0; opacity: 0; }
    header:has(.many) h3 { flex: none; max-width: 60%; }
    phasewatch-tools { align-self: center; flex: none; }
    .unit { font-size: 11px; color: var(--phasewatch-ink-faint); }
    .value { margin-left: auto; display: flex; gap: 10px; align-items: baseline; font-size: 15px; font-weight: 600; letter-spacing: -0.01em; }
    .value small { font-size: 11px; font-weight: 400; color: var(--phasewatch-ink-faint); letter-spacing: 0; }
    .value .first { color: var(--phasewatch-line); }
    .value .second { color: var(--phasewatch-line-second); }
    /* What there is no room for is left out whole. */
    .many { flex: 1 1 50px; font-size: 12px; gap: 0 8px; min-width: 0; height: 19px; overflow: hidden; flex-wrap: wrap; justify-content: flex-end; }
    .key-noise { display: inline-block; width: 14px; border-top: 1px dashed var(--phasewatch-ink-faint); vertical-align: middle; }
    .key-ghost { display: inline-block; width: 12px; border-top: 1.5px dashed var(--phasewatch-line); opacity: 0.65; vertical-align: middle; }
    .legend { display: flex; flex-wrap: wrap; gap: 0 14px; margin: 0; padding: 0 6px 0 0; list-style: none; font-size: 12px; max-height: 40%; overflow-y: auto; scrollbar-width: thin; }
    .legend li { display: flex; align-items: baseline; gap: 5px; min-width: 0; white-space: nowrap; }
    .legend svg { align-self: center; flex: none; }
    .run { overflow: hidden; text-overflow: ellipsis; max-width: 22ch; color: var(--phasewatch-ink-soft); }
    .legend small { font-size: 11px; color: var(--phasewatch-ink-faint); }
    .remark { margin: 0; padding: 1px 6px 0 0; font-size: 11px; line-height: 1.35; color: var(--phasewatch-ink-faint); text-wrap: pretty; }
    .reset { all: unset; cursor: pointer; align-self: center; padding: 0 6px; border-radius: 5px; font-size: 11px; color: var(--phasewatch-accent); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); }
    .reset:hover { background: var(--phasewatch-hover); }
    .plot { position: relative; flex: 1; min-height: 0; overflow: hidden; cursor: crosshair; border-radius: 3px; }
    .plot:focus { outline: none; }
    .plot:focus-visible, .reset:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -1px; }
    .plot .uplot { position: absolute; inset: 0; }
    .plot.bare .uplot { visibility: hidden; }
    /* Up and down scroll the page. */
    .u-over { touch-action: pan-y; user-select: none; }
    .u-select { background: color-mix(in srgb, var(--phasewatch-accent) 16%, transparent); }
    .u-hz .u-cursor-x { border-right: 1px solid var(--phasewatch-cursor); }
    .empty { position: absolute; inset: 0; display: grid; place-items: center; color: var(--phasewatch-ink-faint); font-size: 12px; pointer-events: none; }
    .heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @media (pointer: coarse) { .reset { padding: 4px 9px; } }
  `,
];
