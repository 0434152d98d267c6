/**
 * What every widget begins with: its own text, whatever the page around it does to the text of all elements, and its
 * colour scheme. What a page says with `!important` of the host's own box (width, margin, display: none) it gets.
 */
import { css } from 'lit';
import { noticeStyles } from './notice-box.ts';

export const widgetStyles = [
  css`
    :host {
      position: relative; box-sizing: border-box; min-width: 0;
      background: var(--phasewatch-panel) !important; color: var(--phasewatch-ink) !important;
      font: 400 13px / 1.45 var(--phasewatch-font) !important; font-variant-numeric: tabular-nums !important;
      letter-spacing: normal !important; word-spacing: normal !important; text-transform: none !important; text-indent: 0 !important;
      text-align: start !important; text-shadow: none !important; white-space: normal !important; direction: ltr !important; cursor: auto; -webkit-font-smoothing: antialiased;
    }
    :host([theme='light']) { color-scheme: light !important; }
    :host([theme='dark']) { color-scheme: dark !important; }
    :host([theme='auto']) { color-scheme: light dark !important; }
    :host([hidden]) { display: none !important; }
    /* Where the system takes backgrounds away: what is chosen, and what means something by its fill. */
    @media (forced-colors: active) {
      [aria-selected='true'], [aria-pressed='true'] { forced-color-adjust: none !important; background: Highlight !important; }
      [aria-selected='true'], [aria-pressed='true'], [aria-selected='true'] * { color: HighlightText !important; }
      .dot, .swatch, .bar, .mark { forced-color-adjust: none; }
    }
  `,
  noticeStyles,
];
