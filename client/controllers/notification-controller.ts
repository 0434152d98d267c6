/**
 * Desktop notifications of what happens in the run (`feed/alerts.ts`) while the page is out of sight or not in front. Off
 * until a person turns them on, which is when the browser asks for permission; remembered where the dashboard owns its page.
 *
 * One notification a run: the next one takes its place. A click on it brings the page to the front and looks at its
 * checkpoint. Where a browser has none, or the page is not served securely, `standing` is `unavailable`.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type Alert, Alerts } from '../feed/alerts.ts';
import type { Feed } from '../feed/feed.ts';
import { recalled, remember } from '../memory.ts';

const KEY = 'phasewatch-notifications';
const ICON = './icon.svg';

/** `blocked`: the person has said no to the browser, and only its settings take that back. */
export type NotificationStanding = 'unavailable' | 'off' | 'on' | 'blocked';

type Host = ReactiveControllerHost & { readonly page: boolean };

export class NotificationController implements ReactiveController {
  readonly #host: Host;
  readonly #feed: () => Feed | null;
  readonly #alerts = new Alerts((alert) => this.#tell(alert));
  #isWanted = false;
  /** This browser has the constructor and no use for it, as on phones. */
  #isRefused = false;
  #watched: { readonly feed: Feed; readonly run: string; readonly leave: () => void } | null = null;

  constructor(host: Host, feed: () => Feed | null) {
    this.#host = host;
    this.#feed = feed;
    host.addController(this);
  }

  get standing(): NotificationStanding {
    if (this.#isRefused || !window.isSecureContext || !('Notification' in window)) return 'unavailable';
    if (Notification.permission === 'denied') return 'blocked';
    return this.#isWanted && Notification.permission === 'granted' ? 'on' : 'off';
  }

  /** To be called in a click: browsers ask for permission then only. */
  async toggle(): Promise<void> {
    if (this.standing === 'on') this.#want(false);
    else if (this.standing === 'off') this.#want((await Notification.requestPermission()) === 'granted');
  }

  hostConnected(): void {
    this.#isWanted = this.#host.page && recalled(KEY) === 'on';
  }

  hostUpdated(): void {
    const feed = this.#feed();
    const run = feed?.run ?? null;
    if (this.standing !== 'on' || feed === null || run === null) {
      this.#leave();
      return;
    }
    if (this.#watched?.feed === feed && this.#watched.run === run) return;
    this.#leave();
    const watched = feed.source.acquire(run);
    const leaveAlerts = this.#alerts.watch(watched);
    const leave = () => {
      leaveAlerts();
      feed.source.release(watched);
    };
    this.#watched = { feed, run, leave };
  }

  hostDisconnected(): void {
    this.#leave();
  }

  #want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (this.#host.page) remember(KEY, isWanted ? 'on' : 'off');
    this.#host.requestUpdate();
  }

  #leave(): void {
    this.#watched?.leave();
    this.#watched = null;
  }

  #tell({ run, text, checkpoint }: Alert): void {
    if (document.visibilityState === 'visible' && document.hasFocus()) return;
    const feed = this.#watched?.feed ?? this.#feed();
    try {
      const notification = new Notification(run.name, {
        body: text,
        tag: `phasewatch-${run.id}`,
        icon: ICON,
      });
      notification.onclick = () => {
        window.focus();
        if (checkpoint !== null && feed?.run === run.id) feed.choose({ id: checkpoint, branch: null });
        notification.close();
      };
    } catch {
      this.#isRefused = true;
      this.#host.requestUpdate();
    }
  }
}
