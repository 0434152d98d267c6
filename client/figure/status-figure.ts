/**
 * The head of a run as a card: its name, and what was analysed how, line by line, in one column of names and one of values.
 */
import type { ColourName } from '../elements/palette.ts';
import type { Fact } from '../view/facts.ts';
import { wholeText } from '../view/number.ts';

const WIDTH = 560;
const MARGIN = 20;
const LINE = 19;
const VALUES_LEFT = 168;
/** Letters of a value that fit into a line at 12 px. */
const LETTERS_MAX = 62;
const FONT = 'system-ui, "Helvetica Neue", Arial, sans-serif';

export type StatusFigureOptions = {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly colour: (name: ColourName) => string;
};

export function statusFigure({ title, facts, colour }: StatusFigureOptions): string {
  const lines = facts.flatMap(([name, value]) =>
    wrapped(typeof value === 'number' ? wholeText(value) : value).map((text, index) => ({
      name: index === 0 ? name : '',
      text,
    })),
  );
  const top = MARGIN + 34;
  const height = top + lines.length * LINE + MARGIN - 6;
  const rows = lines.map(({ name, text }, index) => {
    const y = top + index * LINE + 4;
    return `<text x="${MARGIN}" y="${y}" fill="${colour('ink-faint')}">${escaped(name)}</text><text x="${VALUES_LEFT}" y="${y}" fill="${colour('ink')}">${escaped(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family='${FONT}' font-size="12">
<rect width="100%" height="100%" fill="${colour('panel')}"/>
<text x="${MARGIN}" y="${MARGIN + 10}" font-size="15" font-weight="600" fill="${colour('ink')}">${escaped(title)}</text>
${rows.join('\n')}
</svg>`;
}

/** At spaces where it can be, and inside of a word, as a path is, where it cannot. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > LETTERS_MAX) {
    const space = rest.lastIndexOf(' ', LETTERS_MAX);
    const end = space > 0 ? space : LETTERS_MAX;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
