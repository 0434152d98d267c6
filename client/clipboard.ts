/**
 * Text to the clipboard. Pages that are not served securely have none, and a frame may be forbidden it; there the text is
 * selected and copied the old way.
 */

/** @param beside an element near which a field may stand for a moment: what lies behind an open dialog cannot be selected */
export async function copyText(text: string, beside: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not secure, or not allowed.
  }
  const root = beside.getRootNode();
  const focused = root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  beside.after(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
