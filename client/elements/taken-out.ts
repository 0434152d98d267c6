/**
 * What is taken out of a widget: its attributes for a copy of it, and files.
 */
import type { LitElement } from 'lit';
import type { Equipped } from './equipped.ts';

/** What a copy is given in another way, or not at all. */
const NOT_COPIED: ReadonlySet<string> = new Set(['src', 'source', 'token', 'run']);

/** As a tag would say them: what the widget saves, and the run that it shows. */
export function shownAttributes(widget: Equipped): Record<string, string> {
  const { run } = widget.origin;
  const attributes: Record<string, string> = run === null ? {} : { run };
  const { elementProperties } = widget.constructor as typeof LitElement;
  for (const [name, value] of Object.entries(widget.save())) {
    const attribute = elementProperties.get(name)?.attribute;
    if (NOT_COPIED.has(name) || attribute === false || typeof value === 'object') continue;
    attributes[typeof attribute === 'string' ? attribute : name.toLowerCase()] =
      value === true ? '' : String(value);
  }
  return attributes;
}

/** Of a file: run, widget and title, in letters that every file system takes. */
export function nameOf({ origin, heading }: Equipped): string {
  const words = [origin.run ?? 'phasewatch', heading];
  return words
    .join(' ')
    .replaceAll(/[^\p{L}\p{N}._]+/gu, '-')
    .replaceAll(/^[-.]+|-+$/g, '');
}

export function saveFile(contents: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(contents);
  link.download = name;
  link.click();
  // The browser reads it after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
