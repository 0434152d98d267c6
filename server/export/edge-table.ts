/**
 * All edges of all checkpoints as one long table in CSV, those of branches too: what a data frame is read from.
 *
 * Memory: one graph at a time. Size: about 55 bytes a row, 0.7 GB for 154 checkpoints of 79,764 edges.
 * CSV has no place for what the weights mean; the first line of ndjson says it.
 */
import { possibleEdges } from '../../protocol/graph.ts';
import { csvField, csvRow } from './csv-row.ts';
import { numberText } from './number-text.ts';
import { assertWhole, type RecordedCheckpoint, type RecordedRun } from './recorded-run.ts';
import { inPieces } from './text-pieces.ts';

const COLUMNS = ['step', 'checkpoint', 'branch', 'source', 'target', 'weight', 'standard_error'];

export async function* edgeTable(run: RecordedRun): AsyncGenerator<string, void, undefined> {
  const { sources, targets } = possibleEdges(run.analysis.nodes);
  const ids = run.analysis.nodes.map(({ id }) => csvField(id));
  yield csvRow(COLUMNS);
  for await (const recorded of run.checkpoints) {
    assertWhole(recorded.graph, sources.length);
    yield* inPieces(rows(recorded));
  }

  function* rows({ checkpoint, graph, branch }: RecordedCheckpoint): Generator<string> {
    const first = [checkpoint.step, checkpoint.id, branch].map(csvField).join(',');
    for (let edge = 0; edge < sources.length; edge += 1) {
      const error = csvField(graph.standardErrors?.[edge] ?? null);
      yield `${first},${ids[sources[edge]]},${ids[targets[edge]]},${numberText(graph.weights[edge])},${error}\r\n`;
    }
  }
}
