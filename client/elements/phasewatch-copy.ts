/**
 * `<phasewatch-copy>`: a button that copies `text` and says that it did. Attribute: `label`.
 *
 * Pages that are not served securely have no clipboard; there the text is selected and copied the old way.
 */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

const SAID_MILLIS = 1600;

@customElement('phasewatch-copy')
export class PhasewatchCopy extends LitElement {
  static override readonly styles = css`
    button {
      all: unset; cursor: pointer; font-size: 11.5px; font-weight: 550; padding: 1px 8px; border-radius: 5px; white-space: nowrap;
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
    this.said = (await copied(this.text)) ? 'copied' : 'not copied';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.said = null;
    }, SAID_MILLIS);
  };
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not secure, or not allowed.
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-copy': PhasewatchCopy;
  }
}
