/**
 * Finds the feed that a widget draws from (the order stands in `widget.ts`), keeps it connected while the widget is on a
 * page, and renders the widget after each of its changes. A source that comes into the page later is found then.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Feed } from '../feed/feed.ts';
import { type Found, feedAt, onSourcesChange, sourceAround } from '../feed/sources.ts';

export type Bonded = HTMLElement &
  ReactiveControllerHost & {
    readonly feed: Feed | null;
    readonly src: string | null;
    readonly run: string | null;
    readonly token: string | null;
    readonly source: string | null;
  };

export class BondController implements ReactiveController {
  readonly #host: Bonded;
  readonly #lacks: (reason: string | null) => void;
  #feed: Feed | null = null;
  /** What `#own` was made of. */
  #named: string | null = null;
  #own: Found | null = null;
  #leave: (() => void) | null = null;
  #leaveSources: (() => void) | null = null;
  #isConnected = false;

  /** @param lacks told why there is no feed, null where there is one */
  constructor(host: Bonded, lacks: (reason: string | null) => void) {
    this.#host = host;
    this.#lacks = lacks;
    host.addController(this);
  }

  get feed(): Feed | null {
    return this.#feed;
  }

  hostConnected(): void {
    this.#isConnected = true;
    this.#leaveSources = onSourcesChange(() => this.#host.requestUpdate());
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    this.#leaveSources?.();
    this.#leaveSources = null;
    this.#take(null);
  }

  /** To be called before the host takes anything from the feed. */
  bind(): void {
    if (!this.#isConnected) return;
    const found = this.#find();
    this.#lacks(found.feed === null ? found.reason : null);
    this.#take(found.feed);
  }

  #find(): Found {
    const { feed, src, run, token, source } = this.#host;
    if (feed !== null) return { feed };
    if (src !== null) return this.#ownAt(src, run, token);
    const around = sourceAround(this.#host, source);
    if (around !== null) return around;
    return run === null ? feedAt({ src: null, run: null, token }) : this.#ownAt(null, run, token);
  }

  #ownAt(src: string | null, run: string | null, token: string | null): Found {
    const named = JSON.stringify([src, run, token]);
    if (named !== this.#named || this.#own === null) {
      this.#named = named;
      this.#own = feedAt({ src, run, token, isShared: false });
    }
    return this.#own;
  }

  #take(feed: Feed | null): void {
    if (feed === this.#feed) return;
    this.#leave?.();
    this.#feed = feed;
    if (feed === null) {
      this.#leave = null;
      return;
    }
    const leaveFeed = feed.subscribe(() => this.#host.requestUpdate());
    const disconnect = feed.connect();
    this.#leave = () => {
      leaveFeed();
      disconnect();
    };
  }
}
