/**
 * The line above the graph while it is not simply the live one: what is looked at, what it is compared with, and the
 * ways back.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import type { CheckpointKey } from '../view/branches.ts';

export type BannerOptions = {
  /** The checkpoint chosen by the person, null when live. */
  readonly chosen: CheckpointKey | null;
  readonly branches: readonly Branch[];
  /** Id of the checkpoint that is shown live. */
  readonly live: string | null;
  /** What the person compares with. */
  readonly base: { readonly checkpoint: Checkpoint; readonly branch: number | null } | null;
  readonly stopComparing: () => void;
  readonly follow: () => void;
};

export function focusBanner(options: BannerOptions): TemplateResult | typeof nothing {
  const { chosen, branches, live, base } = options;
  if (chosen === null && base === null) return nothing;
  return html`<div class="banner" slot="banner" data-testid="banner">
    ${chosen === null ? nothing : html`<span>looking at <b>${chosen.id}</b>${leftBehind(branches, chosen.branch)} · live is at ${live ?? 'no checkpoint'}</span>`}
    ${base === null ? nothing : html`<span>edges show what changed since <b>step ${base.checkpoint.step.toLocaleString('en-GB')}</b>${leftBehind(branches, base.branch)}</span>`}
    ${base === null ? nothing : html`<button class="action" data-testid="stop-comparing" @click=${options.stopComparing}>Show weights</button>`}
    ${chosen === null ? nothing : html`<button class="action" @click=${options.follow}>Go live</button>`}
  </div>`;
}

function leftBehind(branches: readonly Branch[], branch: number | null): TemplateResult | typeof nothing {
  const from = branch === null ? undefined : branches[branch]?.fromStep;
  if (from === undefined) return nothing;
  return html` of the branch <b>left behind at step ${from.toLocaleString('en-GB')}</b>`;
}
