/**
 * One checkpoint of a run as GraphML (http://graphml.graphdrawing.org): nodes with their metrics and head scores, edges
 * with weight and standard error, and what the weights mean as attributes of the graph.
 *
 * Memory: the graph that is written and the one that may take its place, 1.3 MB each for 79,764 edges.
 * Metrics of the whole graph are attributes of it as well. A node without a value has no entry: MLPs have no head scores.
 */
import { possibleEdges } from '../../protocol/graph.ts';
import { ExportFailure } from './export-failure.ts';
import { type Fact, factsOf, meaningOf } from './meaning.ts';
import { numberText } from './number-text.ts';
import {
  assertWhole,
  currentCheckpoints,
  nothingToExport,
  type RecordedCheckpoint,
  type RecordedRun,
} from './recorded-run.ts';
import { inPieces } from './text-pieces.ts';
import { xmlIds, xmlLine, xmlTag } from './xml-text.ts';

export type GraphmlOptions = {
  /** Step of the checkpoint, of several the last; null for the latest. */
  readonly step: number | null;
};

/** A typed attribute of the graph, the nodes or the edges, and each one's value. */
type Attribute = {
  readonly of: 'graph' | 'node' | 'edge';
  readonly name: string;
  readonly type: Fact['type'];
  readonly valueAt: (index: number) => string | number | undefined;
};
type KeyedAttribute = Attribute & { readonly key: string };

const LATEST: GraphmlOptions = { step: null };

export async function* graphml(
  run: RecordedRun,
  options: Partial<GraphmlOptions> = {},
): AsyncGenerator<string, void, undefined> {
  const { step } = { ...LATEST, ...options };
  const recorded = await checkpointAt(run, step);
  yield* inPieces(document(run, recorded));
}

async function checkpointAt(run: RecordedRun, step: number | null): Promise<RecordedCheckpoint> {
  let found: RecordedCheckpoint | null = null;
  const steps: number[] = [];
  for await (const recorded of currentCheckpoints(run)) {
    steps.push(recorded.checkpoint.step);
    if (step === null || recorded.checkpoint.step === step) found = recorded;
  }
  if (found) return found;
  if (steps.length === 0) throw nothingToExport(run);
  throw new ExportFailure(
    `run ${run.name}: expected an analysed checkpoint of step ${step}, found ${steps.length} from step ${steps[0]} to ${steps.at(-1)}; ask for one of those`,
  );
}

function* document(run: RecordedRun, recorded: RecordedCheckpoint): Generator<string> {
  const { nodes } = run.analysis;
  const { sources, targets } = possibleEdges(nodes);
  assertWhole(recorded.graph, sources.length);
  const ids = xmlIds(nodes);
  const attributes = attributesOf(run, recorded).map((attribute, index) => ({
    ...attribute,
    key: `d${index}`,
  }));
  const ofGraph = attributes.filter((attribute) => attribute.of === 'graph');
  const ofNodes = attributes.filter((attribute) => attribute.of === 'node');
  const ofEdges = attributes.filter((attribute) => attribute.of === 'edge');

  yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n';
  yield xmlLine('desc', {}, `${run.name}: ${meaningOf(run.analysis)}`);
  for (const { key, of, name, type } of attributes)
    yield xmlLine('key', { id: key, for: of, 'attr.name': name, 'attr.type': type });
  yield '<graph edgedefault="directed">\n';
  yield* data(ofGraph, 0);
  for (let index = 0; index < nodes.length; index += 1) {
    yield `<${xmlTag('node', { id: ids[index] })}>\n`;
    yield* data(ofNodes, index);
    yield '</node>\n';
  }
  for (let edge = 0; edge < sources.length; edge += 1) {
    const [source, target] = [ids[sources[edge]], ids[targets[edge]]];
    yield `<${xmlTag('edge', { id: `e${edge}`, source, target })}>\n`;
    yield* data(ofEdges, edge);
    yield '</edge>\n';
  }
  yield '</graph>\n</graphml>\n';
}

function* data(attributes: readonly KeyedAttribute[], index: number): Generator<string> {
  for (const { key, valueAt } of attributes) {
    const value = valueAt(index);
    if (value === undefined) continue;
    yield xmlLine('data', { key }, typeof value === 'number' ? numberText(value) : value);
  }
}

function attributesOf(run: RecordedRun, { checkpoint, graph }: RecordedCheckpoint): Attribute[] {
  const { nodes } = run.analysis;
  const fact = ({ name, type, value }: Fact): Attribute => ({
    of: 'graph',
    name,
    type,
    valueAt: () => value,
  });
  const column = (name: string, valueAt: Attribute['valueAt']): Attribute => ({
    of: 'node',
    name,
    type: 'double',
    valueAt,
  });
  const rows = headRows(run);
  return [
    fact({ name: 'name', type: 'string', value: run.name }),
    fact({ name: 'checkpoint', type: 'string', value: checkpoint.id }),
    fact({ name: 'step', type: 'double', value: checkpoint.step }),
    ...factsOf(run.analysis).map(fact),
    ...Object.entries({ ...checkpoint.metrics, ...checkpoint.task }).map(([name, value]) =>
      fact({ name, type: 'double', value }),
    ),
    { of: 'node', name: 'label', type: 'string', valueAt: (index) => nodes[index].id },
    { of: 'node', name: 'layer', type: 'long', valueAt: (index) => nodes[index].layer },
    { of: 'node', name: 'kind', type: 'string', valueAt: (index) => nodes[index].kind },
    { of: 'node', name: 'depth', type: 'long', valueAt: (index) => nodes[index].depth },
    ...Object.entries(graph.nodeMetrics).map(([id, values]) => column(id, (index) => values[index])),
    ...Object.entries(graph.headScores).map(([id, values]) => column(id, (index) => values[rows[index]])),
    { of: 'edge', name: 'weight', type: 'double', valueAt: (edge) => graph.weights[edge] },
    { of: 'edge', name: 'standard_error', type: 'double', valueAt: (edge) => graph.standardErrors?.[edge] },
  ];
}

/** Of each node its row among the head scores, −1 for none. The paper's nodes hold no whole heads, and so no scores. */
function headRows({ analysis }: RecordedRun): number[] {
  let heads = 0;
  return analysis.nodes.map(({ kind }) => {
    if (kind !== 'head') return -1;
    heads += 1;
    return heads - 1;
  });
}
