/**
 * The feeds of a page: those of its `<phasewatch-source>` elements, and the one of the server that the script came from,
 * which all widgets share that name nothing else.
 */
import { serverNamed } from '../servers.ts';
import { Feed } from './feed.ts';

export type Found = { readonly feed: Feed } | { readonly feed: null; readonly reason: string };

export type FeedSource = HTMLElement & { readonly found: Found };

const sources = new Set<FeedSource>();
const listeners = new Set<() => void>();
let homeFeed: Feed | null = null;

export function addSource(source: FeedSource): void {
  sources.add(source);
  tellSourcesChanged();
}

export function removeSource(source: FeedSource): void {
  sources.delete(source);
  tellSourcesChanged();
}

export function tellSourcesChanged(): void {
  for (const listener of [...listeners]) listener();
}

/** Calls `listener` when a source comes, goes or has another feed, until the returned function is called. */
export function onSourcesChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * What the source says that a widget takes its data from.
 *
 * @param id of the source; null for the one around the widget, else the first of the page
 * @returns null where no source is named and there is none
 */
export function sourceAround(widget: HTMLElement, id: string | null): Found | null {
  if (id !== null) {
    const named = [...sources].find((source) => source.id === id);
    const reason = `There is no <phasewatch-source id="${id}"> on this page.`;
    return named?.found ?? { feed: null, reason };
  }
  for (let node: Node | null = widget; node !== null; node = parentOf(node))
    if (isSource(node)) return node.found;
  const first = [...sources].sort((a, b) =>
    a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
  )[0];
  return first?.found ?? null;
}

export type FeedAddress = {
  readonly src: string | null;
  readonly run: string | null;
  readonly token: string | null;
  /** Whether the home server's first run is meant that others look at too. */
  readonly isShared?: boolean;
};

export function feedAt({ src, run, token, isShared = true }: FeedAddress): Found {
  const named = serverNamed(src, token);
  if (named === null)
    return {
      feed: null,
      reason:
        src === null
          ? 'No data yet: put <phasewatch-source src="http://host:4747"> on the page, or give this element a src.'
          : `Expected the address of a phasewatch server in src, as http://host:4747, got "${src}".`,
    };
  if (src === null && isShared) {
    if (homeFeed?.source !== named.source) homeFeed = new Feed(named);
    return { feed: homeFeed };
  }
  return { feed: new Feed({ source: named.source, run: run ?? named.run }) };
}

function isSource(node: Node): node is FeedSource {
  return sources.has(node as FeedSource);
}

function parentOf(node: Node): Node | null {
  if (node instanceof Element && node.assignedSlot) return node.assignedSlot;
  return node instanceof ShadowRoot ? node.host : node.parentNode;
}
