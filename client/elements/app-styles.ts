/**
 * Style of `phasewatch-app`. Where there is room for three columns it fills its box exactly and they scroll inside; in
 * less they stack. The room is that of the element, not of the window: it may be a part of somebody else's page.
 */
import { css } from 'lit';

export const appStyles = css`
  :host { display: block; min-height: 100%; container-type: inline-size; }
  .frame { display: flex; flex-direction: column; min-height: 100%; background: var(--phasewatch-panel); }
  main { flex: 1; display: grid; grid-template-columns: minmax(0, 1fr); align-content: start; gap: 1px; background: var(--phasewatch-border); }
  main > *, .view { background: var(--phasewatch-panel); }
  .centre { display: flex; flex-direction: column; min-width: 0; height: 720px; grid-row: 1; }
  .view { flex: 1; min-height: 0; overflow: auto; }
  .view[hidden] { display: none; }
  .loading { display: grid; place-items: center; color: var(--phasewatch-ink-faint); }
  .again { all: unset; cursor: pointer; color: var(--phasewatch-accent); text-decoration: underline; }
  [role='tablist'] { display: flex; flex: none; gap: 2px; padding: 0 10px; overflow-x: auto; scrollbar-width: none; border-bottom: 1px solid var(--phasewatch-border); }
  [role='tab'] { all: unset; cursor: pointer; padding: 7px 10px 6px; font-size: 12px; font-weight: 550; white-space: nowrap; color: var(--phasewatch-ink-faint); border-bottom: 2px solid transparent; }
  [role='tab']:hover { color: var(--phasewatch-ink); }
  [role='tab'][aria-selected='true'] { color: var(--phasewatch-ink); border-bottom-color: var(--phasewatch-accent); }
  .comparing { margin-left: 6px; font-weight: 400; color: var(--phasewatch-accent); }
  phasewatch-scrubber { flex: none; border-top: 1px solid var(--phasewatch-border); }
  phasewatch-checkpoints { max-height: 340px; }
  button:focus-visible { outline: 2px solid var(--phasewatch-accent) !important; outline-offset: -2px; }
  .tools { display: inline-flex; gap: 6px; }
  .tools button { all: unset; cursor: pointer; display: inline-flex; align-items: center; justify-content: center; gap: 6px; box-sizing: border-box; min-width: 26px; height: 22px; padding: 0 7px; font-size: 12px; color: var(--phasewatch-ink-soft); border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); }
  .tools button:hover { background: var(--phasewatch-hover); }
  .tools .bell[aria-pressed='true'] { color: var(--phasewatch-accent); }
  .message { display: flex; align-items: center; gap: 10px; margin: 0; padding: 5px 10px 5px 16px; background: var(--phasewatch-busy-soft); border-bottom: 1px solid var(--phasewatch-border); }
  .message span { flex: 1; overflow-wrap: anywhere; }
  .message button { all: unset; cursor: pointer; width: 22px; line-height: 22px; text-align: center; border-radius: 5px; font-size: 15px; color: var(--phasewatch-ink-soft); }
  .message button:hover { background: var(--phasewatch-hover); }
  .fold { all: unset; cursor: pointer; display: flex; align-items: center; gap: 8px; box-sizing: border-box; width: 100%; min-height: 44px; padding: 0 14px; font-size: 12px; font-weight: 600; }
  .fold .count { font-weight: 400; color: var(--phasewatch-ink-faint); }
  .turn { color: var(--phasewatch-ink-faint); }
  [aria-expanded='true'] > .turn { rotate: 90deg; }
  @container (max-width: 619px) {
    .centre { height: 690px; }
    /* In reach of the thumb for as long as there is a graph to see. */
    phasewatch-scrubber { position: sticky; bottom: 0; z-index: 3; }
    [role='tab'] { flex: 1; text-align: center; padding: 12px 4px 11px; }
    .tools button { min-width: 34px; height: 30px; }
  }
  @container (min-width: 1100px) {
    .frame { height: 100%; }
    main { grid-template-columns: 248px minmax(0, 1.16fr) minmax(0, 1fr); grid-template-rows: minmax(0, 1fr); min-height: 620px; align-content: stretch; }
    phasewatch-checkpoints { grid-column: 1; grid-row: 1; max-height: none; }
    .centre { grid-column: 2; height: auto; min-height: 0; }
    phasewatch-metrics { grid-column: 3; grid-row: 1; }
  }
  @media (min-width: 1100px) { :host([page]) { height: 100%; } }
`;
