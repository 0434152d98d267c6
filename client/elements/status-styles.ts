/** Style of `phasewatch-status`: lines of small parts; the work done is a line along the lower edge. */
import { css } from 'lit';
import { phaseHues } from './phases-styles.ts';

export const statusStyles = [
  phaseHues,
  css`
    :host { display: block; position: relative; container-type: inline-size; background: var(--phasewatch-panel); border-bottom: 1px solid var(--phasewatch-border); }
    .line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; padding: 9px 16px 0; }
    h1 { margin: 0; font-size: 15px; font-weight: 650; letter-spacing: -0.01em; }
    .run { position: relative; display: inline-flex; align-items: center; margin-left: -8px; }
    .run::after { content: ''; position: absolute; right: 8px; width: 6px; height: 6px; border: solid var(--phasewatch-ink-faint); border-width: 0 1.5px 1.5px 0; rotate: 45deg; translate: 0 -2px; pointer-events: none; }
    .run select {
      appearance: none; font: inherit; letter-spacing: inherit; color: inherit; background: transparent; border: 0; border-radius: 6px; padding: 0 24px 0 8px; margin: 0;
      box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); cursor: pointer; max-width: min(40ch, 70vw); field-sizing: content; text-overflow: ellipsis;
    }
    .run select:hover { background: var(--phasewatch-hover); }
    .run select:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
    .run option { background: var(--phasewatch-raised); color: var(--phasewatch-ink); }
    .source { font: 11.5px var(--phasewatch-mono); color: var(--phasewatch-ink-faint); overflow-wrap: anywhere; }
    .right { margin-left: auto; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
    [part='connection'] { display: inline-flex; align-items: center; gap: 7px; font-weight: 550; }
    .dot { width: 8px; height: 8px; border-radius: 50%; background: var(--phasewatch-ink-faint); flex: none; }
    [data-phase='live'] .dot { background: var(--phasewatch-good); box-shadow: 0 0 0 3px color-mix(in srgb, var(--phasewatch-good) 22%, transparent); }
    [data-phase='connecting'] .dot, [data-phase='waiting'] .dot, [data-phase='reconnecting'] .dot { background: var(--phasewatch-busy); animation: pulse 1.2s infinite alternate; }
    [data-phase='offline'] .dot { background: var(--phasewatch-bad); }
    .right > button { all: unset; cursor: pointer; color: var(--phasewatch-accent); border-radius: 3px; }
    .right > button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 2px; }
    [part='model'] { padding: 1px 16px 0; color: var(--phasewatch-ink-soft); display: flex; flex-wrap: wrap; gap: 0 8px; }
    [part='model'] > span:not(:last-child)::after, [part='progress'] > span:not(:last-child)::after { content: '·'; margin-left: 8px; font-weight: 400; color: var(--phasewatch-ink-faint); }
    .method { color: var(--phasewatch-ink); font-weight: 550; }
    [part='progress'] { display: flex; flex-wrap: wrap; gap: 0 8px; color: var(--phasewatch-ink-soft); min-height: 19px; }
    [part='progress'] .first { color: var(--phasewatch-ink); font-weight: 550; }
    [part='progress'].missing .first { color: var(--phasewatch-bad); }
    .failed { color: var(--phasewatch-bad); }
    progress { appearance: none; position: absolute; left: 0; bottom: -1px; width: 100%; height: 2px; border: 0; background: transparent; display: block; }
    progress::-webkit-progress-bar { background: transparent; }
    progress::-webkit-progress-value { background: var(--phasewatch-accent); transition: width 0.2s; }
    progress::-moz-progress-bar { background: var(--phasewatch-accent); }
    @keyframes pulse { to { opacity: 0.35; } }
    @media (prefers-reduced-motion: reduce) { .dot { animation: none !important; } progress::-webkit-progress-value { transition: none; } }
    .foot { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 24px; padding: 5px 16px 8px; }
    [part='now'] { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; color: var(--phasewatch-ink-soft); border-radius: 6px; }
    [part='now'] b { font-weight: 600; color: var(--phasewatch-ink); }
    [part='now'] .swatch { display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 6px; background: var(--hue); }
    [part='now'] > span:not(:last-child)::after { content: '·'; margin-left: 8px; color: var(--phasewatch-ink-faint); }
    [part='now'].fresh { animation: news 6s ease-out; }
    .unkept { margin: 0 16px 8px; padding: 5px 10px; border-radius: 6px; color: var(--phasewatch-ink); background: color-mix(in srgb, var(--phasewatch-bad) 10%, transparent); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--phasewatch-bad) 35%, transparent); overflow-wrap: anywhere; }
    .unkept.busy { background: var(--phasewatch-busy-soft); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--phasewatch-busy) 35%, transparent); }
    .hint { color: var(--phasewatch-ink-faint); }
    .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @keyframes news { 0%, 60% { background: var(--phasewatch-selected); box-shadow: 0 0 0 5px var(--phasewatch-selected); } }
    /* What is left out stands in the table behind the head. */
    @container (max-width: 479px) {
      .line { padding-inline: 12px; } [part='model'], .foot { padding-inline: 12px; }
      .right { margin-left: 0; width: 100%; gap: 4px 6px; }
      .line > .source, [part='model'] > span:not(.method), .hint { display: none; }
    }
    @media (prefers-reduced-motion: reduce) { [part='now'] { animation: none !important; } }
  `,
];
