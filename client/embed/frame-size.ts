/**
 * How tall an iframe is: its page says the height of what it shows (`sayHeight`), the page around it makes it so
 * (`fitFrames`). The message holds a number and nothing else, so that it may go to whatever page there is.
 *
 * A page that does not listen keeps the height it chose; what does not fit in then is scrolled to.
 */

const TYPE = 'phasewatch-size';
/** Far above every widget: what claims more has gone wrong. */
const HEIGHT_MAX = 10_000;

/** Posts the height of `content` to the page around this one, now and whenever it is another. */
export function sayHeight(content: Element, parent: Window): void {
  let said = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(content.getBoundingClientRect().height);
    if (height === said || height === 0) return;
    said = height;
    parent.postMessage({ type: TYPE, height }, '*');
  }).observe(content);
}

/** @param site address of the server whose frames are fitted */
export function fitFrames(page: Document, site: string): void {
  const { origin } = new URL(site);
  const pages = new URL('embed/', site).href;
  page.defaultView?.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.origin !== origin || event.source === null) return;
    const height = heightIn(event.data);
    if (height === null) return;
    for (const frame of framesIn(page))
      if (frame.contentWindow === event.source && frame.src.startsWith(pages)) resize(frame, height);
  });
}

function heightIn(data: unknown): number | null {
  if (typeof data !== 'object' || data === null || !('type' in data) || !('height' in data)) return null;
  const { type, height } = data;
  const isHeight = typeof height === 'number' && height > 0 && height <= HEIGHT_MAX;
  return type === TYPE && isHeight ? height : null;
}

function resize(frame: HTMLIFrameElement, height: number): void {
  const style = getComputedStyle(frame);
  const edges = [style.borderTopWidth, style.borderBottomWidth, style.paddingTop, style.paddingBottom];
  const isWhole = style.boxSizing === 'border-box';
  const around = isWhole ? edges.reduce((sum, edge) => sum + Number.parseFloat(edge), 0) : 0;
  frame.style.height = `${height + around}px`;
}

/** Of the page and of its open shadow roots. */
function* framesIn(root: Document | ShadowRoot): Generator<HTMLIFrameElement> {
  for (const element of root.querySelectorAll('*')) {
    if (element instanceof HTMLIFrameElement) yield element;
    if (element.shadowRoot !== null) yield* framesIn(element.shadowRoot);
  }
}
