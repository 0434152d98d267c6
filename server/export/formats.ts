/** The formats that a recorded run can be exported to: what people call them, and who makes each. */
import { unreachable } from '../../protocol/unreachable.ts';
import { edgeTable } from './edge-table.ts';
import { gexf } from './gexf.ts';
import { graphml } from './graphml.ts';
import { metricsTable } from './metrics-table.ts';
import { ndjson } from './ndjson.ts';
import type { RecordedRun } from './recorded-run.ts';

export type ExportOptions = {
  /** Only edges that exceed this weight at some checkpoint; null for all. */
  readonly threshold: number | null;
  /** Step of the one checkpoint; null for the latest. */
  readonly step: number | null;
};

type FormatInfo = {
  /** One sentence. */
  readonly description: string;
  /** Of its files, without the dot. */
  readonly extension: string;
  /** Those that it takes; a command line refuses the others. */
  readonly options: readonly (keyof ExportOptions)[];
};

export const EXPORT_FORMATS = {
  gexf: {
    description: 'The graph over all steps, for the timeline of Gephi.',
    extension: 'gexf',
    options: ['threshold'],
  },
  graphml: {
    description:
      'The graph of one checkpoint with all node metrics, for igraph, NetworkX, Cytoscape and yEd.',
    extension: 'graphml',
    options: ['step'],
  },
  csv: {
    description: 'All edges of all checkpoints as one long table, branches included.',
    extension: 'csv',
    options: [],
  },
  'metrics-csv': {
    description: 'All metrics and their standard errors, one row a checkpoint, branches included.',
    extension: 'csv',
    options: [],
  },
  ndjson: {
    description: 'The lines that analyze prints, one JSON object a line.',
    extension: 'ndjson',
    options: [],
  },
} as const satisfies Readonly<Record<string, FormatInfo>>;

export type ExportFormat = keyof typeof EXPORT_FORMATS;

/** What an export may be made from; each format asks for one of them, and only then is it opened. */
export type ExportSource = {
  readonly run: () => RecordedRun;
  /** The lines of `analyze`. */
  readonly lines: () => AsyncIterable<object>;
};

/** The text of an export, in pieces. @throws ExportFailure where the run has not what was asked for */
export function exportText(
  format: ExportFormat,
  { run, lines }: ExportSource,
  { threshold, step }: ExportOptions,
): AsyncGenerator<string, void, undefined> {
  switch (format) {
    case 'gexf':
      return gexf(run(), { threshold });
    case 'graphml':
      return graphml(run(), { step });
    case 'csv':
      return edgeTable(run());
    case 'metrics-csv':
      return metricsTable(run());
    case 'ndjson':
      return ndjson(lines());
    default:
      return unreachable(format);
  }
}
