/** Style of `phasewatch-checkpoints`: rows of a fixed grid, those left behind dimmed and set off by a dashed line. */
import { css } from 'lit';

export const checkpointsStyles = css`
  /* Of its own it is as high as a dozen rows and its head; a page gives it another room, or none to mind. */
  :host { display: flex; flex-direction: column; min-height: 0; min-width: 0; max-height: 370px; }
  header { display: flex; align-items: center; gap: 6px; padding: 9px 10px 8px 14px; }
  h2 { margin: 0; font-size: 12px; font-weight: 600; }
  .count { color: var(--phasewatch-ink-faint); font-size: 12px; }
  header > button {
    all: unset; margin-left: auto; cursor: pointer; font-size: 12px; font-weight: 550; padding: 2px 7px; border-radius: 6px; white-space: nowrap;
    box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); color: var(--phasewatch-ink-soft);
  }
  header > button:hover { background: var(--phasewatch-hover); }
  button.connected[aria-pressed='true'] { color: var(--phasewatch-good); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--phasewatch-good) 45%, transparent); }
  header > button:focus-visible, [part='list']:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
  .columns, .row { display: grid; grid-template-columns: 14px 50px 1fr 46px; align-items: center; gap: 0 7px; padding: 0 12px 0 12px; }
  .columns { font-size: 10.5px; color: var(--phasewatch-ink-faint); padding-bottom: 4px; border-bottom: 1px solid var(--phasewatch-border); }
  .columns :nth-child(2), .columns :nth-child(4) { text-align: right; }
  [part='list'] { position: relative; flex: 1; min-height: 0; overflow-y: auto; padding: 4px 0; scrollbar-width: thin; scrollbar-color: var(--phasewatch-border-strong) transparent; }
  .row { min-height: 25px; cursor: pointer; font-size: 12px; position: relative; content-visibility: auto; contain-intrinsic-height: auto 25px; }
  .row:hover { background: var(--phasewatch-hover); }
  .row[aria-selected='true'] { background: var(--phasewatch-selected); }
  .row[aria-selected='true']::before { content: ''; position: absolute; left: 0; top: 0; bottom: 0; width: 2px; background: var(--phasewatch-accent); }
  .step { text-align: right; font-weight: 550; }
  .time { text-align: right; color: var(--phasewatch-ink-faint); font-size: 11px; white-space: nowrap; }
  .row[aria-selected='true'] .time { color: var(--phasewatch-ink-soft); }
  .strength { display: flex; align-items: center; gap: 7px; min-width: 0; color: var(--phasewatch-ink-soft); font-size: 11px; }
  .bar { flex: 1; height: 4px; border-radius: 2px; background: var(--phasewatch-grid); overflow: hidden; }
  .bar::before { content: ''; display: block; height: 100%; width: var(--share); border-radius: 2px; background: color-mix(in srgb, var(--phasewatch-accent) 62%, transparent); }
  .row[aria-selected='true'] .bar::before { background: var(--phasewatch-accent); }
  .number { width: 32px; text-align: right; }
  .dot { width: 6px; height: 6px; border-radius: 50%; background: var(--phasewatch-border-strong); margin: auto; }
  [data-status='failed'] .dot { background: var(--phasewatch-bad); }
  [data-status='computing'] .dot {
    width: 9px; height: 9px; background: none; border: 1.6px solid var(--phasewatch-accent); border-right-color: transparent;
    box-sizing: border-box; animation: turn 0.8s linear infinite;
  }
  .compare {
    all: unset; position: absolute; right: 8px; top: 3px; line-height: 17px; padding: 0 7px; border-radius: 5px; font-size: 11px; cursor: pointer; opacity: 0;
    color: var(--phasewatch-ink-soft); background: var(--phasewatch-panel); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong);
  }
  .row:hover .compare { opacity: 1; }
  .compare:hover { color: var(--phasewatch-accent); }
  .row.base .compare { opacity: 1; color: var(--phasewatch-accent); }
  @media (hover: none) { .row[aria-selected='false'] .compare { display: none; } }
  .failure { grid-column: 2 / -1; color: var(--phasewatch-bad); font-size: 11px; line-height: 1.35; padding: 0 0 5px; overflow-wrap: anywhere; }
  .unchanged { grid-column: 2 / -1; color: var(--phasewatch-ink-faint); font-size: 11px; padding: 0 0 4px; }
  .words { color: var(--phasewatch-ink-faint); font-size: 11px; }
  .words.failed { color: var(--phasewatch-bad); }
  .empty { padding: 12px 14px; color: var(--phasewatch-ink-faint); font-size: 12px; }
  .left { opacity: 0.62; }
  .left::after { content: ''; position: absolute; left: 6px; top: 0; bottom: 0; border-left: 1px dashed var(--phasewatch-border-strong); }
  .left:hover, .left[aria-selected='true'] { opacity: 1; }
  .left[data-status='computing'] .dot { width: 6px; height: 6px; background: var(--phasewatch-border-strong); border: 0; animation: none; }
  .fork { display: flex; align-items: center; gap: 7px; min-height: 25px; padding: 0 12px; cursor: pointer; font-size: 11px; color: var(--phasewatch-ink-soft); border-top: 1px dashed var(--phasewatch-border-strong); }
  .fork:hover { background: var(--phasewatch-hover); }
  .fork.active { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
  .fork .turn { flex: none; width: 14px; text-align: center; color: var(--phasewatch-ink-faint); transition: rotate 0.12s; }
  .fork[aria-expanded='true'] .turn { rotate: 90deg; }
  @keyframes turn { to { transform: rotate(360deg); } }
  @media (prefers-reduced-motion: reduce) { .dot { animation: none !important; } .fork .turn { transition: none; } }
`;
