/**
 * Style of `phasewatch-app`. Wide windows are filled exactly and scroll inside the columns; narrow ones stack.
 */
import { css } from 'lit';

export const appStyles = css`
  :host { display: flex; flex-direction: column; min-height: 100%; }
  main { flex: 1; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1px; background: var(--phasewatch-border); }
  main > *, .view { background: var(--phasewatch-panel); }
  .centre { display: flex; flex-direction: column; min-width: 0; min-height: 520px; grid-row: 1; }
  .view { flex: 1; }
  .view[hidden] { display: none; }
  [role='tablist'] { display: flex; gap: 2px; padding: 0 10px; border-bottom: 1px solid var(--phasewatch-border); }
  [role='tab'] { all: unset; cursor: pointer; padding: 7px 10px 6px; font-size: 12px; font-weight: 550; color: var(--phasewatch-ink-faint); border-bottom: 2px solid transparent; margin-bottom: -1px; }
  [role='tab']:hover { color: var(--phasewatch-ink); }
  [role='tab'][aria-selected='true'] { color: var(--phasewatch-ink); border-bottom-color: var(--phasewatch-accent); }
  .comparing { margin-left: 6px; font-weight: 400; color: var(--phasewatch-accent); }
  phasewatch-checkpoints { max-height: 340px; }
  button:focus-visible { outline: 2px solid var(--phasewatch-accent) !important; outline-offset: -2px; }
  .scheme { all: unset; cursor: pointer; display: inline-flex; align-items: center; gap: 6px; font-size: 12px; color: var(--phasewatch-ink-soft); padding: 2px 9px; border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); }
  .scheme:hover { background: var(--phasewatch-hover); }
  .banner {
    display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; margin: 8px 14px 0; padding: 5px 6px 5px 11px; border-radius: 7px;
    background: var(--phasewatch-busy-soft); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--phasewatch-busy) 35%, transparent);
  }
  .banner b { font-weight: 600; }
  .action { all: unset; cursor: pointer; font-weight: 550; padding: 2px 10px; border-radius: 6px; background: var(--phasewatch-panel); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); }
  .action:hover { background: var(--phasewatch-hover); }
  .banner .action { margin-left: auto; font-size: 12px; }
  .banner .action + .action { margin-left: 0; }
  .notice { position: absolute; inset: 0; display: grid; align-content: center; justify-items: center; gap: 6px; padding: 24px; text-align: center; color: var(--phasewatch-ink-soft); }
  .notice > * { max-width: 44ch; overflow-wrap: anywhere; }
  .notice h2 { margin: 0; font-size: 16px; font-weight: 600; color: var(--phasewatch-ink); }
  .notice.bad .text { color: var(--phasewatch-bad); background: var(--phasewatch-bad-soft); border-radius: 7px; padding: 7px 12px; }
  .notice p { margin: 0; }
  .notice .action { margin-top: 8px; }
  @media (min-width: 1100px) {
    :host { height: 100%; }
    main { grid-template-columns: 248px minmax(0, 1.16fr) minmax(0, 1fr); grid-template-rows: minmax(0, 1fr); min-height: 620px; }
    phasewatch-checkpoints { grid-column: 1; grid-row: 1; max-height: none; }
    .centre { grid-column: 2; min-height: 0; }
    phasewatch-metrics { grid-column: 3; grid-row: 1; }
  }
`;
