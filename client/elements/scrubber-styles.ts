/** Style of `phasewatch-scrubber`: a row of controls, and under it the strip; the handle stands over all of it. */
import { css } from 'lit';
import { phaseHues } from './phases-styles.ts';

export const scrubberStyles = [
  phaseHues,
  css`
    :host { display: block; padding: 7px 14px 8px !important; container-type: inline-size; }
    .controls { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
    .buttons { display: inline-flex; border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); overflow: hidden; }
    button { all: unset; cursor: pointer; display: grid; place-items: center; box-sizing: border-box; min-width: 30px; height: 26px; color: var(--phasewatch-ink-soft); }
    button:hover { background: var(--phasewatch-hover); color: var(--phasewatch-ink); }
    button:disabled { opacity: 0.45; cursor: default; }
    button:focus-visible, select:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
    .live { padding: 0 9px; font-size: 12px; font-weight: 550; }
    .live[aria-pressed='true'] { color: var(--phasewatch-accent); background: var(--phasewatch-selected); }
    select { appearance: none; font: inherit; font-size: 12px; height: 26px; padding: 0 8px; margin: 0; border: 0; border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); cursor: pointer; color: var(--phasewatch-ink-soft); background: transparent; field-sizing: content; }
    select:hover { background: var(--phasewatch-hover); }
    option { background: var(--phasewatch-raised); color: var(--phasewatch-ink); }
    .where { margin-left: auto; font-size: 12px; color: var(--phasewatch-ink-soft); white-space: nowrap; }
    .where b { font-weight: 600; color: var(--phasewatch-ink); }
    .strip { position: relative; height: 34px; margin-top: 8px; border-radius: 4px; cursor: pointer; touch-action: pan-y; user-select: none; -webkit-user-select: none; outline: none; }
    .strip::before { content: ''; position: absolute; inset: 0 0 13px; border-radius: 4px; background: var(--phasewatch-grid); }
    .strip:focus-visible::before { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
    .band { position: absolute; top: 15px; height: 6px; background: color-mix(in oklab, var(--hue) 62%, var(--phasewatch-panel)); box-shadow: inset 1px 0 var(--phasewatch-panel); }
    .strip svg { position: absolute; left: 0; top: 0; width: 100%; height: 21px; display: block; overflow: visible; }
    .strip path { fill: none; stroke-width: 1px; vector-effect: non-scaling-stroke; }
    .strip .done { stroke: var(--phasewatch-ink-soft); }
    .strip .failed { stroke: var(--phasewatch-bad); stroke-width: 2px; }
    .strip .skipped { stroke: var(--phasewatch-ink-faint); }
    .strip .computing { stroke: var(--phasewatch-accent); stroke-width: 2px; animation: pulse 0.9s infinite alternate; }
    .change { position: absolute; top: -3px; width: 9px; height: 6px; margin-left: -4.5px; clip-path: polygon(0 0, 100% 0, 50% 100%); background: var(--phasewatch-ink); }
    .fork { position: absolute; top: 0; height: 21px; border-left: 1px dashed var(--phasewatch-ink-soft); }
    .hover { position: absolute; top: 0; height: 21px; width: 1px; margin-left: -0.5px; background: var(--phasewatch-cursor); pointer-events: none; }
    .handle { position: absolute; top: -2px; height: 25px; width: 0; pointer-events: none; }
    .handle::before { content: ''; position: absolute; left: -1px; top: 0; bottom: 0; width: 2px; background: var(--phasewatch-accent); }
    .handle::after { content: ''; position: absolute; left: -6px; top: 13px; width: 12px; height: 12px; box-sizing: border-box; border-radius: 50%; background: var(--phasewatch-accent); border: 2px solid var(--phasewatch-panel); }
    .end { position: absolute; bottom: -2px; left: 0; line-height: 13px; font-size: 10.5px; color: var(--phasewatch-ink-faint); pointer-events: none; }
    .end.last { left: auto; right: 0; }
    .none { position: absolute; inset: 0 0 13px; display: grid; place-items: center; font-size: 12px; color: var(--phasewatch-ink-faint); }
    @container (max-width: 479px) { .controls { gap: 4px 6px; } select { padding: 0 6px; } .live { padding: 0 7px; } }
    @media (pointer: coarse) { button { min-width: 36px; height: 34px; } select { height: 34px; } }
    @media (forced-colors: active) {
      .handle::before, .handle::after, .change, .band { forced-color-adjust: none; }
      .handle::before, .handle::after { background: Highlight; }
      .change { background: CanvasText; }
      .strip .done, .strip .failed, .strip .skipped, .strip .computing { stroke: CanvasText; }
    }
    @media (prefers-reduced-motion: reduce) { .strip .computing { animation: none; } }
    @keyframes pulse { to { opacity: 0.35; } }
  `,
];
