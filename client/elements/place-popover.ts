/**
 * Puts an open popover below what it belongs to, or above where there is no room below, always inside the window: the
 * top layer knows nothing of its anchor. Where neither side has room it is as tall as the larger one, and scrolls: what it
 * belongs to stays in sight and within reach of the pointer.
 */
const GAP = 8;
/** Less cannot be read. */
const HEIGHT_MIN = 120;

export function placePopover(popover: HTMLElement, anchor: DOMRect): void {
  popover.style.maxHeight = '';
  const { offsetWidth: width, offsetHeight: wished } = popover;
  const middle = anchor.left + anchor.width / 2;
  const left = Math.max(GAP, Math.min(window.innerWidth - width - GAP, middle - width / 2));
  const rooms = { above: anchor.top - 2 * GAP, below: window.innerHeight - anchor.bottom - 2 * GAP };
  const isBelow = wished <= rooms.below || rooms.below >= rooms.above;
  const room = Math.max(HEIGHT_MIN, isBelow ? rooms.below : rooms.above);
  if (wished > room) popover.style.maxHeight = `${room}px`;
  const height = Math.min(wished, room);
  const wanted = isBelow ? anchor.bottom + GAP : anchor.top - GAP - height;
  const top = Math.max(GAP, Math.min(wanted, window.innerHeight - height - GAP));
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}
