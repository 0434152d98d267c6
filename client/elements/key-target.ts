/**
 * Whether a key press is meant for what has the focus, and so for nobody else: a field takes all keys, a button those
 * that press it, an open dialog all.
 */
const FIELDS =
  'input, select, textarea, [role="slider"], [role="spinbutton"], [role="textbox"], [role="combobox"], [role="listbox"], [role="menu"]';
const PRESSED =
  'button, a[href], summary, [role="button"], [role="tab"], [role="link"], [role="checkbox"], [role="switch"]';

export function isKeyTaken(event: KeyboardEvent): boolean {
  const path = event.composedPath();
  const [target] = path;
  if (event.defaultPrevented || path.some((node) => node instanceof HTMLDialogElement)) return true;
  if (!(target instanceof Element)) return false;
  if (target instanceof HTMLElement && target.isContentEditable) return true;
  if (target.matches(FIELDS)) return true;
  return (event.key === ' ' || event.key === 'Enter') && target.matches(PRESSED);
}
