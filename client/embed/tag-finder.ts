/**
 * Finds the `phasewatch-` tags of a page as they come, in its open shadow roots too, and defines what it finds.
 *
 * Shadow roots of other libraries: an element's root is looked into when the element comes into the page, and when it is
 * defined later, as lazily loaded ones are. Stubs that are defined in advance would also be found in closed roots, but
 * an element cannot be defined twice: the stub would have to stay around the widget, between it and its attributes,
 * properties and types. What nobody can see from outside (a closed root, a root attached late by hand) the page names
 * itself: `load(root)`. Cost: each element that is added is looked at once.
 */
import { define, PREFIX, TAGS } from './modules.ts';

export type Root = Document | ShadowRoot | DocumentFragment | Element;

const observed = new WeakSet<Node>();
const warned = new Set<string>();

/** Defines what is used in there, now and from now on. Resolves when what is there now is defined. */
export function load(root: Root): Promise<void> {
  const found = new Set<string>();
  watch(root, found);
  return define(found);
}

function watch(root: Root, found: Set<string>): void {
  if (!observed.has(root)) {
    observed.add(root);
    observer.observe(root, { childList: true, subtree: true });
  }
  if (root instanceof Element) look(root, found);
  for (const element of root.querySelectorAll('*')) look(element, found);
}

const observer = new MutationObserver((records) => {
  const found = new Set<string>();
  for (const { addedNodes } of records)
    for (const node of addedNodes) {
      if (!(node instanceof Element)) continue;
      look(node, found);
      for (const element of node.querySelectorAll('*')) look(element, found);
    }
  if (found.size > 0) void define(found);
});

function look(element: Element, found: Set<string>): void {
  const { localName, shadowRoot } = element;
  if (localName.startsWith(PREFIX)) {
    if (customElements.get(localName) !== undefined) return;
    if (TAGS.includes(localName)) found.add(localName);
    else warn(localName);
  } else if (shadowRoot !== null) {
    if (!observed.has(shadowRoot)) watch(shadowRoot, found);
  } else if (localName.includes('-') && customElements.get(localName) === undefined) {
    customElements.whenDefined(localName).then(
      () => element.shadowRoot && load(element.shadowRoot),
      // Not every name with a hyphen may be defined (font-face, annotation-xml).
      () => undefined,
    );
  }
}

function warn(tag: string): void {
  if (warned.has(tag)) return;
  warned.add(tag);
  console.warn(
    `phasewatch: there is no <${tag}>; expected one of ${TAGS.map((known) => `<${known}>`).join(', ')}`,
  );
}
