/** Style of `phasewatch-chart`; the sheet of uPlot itself comes with it into the shadow root. */
import { css, unsafeCSS } from 'lit';
import uPlotSheet from 'uplot/dist/uPlot.min.css?inline';
import { CHART_PADDING } from './plot-area.ts';

export const chartStyles = [
  unsafeCSS(uPlotSheet),
  css`
    :host {
      display: flex; flex-direction: column; min-width: 0; min-height: 118px; position: relative; isolation: isolate;
      background: var(--phasewatch-panel); padding: 8px ${CHART_PADDING.right}px 4px ${CHART_PADDING.left}px; box-sizing: border-box;
    }
    header { display: flex; align-items: baseline; gap: 6px; padding-right: 6px; min-height: 20px; white-space: nowrap; }
    h3 { margin: 0; font-size: 12px; font-weight: 600; color: var(--phasewatch-ink); overflow: hidden; text-overflow: ellipsis; }
    .unit { font-size: 11px; color: var(--phasewatch-ink-faint); }
    .value { margin-left: auto; display: flex; gap: 10px; align-items: baseline; font-size: 15px; font-weight: 600; letter-spacing: -0.01em; }
    .value small { font-size: 11px; font-weight: 400; color: var(--phasewatch-ink-faint); letter-spacing: 0; }
    .value .first { color: var(--phasewatch-line); }
    .key-noise { display: inline-block; width: 14px; border-top: 1px dashed var(--phasewatch-ink-faint); vertical-align: middle; }
    .key-ghost { display: inline-block; width: 12px; border-top: 1.5px dashed var(--phasewatch-line); opacity: 0.65; vertical-align: middle; }
    [popover] small { display: block; margin-top: 6px; color: var(--phasewatch-ink-faint); }
    .value .second { color: var(--phasewatch-line-second); }
    .info {
      all: unset; cursor: help; width: 13px; height: 13px; border-radius: 50%; font: italic 600 9px/13px Georgia, serif; text-align: center;
      color: var(--phasewatch-ink-faint); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); align-self: center; flex: none;
    }
    .info:hover, .info:focus-visible { color: var(--phasewatch-accent); box-shadow: inset 0 0 0 1px var(--phasewatch-accent); }
    [popover] {
      position: fixed; inset: auto; margin: 0; width: 260px; padding: 10px 12px; border-radius: 8px; font-size: 12px; white-space: normal;
      color: var(--phasewatch-ink-soft); background: var(--phasewatch-raised); border: 1px solid var(--phasewatch-border-strong);
      box-shadow: 0 8px 28px var(--phasewatch-shadow);
    }
    .plot { position: relative; flex: 1; min-height: 0; overflow: hidden; cursor: crosshair; }
    .plot .uplot { position: absolute; inset: 0; }
    .plot.bare .uplot { visibility: hidden; }
    .u-hz .u-cursor-x { border-right: 1px solid var(--phasewatch-cursor); }
    .empty { position: absolute; inset: 0; display: grid; place-items: center; color: var(--phasewatch-ink-faint); font-size: 12px; pointer-events: none; }
  `,
];
