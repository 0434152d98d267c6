/**
 * Text in XML 1.0 (https://www.w3.org/TR/xml/): what may stand in it (2.2), and what only as a reference.
 *
 * Control characters but tab and line ends, lone surrogates, U+FFFE and U+FFFF cannot be written at all, not even as
 * references: each becomes U+FFFD. Line ends and tabs are references, since a reader turns them into spaces in
 * attributes; so are U+0085 and U+2028, which readers of XML 1.1 take for line ends.
 */
const UNWRITABLE = /(?![\t\n\r\x7f-\x9f])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/gu;
const REFERENCED = /[&<>"'\t\n\r\x85\u2028]/g;
const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** For element content and for attribute values in double quotes. */
export function xmlText(text: string): string {
  return writable(text).replace(
    REFERENCED,
    (character) => NAMED[character] ?? `&#${character.charCodeAt(0)};`,
  );
}

/** An element on a line of its own, without content unless `content` is given, which is text. */
export function xmlLine(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content?: string,
): string {
  const tag = xmlTag(name, attributes);
  return content === undefined ? `<${tag}/>\n` : `<${tag}>${xmlText(content)}</${name}>\n`;
}

/** Name and attributes, without the brackets. */
export function xmlTag(name: string, attributes: Readonly<Record<string, string | number>>): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${xmlText(String(value))}"`);
  return `${name}${written.join('')}`;
}

/** An id for each node: its own, unless that is empty or reads like an earlier one once it can be written. */
export function xmlIds(nodes: readonly { readonly id: string }[]): string[] {
  const taken = new Set(['']);
  return nodes.map((node, index) => {
    let id = writable(node.id);
    while (taken.has(id)) id += `#${index}`;
    taken.add(id);
    return id;
  });
}

function writable(text: string): string {
  return text.replace(UNWRITABLE, '\uFFFD');
}
