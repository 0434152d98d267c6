/**
 * The buttons at the right end of the head: a link to what is looked at, desktop notifications, colours, and the keys.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { NotificationStanding } from '../controllers/notification-controller.ts';
import type { Theme } from '../controllers/scheme-controller.ts';
import './phasewatch-copy.ts';

export type AppControls = {
  readonly theme: Theme;
  readonly nextTheme: () => void;
  /** Address of what is looked at, null where the page has none of its own. */
  readonly link: string | null;
  readonly notifications: NotificationStanding;
  readonly toggleNotifications: () => void;
  readonly help: () => void;
};

const BELL: Readonly<Record<Exclude<NotificationStanding, 'unavailable'>, string>> = {
  off: 'Tell me of phase changes, the first failure and the end of the run while this page is out of sight',
  on: 'Notifications are on: phase changes, the first failure and the end of the run, while this page is out of sight',
  blocked: 'Notifications: this browser blocks them for this page',
};

export function appControls({ link, ...controls }: AppControls): TemplateResult {
  return html`<span class="tools">
    ${link === null ? nothing : html`<phasewatch-copy data-testid="link" label="copy link" .text=${link} title="The address of exactly this view"></phasewatch-copy>`}
    ${bell(controls.notifications, controls.toggleNotifications)}
    <button class="scheme" data-testid="scheme" title="Colours: as the system says, light, or dark (key T)" @click=${controls.nextTheme}>
      <svg width="11" height="11" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" stroke-width="1.4" /><path d="M6 1 A5 5 0 0 1 6 11 Z" fill="currentColor" /></svg>
      ${controls.theme}
    </button>
    <button data-testid="help" aria-label="Keys" title="Keys (?)" @click=${controls.help}>?</button>
  </span>`;
}

function bell(standing: NotificationStanding, toggle: () => void): TemplateResult | typeof nothing {
  if (standing === 'unavailable') return nothing;
  return html`<button class="bell" data-testid="bell" aria-label="Desktop notifications" aria-pressed=${standing === 'on'} title=${BELL[standing]} @click=${toggle}>
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <path d="M6 1C4 1 3 2.5 3 4.3C3 7 1.6 7.6 1.6 8.7H10.4C10.4 7.6 9 7 9 4.3C9 2.5 8 1 6 1Z" fill=${standing === 'on' ? 'currentColor' : 'none'} stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" />
      <path d="M4.8 10.2A1.25 1.25 0 0 0 7.2 10.2" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linecap="round" />
      ${standing === 'on' ? nothing : html`<svg><path d="M1 11L11 1" stroke="currentColor" stroke-width="1.2" stroke-linecap="round" /></svg>`}
    </svg>
  </button>`;
}
