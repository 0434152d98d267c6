/**
 * A run as GEXF 1.3 (https://gexf.net/1.3): a graph that changes over time, as Gephi's timeline plays it.
 *
 * Time is the step. A checkpoint's value holds from its step to that of the next one, the last one's without end; GEXF
 * counts both ends in, so at the step itself the value that begins there is meant. Readers without time (graphology)
 * take an edge's plain `weight` and the last value of an attribute: both are the latest checkpoint's. Branches are left
 * out, as time has one line.
 *
 * Edges are outermost, so all weights are held at once: see weight-columns.ts. Text is made edge by edge; each takes
 * about 70 bytes a checkpoint, 0.85 GB for 154 checkpoints of 79,764 edges: `threshold` leaves out what was never strong.
 */
import { possibleEdges } from '../../protocol/graph.ts';
import { meaningOf } from './meaning.ts';
import { numberText } from './number-text.ts';
import type { RecordedRun } from './recorded-run.ts';
import { inPieces } from './text-pieces.ts';
import { COLUMN_BYTES_MAX, type Column, weightColumns } from './weight-columns.ts';
import { xmlIds, xmlLine, xmlTag } from './xml-text.ts';

export type GexfOptions = {
  /** Only edges whose weight exceeds this at some checkpoint; null for all. */
  readonly threshold: number | null;
  readonly bytesMax: number;
};

const STRENGTHS = ['out_strength', 'in_strength'] as const;
const ALL_EDGES: GexfOptions = { threshold: null, bytesMax: COLUMN_BYTES_MAX };

export async function* gexf(
  run: RecordedRun,
  options: Partial<GexfOptions> = {},
): AsyncGenerator<string, void, undefined> {
  const { threshold, bytesMax } = { ...ALL_EDGES, ...options };
  const edges = possibleEdges(run.analysis.nodes);
  const columns = await weightColumns(run, edges.sources.length, { metrics: STRENGTHS, bytesMax });
  yield* inPieces(document(run, columns, threshold));
}

function* document(
  run: RecordedRun,
  columns: readonly Column[],
  threshold: number | null,
): Generator<string> {
  const spans = spansOf(columns);
  const lifetime = { start: numberText(columns[0].step) };
  const { nodes } = run.analysis;
  const ids = xmlIds(nodes);
  yield* head(run, threshold);
  yield '<nodes>\n';
  for (const [index, { id, layer, kind, depth }] of nodes.entries()) {
    yield `<${xmlTag('node', { id: ids[index], label: id, ...lifetime })}><attvalues>\n`;
    for (const [attribute, value] of Object.entries({ layer, kind, depth }))
      yield xmlLine('attvalue', { for: attribute, value });
    for (const strength of STRENGTHS)
      yield* values(strength, spans, (at) => columns[at].nodeMetrics[strength]?.[index]);
    yield '</attvalues></node>\n';
  }
  yield '</nodes>\n<edges>\n';
  const { sources, targets } = possibleEdges(nodes);
  const latest = columns[columns.length - 1].weights;
  for (let edge = 0; edge < sources.length; edge += 1) {
    if (threshold !== null && !columns.some(({ weights }) => weights[edge] > threshold)) continue;
    const [source, target, weight] = [ids[sources[edge]], ids[targets[edge]], numberText(latest[edge])];
    yield `<${xmlTag('edge', { id: edge, source, target, weight, ...lifetime })}><attvalues>\n`;
    yield* values('weight', spans, (at) => columns[at].weights[edge]);
    yield '</attvalues></edge>\n';
  }
  yield '</edges>\n</graph>\n</gexf>\n';
}

function* head(run: RecordedRun, threshold: number | null): Generator<string> {
  const left = threshold === null ? '' : ` Edges whose weight never exceeds ${threshold} are left out.`;
  const time = 'Time is the training step. A plain weight is that of the latest checkpoint.';
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield '<gexf xmlns="http://gexf.net/1.3" version="1.3">\n<meta>\n';
  yield xmlLine('creator', {}, 'Phasewatch');
  yield xmlLine('description', {}, `${run.name}: ${meaningOf(run.analysis)} ${time}${left}`);
  yield '</meta>\n<graph mode="dynamic" timeformat="double" timerepresentation="interval" defaultedgetype="directed">\n';
  yield* attributes('node', 'dynamic', STRENGTH_TYPES);
  // Of the blocks of a class graphology-gexf knows only the last, and refuses values of attributes that are not in it;
  // Gephi takes the first declaration of an attribute and passes over others. So the strengths stand here again.
  yield* attributes('node', 'static', {
    layer: 'integer',
    kind: 'string',
    depth: 'integer',
    ...STRENGTH_TYPES,
  });
  // Gephi knows weights over time by this id, other readers by this title.
  yield* attributes('edge', 'dynamic', { weight: 'double' });
}

const STRENGTH_TYPES = { out_strength: 'double', in_strength: 'double' };

function* attributes(
  of: 'node' | 'edge',
  mode: 'static' | 'dynamic',
  types: Readonly<Record<string, string>>,
): Generator<string> {
  yield `<${xmlTag('attributes', { class: of, mode })}>\n`;
  for (const [id, type] of Object.entries(types)) yield xmlLine('attribute', { id, title: id, type });
  yield '</attributes>\n';
}

/** When each column holds, as XML attributes. */
function spansOf(columns: readonly Column[]): string[] {
  return columns.map(({ step }, index) => {
    const next = columns.at(index + 1);
    const end = next === undefined ? '' : ` end="${numberText(next.step)}"`;
    return ` start="${numberText(step)}"${end}`;
  });
}

/** Values over time. Numbers need no escaping, and there are millions of these lines. */
function* values(
  attribute: string,
  spans: readonly string[],
  valueAt: (column: number) => number | undefined,
): Generator<string> {
  for (let column = 0; column < spans.length; column += 1) {
    const value = valueAt(column);
    if (value === undefined) continue;
    yield `<attvalue for="${attribute}" value="${numberText(value)}"${spans[column]}/>\n`;
  }
}
