/**
 * `<phasewatch-copy>`: a button that copies `text` and says that it did. Attribute: `label`.
 */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { copyText } from '../clipboard.ts';

const SAID_MILLIS = 1600;

/** A button that copies a text and says that it did. */
@customElement('phasewatch-copy')
export class PhasewatchCopy extends LitElement {
  static override readonly styles = css`
    :host { display: inline-flex; }
    button {
      all: unset; box-sizing: border-box; display: inline-flex; align-items: center; min-height: 22px; cursor: pointer; font-size: 11.5px; font-weight: 550; line-height: 18px; padding: 0 8px; border-radius: 5px; white-space: nowrap;
      color: var(--phasewatch-ink-soft); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong);
    }
    button:hover { background: var(--phasewatch-hover); }
    button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
    button.copied { color: var(--phasewatch-good); }
  `;

  @property() text = '';
  @property() label = 'copy';
  @state() private said: 'copied' | 'not copied' | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.said = null;
  }

  protected override render(): TemplateResult {
    return html`<button class=${this.said ?? ''} title="Copy as text" @click=${this.#copy}><span aria-live="polite">${this.said ?? this.label}</span></button>`;
  }

  readonly #copy = async (event: Event) => {
    event.stopPropagation();
    this.said = (await copyText(this.text, this)) ? 'copied' : 'not copied';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.said = null;
    }, SAID_MILLIS);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-copy': PhasewatchCopy;
  }
}
