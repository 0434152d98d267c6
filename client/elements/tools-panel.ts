/**
 * What the tools of a widget open: its explanation, the numbers behind it as a table, and the menu of what can be copied and
 * saved. Loaded when the first of them is opened. What cannot be done is said in words, in the menu itself.
 */
import { css, html, nothing, render, type TemplateResult } from 'lit';
import { unreachable } from '../../protocol/unreachable.ts';
import { copyText } from '../clipboard.ts';
import { wholeText } from '../view/number.ts';
import { frameSnippet, notebookSnippet, type Shown, TOKEN_NOTE, tagSnippet } from '../view/snippets.ts';
import type { About, Equipped } from './equipped.ts';
import type { PanelKind } from './phasewatch-tools.ts';
import { placePopover } from './place-popover.ts';
import { nameOf, saveFile, shownAttributes } from './taken-out.ts';

/** More rows make a page slow and are read by nobody: the CSV has them all. */
const ROWS_MAX = 500;

const sheet = css`
  h4 { margin: 0 0 4px; font-size: 13px; color: var(--phasewatch-ink); }
  p { margin: 0; }
  .source { margin-top: 6px; color: var(--phasewatch-ink-faint); }
  #about { width: 280px; overflow-wrap: anywhere; }
  #table { padding: 0; }
  #table > p { padding: 10px 12px; }
  .rows { max-height: min(420px, 70vh); overflow: auto; }
  .rows:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
  table { min-width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  caption { padding: 8px 12px; text-align: start; color: var(--phasewatch-ink); font-weight: 600; }
  th, td { padding: 3px 12px; text-align: end; white-space: nowrap; }
  th:first-child, td:first-child { text-align: start; }
  thead th { position: sticky; top: 0; font-weight: 600; color: var(--phasewatch-ink); background: var(--phasewatch-raised); box-shadow: 0 1px var(--phasewatch-border); }
  tbody tr:nth-child(even) { background: var(--phasewatch-hover); }
  #menu { padding: 4px; width: 232px; }
  [role='menuitem'] { all: unset; display: block; box-sizing: border-box; width: 100%; height: auto; padding: 5px 8px; border-radius: 5px; cursor: pointer; font: 400 12.5px/1.4 var(--phasewatch-font); text-align: start; color: var(--phasewatch-ink); }
  [role='menuitem']:hover, [role='menuitem']:focus-visible { background: var(--phasewatch-selected); outline: none; }
  [role='separator'] { margin: 4px 0; border-top: 1px solid var(--phasewatch-border); }
  .note { padding: 4px 8px; color: var(--phasewatch-ink-faint); font-size: 11px; }
  .said { padding: 4px 8px; color: var(--phasewatch-ink); font-weight: 550; }
  .said:empty { display: none; }
`;

export type PanelOptions = {
  readonly kind: PanelKind;
  readonly widget: Equipped;
  /** The popover, open or opening. */
  readonly panel: HTMLElement;
  readonly anchor: Element;
};

export async function fillPanel(options: PanelOptions): Promise<void> {
  const { panel, anchor } = options;
  dress(panel.getRootNode());
  render(await contentOf(options), panel);
  // It has a size only once it is open.
  if (!panel.matches(':popover-open'))
    await new Promise((resolve) => panel.addEventListener('toggle', resolve, { once: true }));
  placePopover(panel, anchor.getBoundingClientRect());
  panel.querySelector<HTMLElement>('[role="menuitem"], .rows')?.focus();
}

function dress(root: Node): void {
  if (!(root instanceof ShadowRoot) || sheet.styleSheet === undefined) return;
  if (!root.adoptedStyleSheets.includes(sheet.styleSheet))
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet.styleSheet];
}

async function contentOf({ kind, widget, panel }: PanelOptions): Promise<TemplateResult> {
  switch (kind) {
    case 'about':
      return aboutBox(widget.heading, await widget.about());
    case 'table':
      return numbers(widget);
    case 'menu':
      return menu(widget, panel);
    default:
      return unreachable(kind);
  }
}

function aboutBox(title: string, { text, source }: About): TemplateResult {
  return html`<h4>${title}</h4><p>${text}</p><p class="source">${source}</p>`;
}

function numbers({ table }: Equipped): TemplateResult {
  if (table === null) return html`<p>There are no numbers to show yet.</p>`;
  const { caption, head, rows } = table;
  const more = rows.length > ROWS_MAX;
  return html`<div class="rows" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption>${caption}</caption>
      <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.slice(0, ROWS_MAX).map((row) => html`<tr>${row.map((value) => html`<td>${value ?? '–'}</td>`)}</tr>`)}</tbody>
    </table>
    ${more ? html`<p class="note">The first ${ROWS_MAX} of ${wholeText(rows.length)} rows; the CSV holds all.</p>` : nothing}
  </div>`;
}

type Item = {
  readonly label: string;
  /** Resolves to what is to be said. @throws Error with a sentence */
  run(): Promise<string>;
};

function menu(widget: Equipped, panel: HTMLElement): TemplateResult {
  const copies = copiesOf(widget, panel);
  return html`<div role="menu" aria-label="Copy or save" @keydown=${keyPressed}>
      ${copies.map((item) => entry(item, panel))}
      ${copies.length > 0 ? html`<div role="separator"></div>` : nothing}
      ${savesOf(widget).map((item) => entry(item, panel))}
    </div>
    <p class="said" role="status"></p>
    ${copies.length > 0 ? html`<p class="note">${TOKEN_NOTE}</p>` : html`<p class="note">What is shown comes from a file. To show it elsewhere, pass the file on.</p>`}`;
}

function entry({ label, run }: Item, panel: HTMLElement): TemplateResult {
  const chosen = async () => {
    const said = panel.querySelector('.said');
    const sentence = await run().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (said !== null) said.textContent = sentence;
  };
  return html`<button role="menuitem" tabindex="-1" @click=${chosen}>${label}</button>`;
}

function copiesOf(widget: Equipped, panel: HTMLElement): Item[] {
  const { address } = widget.origin;
  if (address === null) return [];
  const copy = (label: string, snippet: (shown: Shown) => string): Item => ({
    label,
    run: async () => {
      const shown = {
        address,
        tag: widget.localName,
        attributes: shownAttributes(widget),
        title: widget.heading,
        heightPixels: Math.ceil(widget.getBoundingClientRect().height),
      };
      const isCopied = await copyText(snippet(shown), panel.lastElementChild ?? panel);
      return isCopied ? 'Copied.' : 'The browser does not let this page copy.';
    },
  });
  return [
    copy('Copy as a tag', tagSnippet),
    copy('Copy as an iframe', frameSnippet),
    copy('Copy for a notebook (Python)', notebookSnippet),
  ];
}

function savesOf(widget: Equipped): Item[] {
  const save = (extension: string, contents: () => Promise<Blob>): Item => ({
    label: `Save as ${extension.toUpperCase()}`,
    run: async () => {
      const name = `${nameOf(widget)}.${extension}`;
      saveFile(await contents(), name);
      return `Saved as ${name}.`;
    },
  });
  return [
    save('png', () => widget.exportImage('png')),
    save('svg', () => widget.exportImage('svg')),
    save('csv', async () => {
      const text = widget.exportTable();
      if (text === null) throw new Error('There are no numbers to save yet.');
      return new Blob([text], { type: 'text/csv;charset=utf-8' });
    }),
  ];
}

/** Keys of a menu; Escape is the popover's own. */
function keyPressed(event: KeyboardEvent): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  event.stopPropagation();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  const at = items.findIndex((item) => item.matches(':focus'));
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    items.at(next % items.length)?.focus();
  } else if (event.key === 'Tab') event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover();
}
