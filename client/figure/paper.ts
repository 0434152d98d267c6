/**
 * The paper that figures are drawn on: an SVG that needs nothing else, with its title, what it is of, and a description for
 * readers that cannot see it. Colours are resolved by who calls, since a file knows no custom properties.
 */

/** The colour of a name of `theme.ts` as a file can hold it. */
export type ColourOf = (name: string) => string;

export type Paper = {
  readonly width: number;
  /** Of the body; the head comes on top. */
  readonly height: number;
  readonly title: string;
  /** Run, step, ablation, measure: one line each. */
  readonly lines: readonly string[];
  readonly colour: ColourOf;
  readonly body: string;
};

export const MARGIN = 16;
const LINE = 15;
const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";

export function paperOf({ width, height, title, lines, colour, body }: Paper): string {
  const head = MARGIN + 14 + lines.length * LINE + 10;
  const whole = Math.ceil(head + height + MARGIN);
  const ink = colour('ink');
  const soft = colour('ink-soft');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}" font-family="${FONT}" font-size="11" role="img">`,
    `<title>${escaped(title)}</title><desc>${escaped(lines.join('. '))}</desc>`,
    `<rect width="${width}" height="${whole}" fill="${colour('panel')}"/>`,
    textOf({ x: MARGIN, y: MARGIN + 12, text: title, fill: ink, size: 14, isBold: true }),
    ...lines.map((line, index) =>
      textOf({ x: MARGIN, y: MARGIN + 14 + (index + 1) * LINE, text: line, fill: soft }),
    ),
    `<g transform="translate(0 ${head})">${body}</g></svg>`,
  ].join('');
}

export type PaperText = {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly fill: string;
  readonly size?: number;
  readonly isBold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Whether y is the middle of the letters, not the line they stand on. */
  readonly isCentred?: boolean;
  readonly isUpright?: boolean;
};

export function textOf({
  x,
  y,
  text,
  fill,
  size = 11,
  isBold,
  anchor = 'start',
  isCentred,
  isUpright,
}: PaperText): string {
  const more = [
    isBold ? ' font-weight="600"' : '',
    anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
    isCentred ? ' dominant-baseline="central"' : '',
    isUpright ? ` transform="rotate(-90 ${x} ${y})"` : '',
  ].join('');
  return `<text x="${short(x)}" y="${short(y)}" fill="${fill}" font-size="${size}"${more}>${escaped(text)}</text>`;
}

export type PaperRect = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
  readonly stroke?: string;
};

export function rectOf({ x, y, width, height, fill, stroke }: PaperRect): string {
  const line = stroke === undefined ? '' : ` stroke="${stroke}"`;
  return `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${fill}"${line}/>`;
}

/** Two decimals are a fiftieth of what can be seen, and half the file. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Lines of at most `letters`, broken between words. */
export function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
