/**
 * The help as a terminal shows it: all of it, or what one command has (its usage, its options, an example). Lines are
 * broken between words at 100 columns, or at the terminal's width where that is less.
 */
import { EXAMPLES, HELP } from './help.ts';
import { type CommandName, OPTIONS_OF } from './option-tables.ts';

const COLUMNS_MAX = 100;
/** Below this nothing can be set beside anything. */
const COLUMNS_MIN = 60;
/** A wider term stands on a line of its own. */
const TERM_COLUMNS_MAX = 28;

const NAME = `(?:${Object.keys(OPTIONS_OF).join('|')})`;
/** Of an option that not all have, the commands that have it. */
const COMMANDS = new RegExp(`^${NAME}(?:(?:, | and )${NAME})*: `);

type Entry = { readonly term: string; readonly text: string };
type Section = { readonly heading: string; readonly entries: readonly Entry[] };

/** @param of one command, or null for all @param columns of the terminal */
export function helpText(of: CommandName | null, columns = COLUMNS_MAX): string {
  const width = Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, columns));
  const [title, ...rest] = HELP.split('\n');
  const sections = sectionsFrom(rest);
  if (of === null) return `${wrapped(title, width).join('\n')}\n\n${setOf(sections, width)}`;
  const own = sections.flatMap((section) => {
    const entries = section.entries.filter((entry) => isOf(entry, of));
    return entries.length === 0 ? [] : [{ heading: section.heading.replace(/ \(.*\)$/, ''), entries }];
  });
  const bare = own.map(({ heading, entries }) => ({ heading, entries: entries.map(withoutCommands) }));
  return `${setOf(bare, width)}\nExample\n  ${EXAMPLES[of]}\n`;
}

function sectionsFrom(lines: readonly string[]): readonly Section[] {
  const sections: { heading: string; entries: { term: string; text: string }[] }[] = [];
  for (const line of lines) {
    const [, term, text = ''] = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
    const last = sections.at(-1);
    if (term !== undefined) last?.entries.push({ term, text });
    else if (/^\S/.test(line)) sections.push({ heading: line, entries: [] });
    else {
      const entry = last?.entries.at(-1);
      if (entry) entry.text = `${entry.text} ${line.trim()}`.trim();
    }
  }
  return sections;
}

function isOf({ term, text }: Entry, command: CommandName): boolean {
  const option = /^--([a-z-]+)/.exec(term)?.[1];
  if (option === 'config') return command !== 'phases';
  if (option !== undefined) {
    // The demo's steps are others.
    const only = COMMANDS.exec(text)?.[0].match(/\w+/g) ?? [command];
    return option in OPTIONS_OF[command] && only.includes(command);
  }
  const [program, word] = term.split(' ');
  return program === 'phasewatch' && word?.replace(/[[\]]/g, '') === command;
}

/** Says no more which commands have an option. */
function withoutCommands({ term, text }: Entry): Entry {
  return { term, text: text.replace(COMMANDS, '') };
}

function setOf(sections: readonly Section[], width: number): string {
  return sections.map((section) => `${section.heading}\n${entriesText(section, width)}`).join('\n');
}

function entriesText({ entries }: Section, width: number): string {
  const widest = Math.max(...entries.map(({ term }) => (term.length > TERM_COLUMNS_MAX ? 0 : term.length)));
  const indent = ' '.repeat(widest + 4);
  return entries
    .flatMap(({ term, text }) => {
      const lines = wrapped(text, width - indent.length);
      const head = `  ${term}`;
      if (head.length + 2 > indent.length) return [head, ...lines.map((line) => indent + line)];
      return [head.padEnd(indent.length) + lines[0], ...lines.slice(1).map((line) => indent + line)];
    })
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function wrapped(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
