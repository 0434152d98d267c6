/**
 * `<phasewatch-keys>`: the help of the keyboard, a dialog over the page. Methods: `toggle`. Escape, its button, or a
 * click beside it closes it, and the focus goes back to where it was.
 */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { KEY_HELP } from '../view/key-help.ts';

@customElement('phasewatch-keys')
export class PhasewatchKeys extends LitElement {
  static override readonly styles = css`
    dialog { width: min(480px, calc(100vw - 32px)); box-sizing: border-box; max-height: calc(100vh - 48px); overflow-y: auto; padding: 16px 20px 18px; border: 1px solid var(--phasewatch-border-strong); border-radius: 11px; color: var(--phasewatch-ink); background: var(--phasewatch-raised); box-shadow: 0 12px 40px var(--phasewatch-shadow); font: 400 13px / 1.5 var(--phasewatch-font); }
    dialog::backdrop { background: #0006; }
    header { display: flex; align-items: baseline; }
    h2 { margin: 0; font-size: 15px; font-weight: 650; }
    h3 { margin: 14px 0 4px; font-size: 11.5px; font-weight: 600; color: var(--phasewatch-ink-faint); }
    dl { display: grid; grid-template-columns: 112px 1fr; gap: 5px 16px; margin: 0; }
    dt { display: flex; gap: 4px; }
    dd { margin: 0; color: var(--phasewatch-ink-soft); }
    kbd { font: 11.5px/18px var(--phasewatch-mono); min-width: 10px; text-align: center; padding: 0 5px; border-radius: 4px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); background: var(--phasewatch-hover); }
    p { margin: 14px 0 0; color: var(--phasewatch-ink-faint); font-size: 12px; }
    button { all: unset; margin-left: auto; cursor: pointer; padding: 1px 9px; border-radius: 6px; font-size: 12px; color: var(--phasewatch-ink-soft); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); }
    button:hover { background: var(--phasewatch-hover); }
    button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
  `;

  toggle(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog?.open) dialog.close();
    else dialog?.showModal();
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="title" data-testid="keys" @click=${this.#clicked}>
      <header><h2 id="title">Keys</h2><button @click=${this.toggle}>Close</button></header>
      ${KEY_HELP.map(
        ({ title, keys }) =>
          html`<h3>${title}</h3><dl>${keys.map(
            ({ keys: names, words }) =>
              html`<dt>${names.map((name) => html`<kbd>${name}</kbd>`)}</dt><dd>${words}</dd>`,
          )}</dl>`,
      )}
      <p>Keys are left to a field, a slider or a list while it has the focus.</p>
    </dialog>`;
  }

  readonly #clicked = (event: MouseEvent) => {
    const dialog = event.currentTarget as HTMLDialogElement;
    if (event.target === dialog && !isInside(event, dialog.getBoundingClientRect())) dialog.close();
  };
}

function isInside({ clientX, clientY }: MouseEvent, { left, right, top, bottom }: DOMRect): boolean {
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-keys': PhasewatchKeys;
  }
}
