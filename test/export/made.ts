/** Recorded runs for the tests of exports: one by hand, and any at all, with ids and names that files choke on. */
import fc from 'fast-check';
import { type ComponentNode, possibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Checkpoint, Graph } from '../../protocol/state.ts';
import type { RecordedCheckpoint, RecordedRun } from '../../server/export/recorded-run.ts';
import { madeCheckpoint } from '../client/made.ts';
import { componentNodes } from '../graph/made.ts';

export const ANALYSIS: Analysis = {
  model: { family: 'gpt_neox', layers: 2, heads: 1, width: 8, headWidth: 8, mlpWidth: 32, vocabulary: 64 },
  /** L0H0, L0MLP, L1H0, L1MLP, so that the edges are 0 → 2, 1 → 2, 0 → 3, 1 → 3. */
  nodes: componentNodes(2, 1),
  ablation: 'mean',
  measure: 'cosine',
  probe: { kind: 'induction', prompts: 4, positions: 48, segment: 24, seed: 7 },
  activityThreshold: 0.3,
};

export function recorded(
  id: string,
  step: number,
  graph: Partial<Graph>,
  more: Partial<Checkpoint> & { readonly branch?: number } = {},
): RecordedCheckpoint {
  const { branch, ...summary } = more;
  return {
    branch: branch ?? null,
    checkpoint: madeCheckpoint(step, { id, millis: 1, ...summary }),
    graph: {
      checkpoint: id,
      step,
      weights: [],
      standardErrors: null,
      nodeMetrics: {},
      headScores: {},
      ...graph,
    },
  };
}

/** Two checkpoints of the run as it stands, and one that a rewound training left behind. */
export const CHECKPOINTS: readonly RecordedCheckpoint[] = [
  recorded(
    'checkpoint-0',
    0,
    {
      weights: [0.1, 0.2, 0.3, 0.4],
      standardErrors: [0.01, 0.02, 0.03, 0.04],
      nodeMetrics: { out_strength: [0.4, 0.6, 0, 0], in_strength: [0, 0, 0.3, 0.7] },
      headScores: { prefix_matching: [0.25, 0.75] },
    },
    {
      metrics: { total_strength: 1 },
      metricErrors: { total_strength: 0.125 },
      task: { induction_score: 1e-7 },
    },
  ),
  recorded(
    'checkpoint-512',
    512,
    {
      weights: [1, 0.25, 0.000001, 0],
      nodeMetrics: { out_strength: [1.000001, 0.25, 0, 0], in_strength: [0, 0, 1.25, 0.000001] },
    },
    { metrics: { total_strength: 1.250001, churn: 0.5 } },
  ),
  recorded('checkpoint-600', 600, { weights: [9, 9, 9, 9] }, { branch: 0 }),
];

/** @param asked called with each checkpoint's id when it is asked for */
export function runOf(
  checkpoints: readonly RecordedCheckpoint[],
  analysis: Analysis = ANALYSIS,
  name = 'sample',
  asked: (id: string) => void = () => {},
): RecordedRun {
  async function* each(): AsyncGenerator<RecordedCheckpoint> {
    for (const checkpoint of checkpoints) {
      asked(checkpoint.checkpoint.id);
      yield checkpoint;
    }
  }
  return { analysis, name, trainer: [], checkpoints: each() };
}

export async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

/** `text` as XML 1.0 can hold it: production 2 of the recommendation, character by character. */
export function inXml(text: string): string {
  const isChar = (code: number) =>
    [0x9, 0xa, 0xd].includes(code) ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  return Array.from(text, (character) => (isChar(character.codePointAt(0) ?? 0) ? character : '\uFFFD')).join(
    '',
  );
}

const NASTY = [
  '<',
  '>',
  '&',
  '"',
  "'",
  ',',
  ';',
  '\n',
  '\r',
  '\t',
  ' ',
  '\\',
  ']]>',
  '&amp;',
  '<!--',
  '%',
  '=',
  '#0',
];
const UNWRITABLE = [
  '\0',
  '\x01',
  '\x0b',
  '\x1b',
  '\x7f',
  '\x85',
  '\u2028',
  '\ud800',
  '\udfff',
  '\ufffe',
  '\ufeff',
  '𝔊',
];

export const anyText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...NASTY, ...UNWRITABLE, 'a', 'é'), minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', minLength: 1 }),
);

const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: 0, max: 2_000_000 }).map((micros) => micros / 1e6),
);

export type AnyRun = {
  readonly name: string;
  readonly analysis: Analysis;
  readonly checkpoints: RecordedCheckpoint[];
};

/** One node a layer, with ids that stay different in XML; 1 to 4 checkpoints, none of a branch. */
export const anyRun: fc.Arbitrary<AnyRun> = fc
  .record({
    name: anyText,
    ids: fc.uniqueArray(anyText, { minLength: 1, maxLength: 5, selector: inXml }),
    steps: fc
      .uniqueArray(fc.nat(), { minLength: 1, maxLength: 4 })
      .map((steps) => steps.sort((a, b) => a - b)),
    checkpointId: anyText,
    hasErrors: fc.boolean(),
    numbers: fc.infiniteStream(anyNumber),
  })
  .map(({ name, ids, steps, checkpointId, hasErrors, numbers }) => {
    const nodes = ids.map((id, layer): ComponentNode => ({ id, layer, kind: 'mlp', depth: layer }));
    const count = possibleEdges(nodes).sources.length;
    const take = (length: number) => Array.from({ length }, () => Number(numbers.next().value));
    return {
      name,
      analysis: { ...ANALYSIS, nodes },
      checkpoints: steps.map((step) =>
        recorded(checkpointId, step, {
          weights: take(count),
          standardErrors: hasErrors ? take(count) : null,
          nodeMetrics: { out_strength: take(nodes.length), in_strength: take(nodes.length) },
        }),
      ),
    };
  });
