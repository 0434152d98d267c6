/**
 * `<phasewatch-tools>`: the buttons beside a widget's title: what it is, the numbers behind it, and what can be taken out
 * of it (`tools-panel.ts`, loaded when one of them is opened). They open in the top layer, out of every box that would
 * cut them off, and over an open dialog.
 */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Equipped } from './equipped.ts';

export type PanelKind = 'about' | 'table' | 'menu';

/**
 * The buttons beside a widget's title: what it is, its numbers, what can be taken out of it.
 *
 * @csspart button - each of the buttons
 * @csspart about - what the widget is
 * @csspart table - the numbers behind it
 * @csspart menu - what can be copied and saved
 */
@customElement('phasewatch-tools')
export class PhasewatchTools extends LitElement {
  static override readonly styles = css`
    :host { display: inline-flex; flex: none; align-self: center; }
    button { all: unset; cursor: pointer; box-sizing: border-box; width: 24px; height: 24px; margin-block: -2px; border-radius: 5px; font: 600 11px/24px var(--phasewatch-font); text-align: center; color: var(--phasewatch-ink-faint); }
    button:hover, button:has(+ :popover-open) { color: var(--phasewatch-ink); background: var(--phasewatch-hover); }
    button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
    svg { display: block; margin: 6px; fill: none; stroke: currentColor; stroke-width: 1.2; }
    .dots { stroke-width: 2; stroke-linecap: round; }
    [popover] { position: fixed; inset: auto; margin: 0; box-sizing: border-box; max-width: calc(100vw - 16px); max-height: calc(100vh - 16px); overflow: auto; padding: 10px 12px; border: 1px solid var(--phasewatch-border-strong); border-radius: 8px; font-size: 12px; white-space: normal; color: var(--phasewatch-ink-soft); background: var(--phasewatch-raised); box-shadow: 0 8px 28px var(--phasewatch-shadow); }
  `;

  /** Whose tools they are. */
  @property({ attribute: false }) widget: Equipped | null = null;

  protected override render(): TemplateResult | typeof nothing {
    if (this.widget === null) return nothing;
    const title = this.widget.heading;
    return html`
      ${this.#tool('about', `What ${title} means`, html`<svg width="12" height="12"><circle cx="6" cy="6" r="5.4" /><path d="M6 5.2V9M6 3v1" /></svg>`)}
      ${this.#tool('table', `${title} as a table`, html`<svg width="12" height="12"><path d="M.6 1.6h10.8v8.8H.6zM.6 4.5h10.8M.6 7.4h10.8M4.6 1.6v8.8" /></svg>`)}
      ${this.#tool('menu', `Copy or save ${title}`, html`<svg width="12" height="12" class="dots"><path d="M2 6h0M6 6h0M10 6h0" /></svg>`)}
    `;
  }

  #tool(kind: PanelKind, label: string, picture: TemplateResult): TemplateResult {
    return html`<button part="button ${kind}-button" data-tool=${kind} popovertarget=${kind} aria-haspopup=${kind === 'menu' ? 'menu' : 'dialog'} aria-label=${label} title=${label}>${picture}</button
      ><div id=${kind} part=${kind} popover @beforetoggle=${this.#toggled} @click=${stop}></div>`;
  }

  readonly #toggled = async (event: ToggleEvent) => {
    const panel = event.target;
    if (!(panel instanceof HTMLElement) || this.widget === null) return;
    const anchor = panel.previousElementSibling;
    if (!(anchor instanceof HTMLElement)) return;
    if (event.newState === 'closed') {
      // Browsers give it back only to what had it in the same tree.
      if (panel.matches(':focus-within')) anchor.focus();
      return;
    }
    try {
      const { fillPanel } = await import('./tools-panel.ts');
      await fillPanel({ kind: panel.id as PanelKind, widget: this.widget, panel, anchor });
    } catch {
      panel.textContent = 'This could not be loaded: the server that the page came from cannot be reached.';
    }
  };
}

/** What is clicked in here is not clicked in the widget. */
function stop(event: Event): void {
  event.stopPropagation();
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-tools': PhasewatchTools;
  }
}
