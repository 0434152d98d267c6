/**
 * What a widget shows in place of its picture: which state this is, and what to do about it (`view/notice.ts`).
 */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Feed } from '../feed/feed.ts';
import type { Notice } from '../view/notice.ts';

export type NoticeOptions = {
  /** Why there is no feed, null where there is one. */
  readonly missing: string | null;
  readonly live: () => void;
};

export function noticeBox(
  feed: Feed | null,
  notice: Notice | null,
  { missing, live }: NoticeOptions,
): TemplateResult | typeof nothing {
  if (missing !== null)
    return html`<div class="notice" data-testid="notice" role="status"><p class="text">${missing}</p></div>`;
  if (feed === null || notice === null) return nothing;
  const action = {
    'retry-connection': { label: 'Connect now', run: () => feed.retryNow() },
    'retry-graph': { label: 'Try again', run: () => feed.focusing.retry() },
    live: { label: 'Go live', run: live },
  };
  const offered = notice.action === 'live' && feed.chosen === null ? null : notice.action;
  return html`<div class="notice ${notice.tone}" data-testid="notice" role="status">
    <h2>${notice.title}</h2>
    <p class="text">${notice.text}</p>
    <p>${notice.hint}</p>
    ${offered === null ? nothing : html`<button class="action" @click=${action[offered].run}>${action[offered].label}</button>`}
  </div>`;
}

export const noticeStyles = css`
  .notice { position: absolute; inset: 0; display: grid; align-content: center; justify-items: center; gap: 6px; padding: 12px 24px; overflow: auto; text-align: center; color: var(--phasewatch-ink-soft); background: var(--phasewatch-panel); }
  .notice > * { max-width: 44ch; overflow-wrap: anywhere; }
  .notice h2 { margin: 0; font-size: 16px; font-weight: 600; color: var(--phasewatch-ink); }
  .notice.bad .text { color: var(--phasewatch-bad); background: var(--phasewatch-bad-soft); border-radius: 7px; padding: 7px 12px; }
  .notice p { margin: 0; }
  .action { all: unset; cursor: pointer; font-weight: 550; padding: 2px 10px; border-radius: 6px; color: var(--phasewatch-ink); background: var(--phasewatch-panel); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); }
  .action:hover { background: var(--phasewatch-hover); }
  .action:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
  .notice .action { margin-top: 8px; }
`;
