/**
 * Puts an open popover below what it belongs to, or above where there is no room below, always inside the window: the
 * top layer knows nothing of its anchor.
 */
const GAP = 8;

export function placePopover(popover: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = popover;
  const middle = anchor.left + anchor.width / 2;
  const left = Math.max(GAP, Math.min(window.innerWidth - width - GAP, middle - width / 2));
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - height;
  const top = below + height > window.innerHeight && above >= GAP ? above : below;
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}
