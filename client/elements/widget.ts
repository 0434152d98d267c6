/**
 * What all widgets have in common: where their data come from, their colours, and what a page can ask of them.
 *
 * Data come from the feed that a parent hands over (`feed`), else from a server of its own (`src`, `run`, `token`), else
 * from a `<phasewatch-source>`: the one that `source` names by id, the one around it, or the first one of the page.
 * Without any of these, from the server that the script came from. A widget never throws for what it lacks: it says it
 * (`missing`).
 *
 * Attributes: `src`, `run`, `token`, `source`, `theme` (`light`, `dark`, `auto` as the system says; else that of the page).
 * Methods: `flush`, `save`, `restore`, `exportImage`, `exportTable`. All widgets of one feed share what is looked at.
 */
import { html, LitElement, type nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { BondController } from '../controllers/bond-controller.ts';
import { ClockController } from '../controllers/clock-controller.ts';
import { type Scheme, SchemeController, type Theme } from '../controllers/scheme-controller.ts';
import type { Feed } from '../feed/feed.ts';
import { applyTheme } from '../theme.ts';
import { connectionNotice } from '../view/notice.ts';
import type { About, ImageFormat, Origin, Saved, Table } from './equipped.ts';
import { compareEvent, liveEvent, selectEvent } from './events.ts';
import { noticeBox } from './notice-box.ts';
import './phasewatch-tools.ts';

export type { About, ImageFormat, Origin, Saved, Table };

export abstract class Widget extends LitElement {
  /** Address of a server, `wss://host:4747` or its dashboard's. */
  @property() src: string | null = null;
  /** Id of the run, null for the first one. */
  @property() run: string | null = null;
  /** To show to a server that asks for one. */
  @property() token: string | null = null;
  /** Id of the `<phasewatch-source>` to take data from. */
  @property() source: string | null = null;
  @property({ reflect: true }) theme: Theme | null = null;
  /** Handed over by an element that this one is a part of. */
  @property({ attribute: false }) feed: Feed | null = null;
  /** Why there are no data, as a sentence; null while there is a feed. */
  @state() protected missing: string | null = null;

  protected readonly colours = new SchemeController(this);
  readonly #bond = new BondController(this, (reason) => {
    this.missing = reason;
  });

  constructor() {
    super();
    // The notice counts the seconds to the next attempt.
    new ClockController(this, () => this.bound?.status.phase === 'reconnecting');
  }

  override connectedCallback(): void {
    applyTheme(this.ownerDocument);
    super.connectedCallback();
  }

  /** Its title. */
  abstract get heading(): string;

  /** What it is and how to read it, and where that is defined. */
  async about(): Promise<About> {
    const { aboutOf } = await import('../view/abouts.ts');
    return aboutOf(this.localName);
  }

  /** The numbers behind the picture as they are shown, null while there are none. */
  abstract get table(): Table | null;

  get origin(): Origin {
    const feed = this.bound;
    return { address: feed?.source.address ?? null, run: feed?.run ?? null };
  }

  /** Resolves when all that has arrived so far is on show. */
  async flush(): Promise<void> {
    while (this.isUpdatePending) await this.updateComplete;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    while (this.isUpdatePending) await this.updateComplete;
  }

  /** Its attributes as they differ from the defaults, for `restore`. */
  save(): Saved {
    const saved: Record<string, unknown> = {};
    for (const name of this.savedProperties) {
      const value = this[name as keyof this];
      if (value !== null && value !== false && value !== undefined) saved[name] = value;
    }
    return saved;
  }

  /** Takes what `save` gave; what it does not know it leaves alone. Resolves when that is on show. */
  async restore(saved: Saved): Promise<void> {
    for (const name of this.savedProperties) if (name in saved) Object.assign(this, { [name]: saved[name] });
    await this.flush();
  }

  /**
   * The picture as a file: vectors, or pixels at twice the size.
   *
   * @throws Error with a sentence where there is nothing to draw
   */
  async exportImage(format: ImageFormat = 'png'): Promise<Blob> {
    await this.flush();
    const svg = await this.figure();
    if (svg === null) throw new Error(this.missing ?? 'There is nothing to draw yet.');
    const { imageOf } = await import('../figure/image.ts');
    return imageOf(svg, format);
  }

  /** The table behind the picture as CSV (RFC 4180), null while there is none. */
  exportTable(): string | null {
    const { table } = this;
    return table && [table.head, ...table.rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
  }

  /** The picture as a self-contained SVG with its title and legend; null while there is nothing to draw. */
  protected async figure(): Promise<string | null> {
    return null;
  }

  protected get savedProperties(): readonly string[] {
    return ['src', 'run', 'source', 'theme'];
  }

  protected get scheme(): Scheme {
    return this.colours.scheme;
  }

  /** The feed in use, whoever it is from. */
  protected get bound(): Feed | null {
    return this.#bond.feed;
  }

  /** The buttons beside the title. */
  protected tools(): TemplateResult {
    return html`<phasewatch-tools .widget=${this}></phasewatch-tools>`;
  }

  /** What stands in place of the picture while nothing is known of a run: why that is, and what to do. */
  protected absence(): TemplateResult | typeof nothing {
    const feed = this.bound;
    const notice = feed?.state === null ? connectionNotice(feed.status, Date.now()) : null;
    return noticeBox(feed, notice, { missing: this.missing, live: () => this.goLive() });
  }

  /** Takes over from the feed what is to be drawn; called before every update while there is one. */
  protected follow(_feed: Feed): void {}

  /** Looks at a checkpoint, here and in all widgets of the feed, unless the page prevents it. */
  protected select(checkpoint: string, branch: number | null = null): void {
    if (this.dispatchEvent(selectEvent(checkpoint, branch))) this.bound?.choose({ id: checkpoint, branch });
  }

  /** Compares what is looked at with a checkpoint, null for the one before, unless the page prevents it. */
  protected compareWith(checkpoint: string | null, branch: number | null = null): void {
    if (!this.dispatchEvent(compareEvent(checkpoint, branch))) return;
    this.bound?.compare(checkpoint === null ? null : { id: checkpoint, branch });
  }

  /** Follows the run, unless the page prevents it. */
  protected goLive(): void {
    if (this.dispatchEvent(liveEvent())) this.bound?.choose(null);
  }

  /** A subclass that overrides this calls it first. */
  protected override willUpdate(_changed: PropertyValues): void {
    this.#bond.bind();
    const feed = this.#bond.feed;
    if (feed !== null) this.follow(feed);
  }
}

function csvField(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
