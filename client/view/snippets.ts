/**
 * A widget for another place, as text to paste: a tag, an iframe, a cell of a notebook.
 *
 * Tokens are never part of it: where the server asks for one, the person adds it (`TOKEN_NOTE`).
 */

export type Shown = {
  /** Address of the server, with a slash at its end. */
  readonly address: string;
  /** `phasewatch-chart`. */
  readonly tag: string;
  /** The run among them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly title: string;
  /** As tall as it is now. */
  readonly heightPixels: number;
};

export const TOKEN_NOTE =
  'A token is left out: add token="…" to the tag or the notebook, #token=… to the frame’s address.';

export function tagSnippet({ address, tag, attributes }: Shown): string {
  const script = `<script type="module" src="${attributeText(new URL('embed.js', address).href)}"></script>`;
  const own = Object.entries(attributes).map(([name, value]) => ` ${name}="${attributeText(value)}"`);
  return `${script}\n<${tag}${own.join('')}></${tag}>\n`;
}

export function frameSnippet({ address, tag, attributes, title, heightPixels }: Shown): string {
  const page = new URL(`embed/${shortName(tag)}`, address);
  for (const [name, value] of Object.entries(attributes)) page.searchParams.set(name, value);
  return `<iframe src="${attributeText(page.href)}" title="${attributeText(title)}" width="100%" height="${heightPixels}" style="border: 0"></iframe>\n`;
}

/** Strings and objects of JSON are such of Python, too. */
export function notebookSnippet({ address, tag, attributes }: Shown): string {
  const { run, ...options } = attributes;
  const values = [
    `widget=${JSON.stringify(shortName(tag))}`,
    ...(run === undefined ? [] : [`run=${JSON.stringify(run)}`]),
    ...(Object.keys(options).length === 0 ? [] : [`options=${JSON.stringify(options)}`]),
  ];
  return `import anywidget, traitlets

class Phasewatch(anywidget.AnyWidget):
    _esm = ${JSON.stringify(new URL('anywidget.js', address).href)}
    widget = traitlets.Unicode("chart").tag(sync=True)
    src = traitlets.Unicode(${JSON.stringify(address)}).tag(sync=True)
    run = traitlets.Unicode("").tag(sync=True)
    token = traitlets.Unicode("").tag(sync=True)
    options = traitlets.Dict().tag(sync=True)
    at = traitlets.Unicode("").tag(sync=True)
    recording = traitlets.Unicode("").tag(sync=True)

Phasewatch(${values.join(', ')})
`;
}

function shortName(tag: string): string {
  return tag.replace(/^phasewatch-/, '');
}

function attributeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
