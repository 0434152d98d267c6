/**
 * The line above the graph while it is not simply the live one: what is looked at, what it is compared with, and the
 * ways back.
 */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Branch } from '../../protocol/state.ts';
import type { Feed } from '../feed/feed.ts';
import { liveCheckpoint } from '../view/focus.ts';
import { wholeText } from '../view/number.ts';

export type BannerActions = {
  /** Follows the run again. */
  readonly live: () => void;
  /** Compares no more. */
  readonly weights: () => void;
};

export function focusBanner(
  { state, chosen, chosenBase: base }: Feed,
  actions: BannerActions,
): TemplateResult | typeof nothing {
  if (state === null || (chosen === null && base === null)) return nothing;
  const { branches } = state;
  return html`<div class="banner" part="banner" data-testid="banner">
    ${chosen === null ? nothing : html`<span>looking at <b>${chosen.id}</b>${leftBehind(branches, chosen.branch)} ${liveWords(liveCheckpoint(state, true), chosen.id)}</span>`}
    ${base === null ? nothing : html`<span>edges show what changed since <b>step ${wholeText(base.checkpoint.step)}</b>${leftBehind(branches, base.key.branch)}</span>`}
    ${base === null ? nothing : html`<button class="action" data-testid="stop-comparing" @click=${actions.weights}>Show weights</button>`}
    ${chosen === null ? nothing : html`<button class="action" @click=${actions.live}>Go live</button>`}
  </div>`;
}

export const bannerStyles = css`
  .banner {
    display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; margin: 8px 14px 0; padding: 5px 6px 5px 11px; border-radius: 7px;
    background: var(--phasewatch-busy-soft); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--phasewatch-busy) 35%, transparent);
  }
  .banner b { font-weight: 600; }
  .banner .action { margin-left: auto; font-size: 12px; }
  .banner .action + .action { margin-left: 0; }
`;

function liveWords(live: string | null, chosen: string): string {
  if (live === chosen) return '· the newest one';
  return `· live is at ${live ?? 'no checkpoint'}`;
}

function leftBehind(branches: readonly Branch[], branch: number | null): TemplateResult | typeof nothing {
  const from = branch === null ? undefined : branches[branch]?.fromStep;
  if (from === undefined) return nothing;
  return html` of the branch <b>left behind at step ${wholeText(from)}</b>`;
}
