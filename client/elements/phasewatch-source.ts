/**
 * `<phasewatch-source>`: where the widgets of a page take their data from, and what they share: widgets inside it, those
 * that name its id with `source`, and, if it is the first one, all that name nothing.
 *
 * Attributes: `src` (address of a server, `wss://host:4747` or that of its dashboard; else the server that the script came
 * from), `run` (id; else the first one), `token`. Property: `feed` (where data come from otherwise). It draws nothing.
 */
import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Feed } from '../feed/feed.ts';
import {
  addSource,
  type FeedSource,
  type Found,
  feedAt,
  removeSource,
  tellSourcesChanged,
} from '../feed/sources.ts';

/**
 * Where the widgets of a page take their data from, and what they share. It draws nothing.
 *
 * @slot - widgets that take their data from it
 */
@customElement('phasewatch-source')
export class PhasewatchSource extends LitElement implements FeedSource {
  static override readonly styles = css`:host { display: contents; }`;

  /** Address of a server. */
  @property() src: string | null = null;
  /** Id of the run, null for the first one. */
  @property() run: string | null = null;
  /** To show to a server that asks for one. */
  @property() token: string | null = null;
  /** Where data come from instead of a server. */
  @property({ attribute: false }) feed: Feed | null = null;
  #found: Found | null = null;

  get found(): Found {
    if (this.feed !== null) return { feed: this.feed };
    this.#found ??= feedAt({ src: this.src, run: this.run, token: this.token, isShared: false });
    return this.#found;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addSource(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeSource(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const isElsewhere = changed.has('src') || changed.has('token');
    if (isElsewhere) this.#found = null;
    else if (changed.has('run') && this.run !== null) this.#found?.feed?.watch(this.run);
    if (isElsewhere || changed.has('feed')) tellSourcesChanged();
  }

  protected override render(): TemplateResult {
    return html`<slot></slot>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-source': PhasewatchSource;
  }
}
