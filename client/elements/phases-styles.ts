/** Style of `phasewatch-phases`: a band in line with the plots below it, marks that stand on it, a list under it. */
import { type CSSResult, css } from 'lit';
import { PLOT_INSET } from './plot-area.ts';

/** The colour of a phase, for whatever has its name as `data-phase`. */
export const phaseHues: CSSResult = css`
  [data-phase='exploration'] { --hue: var(--phasewatch-phase-exploration); }
  [data-phase='consolidation'] { --hue: var(--phasewatch-phase-consolidation); }
  [data-phase='reorganisation'] { --hue: var(--phasewatch-phase-reorganisation); }
  [data-phase='refinement'] { --hue: var(--phasewatch-phase-refinement); }
  [data-phase='unnamed'] { --hue: var(--phasewatch-phase-unnamed); }
`;

export const phasesStyles = [
  phaseHues,
  css`
    :host { display: block; position: relative; background: var(--phasewatch-panel); padding: 5px 0 2px !important; font-size: 12px !important; }
    .title { display: flex; align-items: center; gap: 8px; padding: 5px 14px 4px; }
    h2 { margin: 0; flex: 1; font-size: 14px; font-weight: 650; letter-spacing: -0.01em; }
    .lacking { position: relative; min-height: 150px; }
    .steps { position: relative; height: 15px; margin: 2px ${PLOT_INSET.right}px 0 ${PLOT_INSET.left}px; font-size: 10.5px; color: var(--phasewatch-ink-faint); }
    .steps span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
    .ribbon { position: relative; padding: 0 ${PLOT_INSET.right}px 0 ${PLOT_INSET.left}px; }
    .label { position: absolute; left: 0; width: ${PLOT_INSET.left - 6}px; bottom: 3px; text-align: right; font-size: 11px; color: var(--phasewatch-ink-faint); }
    .axis { position: relative; height: 32px; overflow: clip; overflow-clip-margin: 2px; }
    button { all: unset; cursor: pointer; box-sizing: border-box; }
    .segment {
      position: absolute; top: 8px; bottom: 0; overflow: hidden; white-space: nowrap; padding: 0; line-height: 19px; font-size: 11.5px;
      color: var(--phasewatch-ink); background: color-mix(in oklab, var(--hue) 22%, var(--phasewatch-panel)); border-bottom: 3px solid var(--hue);
      box-shadow: inset 1px 0 var(--phasewatch-panel); transition: background-color 0.12s;
    }
    .segment:hover, .segment.pointed { background: color-mix(in oklab, var(--hue) 36%, var(--phasewatch-panel)); }
    .segment:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
    .mark:focus-visible { outline: 2px solid var(--phasewatch-accent); z-index: 3; }
    .nothing { position: absolute; inset: 8px 0 0; display: grid; place-items: center start; padding-left: 6px; font-size: 11.5px; color: var(--phasewatch-ink-faint); background: var(--phasewatch-grid); }
    .interval-shade { position: absolute; top: 8px; bottom: 0; min-width: 2px; pointer-events: none; background: color-mix(in srgb, var(--phasewatch-ink) 26%, transparent); }
    .mark { position: absolute; top: 0; bottom: 0; width: 13px; margin-left: -6.5px; z-index: 1; }
    .mark::before { content: ''; position: absolute; left: 5.5px; top: 4px; bottom: 0; width: 2px; background: var(--phasewatch-ink); opacity: var(--sure); }
    .mark::after {
      content: ''; position: absolute; left: 1px; top: 0; width: 11px; height: 8px; clip-path: polygon(0 0, 100% 0, 50% 100%);
      background: var(--phasewatch-ink); opacity: var(--sure);
    }
    .mark:hover::after, .mark.pointed::after { background: var(--phasewatch-accent); opacity: 1; }
    .line { position: absolute; top: 8px; bottom: 0; width: 0; margin-left: -0.5px; pointer-events: none; z-index: 2; }
    .fork { position: absolute; top: 1px; bottom: 0; width: 9px; margin-left: -8px; border-right: 1px dotted var(--phasewatch-ink-soft); z-index: 1; }
    .fork::after { content: ''; position: absolute; right: 0; top: 0; width: 6px; height: 7px; clip-path: polygon(100% 0, 100% 100%, 0 50%); background: var(--phasewatch-ink-soft); }
    .line.focus { border-left: 1px dashed var(--phasewatch-accent); }
    .line.hover { border-left: 1px solid var(--phasewatch-cursor); }
    [popover] {
      position: fixed; inset: auto; margin: 0; width: max-content; max-width: min(410px, calc(100vw - 40px)); max-height: calc(100vh - 16px); overflow: auto; box-sizing: border-box; padding: 10px 13px; border-radius: 8px; font-size: 12px;
      color: var(--phasewatch-ink-soft); background: var(--phasewatch-raised); border: 1px solid var(--phasewatch-border-strong);
      box-shadow: 0 8px 28px var(--phasewatch-shadow); white-space: normal;
    }
    h3 { margin: 0; font-size: 12.5px; font-weight: 600; color: var(--phasewatch-ink); display: flex; align-items: center; gap: 7px; }
    .swatch { width: 10px; height: 10px; border-radius: 3px; background: var(--hue); }
    [popover] p { margin: 1px 0 0; font-size: 11.5px; color: var(--phasewatch-ink-faint); }
    [popover] ul { margin: 7px 0 0; padding: 0 0 0 15px; }
    [popover] .roles { margin-top: 7px; color: var(--phasewatch-ink-soft); font-size: 12px; }
    table { border-collapse: collapse; width: 100%; margin-top: 7px; }
    th { font-weight: 400; text-align: left; padding: 1px 12px 1px 0; color: var(--phasewatch-ink); white-space: nowrap; }
    td { text-align: right; white-space: nowrap; padding: 1px 0 1px 10px; }
    .percent { color: var(--phasewatch-ink); font-weight: 600; }
    .head th, .head td { padding-top: 7px; font-size: 11px; color: var(--phasewatch-ink-faint); }
    footer { display: flex; justify-content: space-between; align-items: center; gap: 12px; margin-top: 9px; font-size: 11px; color: var(--phasewatch-ink-faint); }
    .below { display: flex; align-items: flex-start; justify-content: space-between; gap: 4px 12px; padding: 0 ${PLOT_INSET.right}px 0 ${PLOT_INSET.left}px; }
    .legend { margin: 3px 0; font-size: 11.5px; white-space: nowrap; color: var(--phasewatch-ink-faint); }
    .legend i { display: inline-block; width: 18px; margin-right: 6px; border-top: 1.5px dashed var(--phasewatch-line); opacity: 0.65; vertical-align: middle; }
    details { flex: 1; min-width: 0; margin: 3px 0 0; padding: 0 0 3px; }
    summary { cursor: pointer; color: var(--phasewatch-ink-faint); font-size: 11.5px; line-height: 18px; padding: 3px 0; width: max-content; border-radius: 3px; }
    summary:hover { color: var(--phasewatch-ink); }
    summary:focus-visible, li button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
    ol { list-style: none; margin: 4px 0 4px; padding: 0; max-height: 168px; overflow-y: auto; scrollbar-width: thin; }
    ol li { display: flex; align-items: center; gap: 8px; padding: 1px 2px; border-radius: 4px; }
    ol li:hover { background: var(--phasewatch-hover); }
    ol li button { flex: 1; min-width: 0; display: flex; gap: 10px; align-items: baseline; padding: 1px 4px; border-radius: 3px; }
    .interval { font-weight: 600; color: var(--phasewatch-ink); white-space: nowrap; min-width: 88px; }
    .probability, .reported { white-space: nowrap; color: var(--phasewatch-ink-faint); font-size: 11.5px; }
    .drivers { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--phasewatch-ink-soft); }
    .retracted .interval, .retracted .drivers, .doubted .interval { color: var(--phasewatch-ink-faint); font-weight: 400; }
    .mark.fresh::after { animation: arrive 1s ease-out 3; }
    ol li.fresh { animation: tint 3s ease-out; }
    @keyframes arrive { 0% { transform: scale(2.4); background: var(--phasewatch-accent); opacity: 1; } }
    @keyframes tint { 0%, 40% { background: var(--phasewatch-selected); } }
    @media (forced-colors: active) {
      .segment { border: 1px solid CanvasText; border-bottom-width: 3px; }
      .segment.pointed { border-color: Highlight; }
      .mark::before, .mark::after, .fork::after { forced-color-adjust: none; background: CanvasText; }
      .mark.pointed::after, .mark:hover::after { background: Highlight; }
      .interval-shade { forced-color-adjust: none; background: GrayText; }
      .swatch { border: 1px solid CanvasText; }
    }
    @media (max-width: 420px) { [popover] { max-width: calc(100vw - 16px); padding: 9px 10px; } [popover] th { white-space: normal; padding-right: 4px; } [popover] td { padding-left: 4px; } ol li { flex-wrap: wrap; } ol li button { flex-wrap: wrap; gap: 0 10px; } .drivers { flex: 1 1 100%; order: 1; white-space: normal; } }
    @media (prefers-reduced-motion: reduce) { .mark::after, li { animation: none !important; } .segment { transition: none; } }
  `,
];
