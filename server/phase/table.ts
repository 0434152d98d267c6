/**
 * The detector over any table: `phasewatch phases FILE.csv`. The first column is the step, the others are signals.
 *
 * CSV as in RFC 4180: a header line, commas, cells in double quotes if need be, `""` for a quote within one. A
 * cell is a finite number or empty (missing); steps rise from row to row. Everything else is refused by line and
 * column, counted from 1; the first ERRORS_MAX mistakes are told at once.
 */
import { detectAll, SAID_FROM, standing } from './detector.ts';
import type { PhaseChange, Sample } from './phase-change.ts';
import { type PhaseSegment, segments } from './segments.ts';

/** How signals depend on one another is kept for each pair: 64 are 4,096 numbers. */
const SIGNALS_MAX = 64;
const ERRORS_MAX = 10;

/** The table cannot be read; the message is for the person who gave it. */
export class TableError extends Error {}

export type TableLine =
  | { readonly type: 'table'; readonly rows: number; readonly signals: readonly string[] }
  | PhaseChange
  | { readonly type: 'phases'; readonly segments: readonly PhaseSegment[] }
  | { readonly type: 'end' /** Those that stand. */; readonly phaseChanges: number };

/**
 * What the detector says of a table, in the order in which it says it, then the segments.
 * @param signals names of the columns to watch; null for all
 * @throws TableError
 */
export function phasesOfTable(text: string, signals: readonly string[] | null): TableLine[] {
  const { watched, samples } = readTable(text, signals);
  const { events } = detectAll(samples);
  const changes = standing(events);
  return [
    { type: 'table', rows: samples.length, signals: watched },
    ...events,
    { type: 'phases', segments: segments(changes, samples) },
    { type: 'end', phaseChanges: changes.filter(({ probability }) => probability >= SAID_FROM).length },
  ];
}

export function readTable(
  text: string,
  signals: readonly string[] | null,
): { readonly watched: readonly string[]; readonly samples: readonly Sample[] } {
  const [header, ...rows] = recordsOf(text);
  if (!header) throw new TableError('line 1: expected a header line, found nothing');
  const columns = columnsOf(header.cells, signals);

  const errors: string[] = [];
  let previousStep = Number.NEGATIVE_INFINITY;
  const samples = rows.map(({ line, cells }): Sample => {
    if (cells.length !== header.cells.length)
      errors.push(
        `line ${line}: expected ${header.cells.length} cells as in the header, found ${cells.length}`,
      );
    const numberAt = (column: number): number | null => {
      const cell = (cells[column] ?? '').trim();
      if (cell === '') return null;
      const value = Number(cell);
      if (Number.isFinite(value)) return value;
      errors.push(
        `line ${line}, column ${column + 1} (${header.cells[column]}): expected a finite number or nothing, found "${cell}"`,
      );
      return null;
    };
    const step = numberAt(0);
    if (step === null) errors.push(`line ${line}, column 1: expected a step, found none`);
    else if (step <= previousStep)
      errors.push(`line ${line}, column 1: expected a step above ${previousStep}, found ${step}`);
    previousStep = step ?? previousStep;
    return {
      step: step ?? 0,
      id: String(step),
      signals: Object.fromEntries(columns.map(({ name, column }) => [name, numberAt(column)])),
    };
  });
  if (errors.length > 0) {
    const more = errors.length > ERRORS_MAX ? [`and ${errors.length - ERRORS_MAX} more`] : [];
    throw new TableError([...errors.slice(0, ERRORS_MAX), ...more].join('\n'));
  }
  return { watched: columns.map(({ name }) => name), samples };
}

function columnsOf(
  header: readonly string[],
  signals: readonly string[] | null,
): { readonly name: string; readonly column: number }[] {
  const names = header.map((name) => name.trim());
  const repeated = names.find((name, column) => names.indexOf(name) !== column);
  if (repeated !== undefined)
    throw new TableError(`line 1: expected different names, found "${repeated}" twice`);
  const wanted = signals ?? names.slice(1);
  const unknown = wanted.filter((name) => names.indexOf(name) < 1);
  if (unknown.length > 0)
    throw new TableError(
      `expected signals among the columns ${names.slice(1).join(', ')}; found ${unknown.join(', ')}`,
    );
  if (wanted.length < 1 || wanted.length > SIGNALS_MAX)
    throw new TableError(`expected 1 to ${SIGNALS_MAX} signals beside the step, found ${wanted.length}`);
  return [...new Set(wanted)].map((name) => ({ name, column: names.indexOf(name) }));
}

type CsvRecord = { readonly line: number; readonly cells: readonly string[] };

/** All lines that are not empty, cut into cells. */
function recordsOf(text: string): CsvRecord[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.flatMap((content, index) =>
    content.trim() === '' ? [] : [{ line: index + 1, cells: cellsOf(content, index + 1) }],
  );
}

/** A quoted cell or one up to the next comma; a line break within quotes is not supported. */
const CELL = /\s*"((?:[^"]|"")*)"\s*(?=,|$)|([^,"]*)(?=,|$)/y;

function cellsOf(content: string, line: number): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= content.length; at = CELL.lastIndex + 1) {
    CELL.lastIndex = at;
    const found = CELL.exec(content);
    if (!found)
      throw new TableError(
        `line ${line}, column ${cells.length + 1}: expected a cell, found an open or stray quote`,
      );
    cells.push(found[1] !== undefined ? found[1].replaceAll('""', '"') : found[2]);
  }
  return cells;
}
