/**
 * The page in an iframe: one widget, as the address says (`frame-words.ts`), and how tall it is (`frame-size.ts`).
 *
 * Of the address only names of elements and of attributes that the element knows are used; nothing of it becomes HTML.
 */
import { setHomeServer } from '../servers.ts';
import { sayHeight } from './frame-size.ts';
import { type FrameWords, frameWords } from './frame-words.ts';
import { define, PREFIX, TAGS } from './modules.ts';

async function show(words: FrameWords): Promise<void> {
  const { tag, attributes, fit, token, site } = words;
  document.body.replaceChildren();
  document.documentElement.classList.toggle('fills', fit === 'frame');
  if (fit === 'content' && window.parent !== window) sayHeight(document.body, window.parent);
  if (!TAGS.includes(tag)) {
    const known = TAGS.map((name) => name.slice(PREFIX.length)).join(', ');
    complain(
      `Expected one of the widgets ${known} in the address of this page, got "${tag.slice(PREFIX.length)}".`,
    );
    return;
  }
  setHomeServer(site);
  await define([tag]);
  const made = customElements.get(tag);
  if (made === undefined) {
    complain('The widget could not be loaded. Check that the phasewatch server runs, and reload this page.');
    return;
  }
  const widget = document.createElement(tag);
  const known = observedBy(made);
  for (const [name, value] of attributes)
    if (known.includes(name)) widget.setAttribute(name, value);
    else console.warn(`phasewatch: <${tag}> has no attribute "${name}"; it knows ${known.join(', ')}`);
  if (token !== null) widget.setAttribute('token', token);
  document.documentElement.style.colorScheme = schemeOf(attributes.get('theme'));
  document.body.append(widget);
}

function complain(sentence: string): void {
  const problem = document.createElement('p');
  problem.className = 'problem';
  problem.setAttribute('role', 'alert');
  problem.textContent = sentence;
  document.body.append(problem);
}

function observedBy(made: CustomElementConstructor & { readonly observedAttributes?: readonly string[] }) {
  return made.observedAttributes ?? [];
}

function schemeOf(theme: string | undefined): string {
  return theme === 'light' || theme === 'dark' ? theme : 'light dark';
}

void show(frameWords(location.href));
