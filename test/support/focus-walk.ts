/**
 * A walk through a page with the Tab key, from its beginning until the focus leaves it.
 *
 * Whether a stop shows the focus is asked of the pixels, with the focus and without it: outlines, halos and underlines all
 * count, in forced colours too, where shadows are gone. Nothing on the page may move by itself meanwhile.
 */
import type { Page } from 'playwright-core';

export type Stop = {
  /** Selectors from the page through every shadow root. */
  readonly path: string;
  /** As assistive technology is told. */
  readonly role: string;
  readonly name: string;
  readonly isSeen: boolean;
};

/** Room for what is drawn around an element. */
const MARGIN_PIXELS = 8;

/** @param stopsMax a walk that takes more does not end */
export async function focusWalk(page: Page, stopsMax: number): Promise<readonly Stop[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');
  await page.evaluate(IN_PAGE);
  const stops: Stop[] = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const { result } = await session.send('Runtime.evaluate', { expression: 'walk.focused()' });
    const place = await page.evaluate<{ readonly path: string; readonly box: Box } | null>('walk.place()');
    if (result.objectId === undefined || place === null || place.path === stops[0]?.path) return stops;
    if (stops.length === stopsMax)
      throw new Error(`the focus goes on after ${stopsMax} stops: ${place.path}`);
    const { nodes } = await session.send('Accessibility.getPartialAXTree', {
      objectId: result.objectId,
      fetchRelatives: false,
    });
    const clip = await clipOf(page, place.box);
    const focused = await page.screenshot({ clip, caret: 'initial' });
    await page.evaluate('walk.leave()');
    const left = await page.screenshot({ clip, caret: 'initial' });
    await page.evaluate('walk.back()');
    stops.push({
      path: place.path,
      role: String(nodes[0]?.role?.value ?? ''),
      name: String(nodes[0]?.name?.value ?? ''),
      isSeen: !focused.equals(left),
    });
  }
}

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

async function clipOf(page: Page, { x, y, width, height }: Box): Promise<Box> {
  const { width: right, height: bottom } = page.viewportSize() ?? { width: 0, height: 0 };
  const [left, top] = [Math.max(0, x - MARGIN_PIXELS), Math.max(0, y - MARGIN_PIXELS)];
  return {
    x: left,
    y: top,
    width: Math.max(1, Math.min(right, x + width + MARGIN_PIXELS) - left),
    height: Math.max(1, Math.min(bottom, y + height + MARGIN_PIXELS) - top),
  };
}

const IN_PAGE = `globalThis.walk = (() => {
  let last = null;
  const focused = () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element === document.body ? null : element;
  };
  const named = (element) => {
    const { id, classList, dataset } = element;
    const attribute = Object.entries(dataset).map(([name, value]) => '[data-' + name + '=' + value + ']')[0] ?? '';
    const twins = [...(element.parentNode?.children ?? [])].filter(({ localName }) => localName === element.localName);
    const place = twins.length > 1 ? ':nth-of-type(' + (twins.indexOf(element) + 1) + ')' : '';
    return element.localName + (id ? '#' + id : '') + [...classList].map((name) => '.' + name).join('') + attribute + place;
  };
  return {
    focused,
    place() {
      const element = focused();
      if (element === null) return null;
      const path = [named(element)];
      for (let root = element.getRootNode(); root.host; root = root.host.getRootNode()) path.unshift(named(root.host));
      const { x, y, width, height } = element.getBoundingClientRect();
      return { path: path.join(' '), box: { x, y, width, height } };
    },
    leave() {
      last = focused();
      last?.blur();
    },
    back: () => last?.focus({ focusVisible: true, preventScroll: true }),
  };
})()`;
