/** Phases in the stream of a run: what follows a completed checkpoint, whatever the order in which they came. */
import { readFileSync } from 'node:fs';
import { EMPTY, from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { apply, initialState } from '../protocol/apply.ts';
import type { Analysis, Delta, RunInfo } from '../protocol/state.ts';
import { GraphHistory } from '../server/graph/history.ts';
import { metricsDelta } from '../server/metrics-delta.ts';
import { withPhases } from '../server/phase-deltas.ts';

const RUN: RunInfo = { id: 'r', name: 'r', source: '/r', analysis: null };
const ANALYSIS: Analysis = {
  model: { family: 'gpt_neox', layers: 2, heads: 1, width: 8, headWidth: 8, mlpWidth: 8, vocabulary: 9 },
  nodes: [
    { id: 'L0H0', layer: 0, kind: 'head', depth: 0 },
    { id: 'L1H0', layer: 1, kind: 'head', depth: 1 },
  ],
  ablation: 'zero',
  measure: 'cosine',
  probe: { kind: 'tokens', prompts: 1, positions: 4 },
  activityThreshold: 0.3,
};

/** The signals of a real run: induction forms between steps 512 and 550. */
const [header, ...rows] = readFileSync(new URL('fixtures/phases/sample-run.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(','));
const column = (row: readonly string[], name: string): number => Number(row[header.indexOf(name)]);

const history = new GraphHistory({ bytesMax: 1e6 });
function checkpoint(row: readonly string[]): Delta[] {
  const step = column(row, 'step');
  const id = `c${step}`;
  const strength = Math.exp(column(row, 'log_total_strength'));
  history.put({
    checkpoint: id,
    step,
    weights: [strength],
    standardErrors: null,
    nodeMetrics: {},
    headScores: {},
  });
  return [
    { type: 'checkpoint-started', checkpoint: id, step, content: null },
    metricsDelta(id, {
      metrics: { total_strength: strength, gini: column(row, 'gini') },
      task: { induction_score: column(row, 'induction_score') },
      roles: { spreaders: [step < 550 ? 'L0H0' : 'L1H0'], gatherers: [], gatekeepers: [] },
    }),
    { type: 'checkpoint-done', checkpoint: id, millis: 1, unchangedLayers: 0, identicalTo: null },
  ];
}

async function said(order: readonly (readonly string[])[]) {
  const deltas: Delta[] = [
    { type: 'run', run: { ...RUN, analysis: ANALYSIS } },
    ...order.flatMap(checkpoint),
  ];
  const all = await lastValueFrom(from(deltas).pipe(withPhases(initialState(RUN), history), toArray()));
  return { all, state: all.reduce(apply, initialState(RUN)) };
}

describe('phases in the stream', () => {
  it('are announced right after the checkpoint that shows them, with the strength itself and what changed most', async () => {
    const { all } = await said(rows);
    const at = all.findIndex((delta) => delta.type === 'phase-change' && delta.change.interval[1] === 550);
    const delta = all[at];
    if (delta?.type !== 'phase-change') throw new Error('no change at 550');
    const done = all.slice(0, at).findLast((earlier) => earlier.type === 'checkpoint-done');
    expect(done).toMatchObject({ checkpoint: `c${delta.change.reportedStep}` });
    expect(delta.change.reportedStep).toBeLessThanOrEqual(700);
    expect(delta.change).toMatchObject({
      interval: [512, 550],
      edges: [{ source: 'L0H0', target: 'L1H0' }],
      roles: [
        { role: 'spreaders', node: 'L1H0', change: 'gained' },
        { role: 'spreaders', node: 'L0H0', change: 'lost' },
      ],
    });
    const strength = delta.change.signals.find(({ id }) => id === 'total_strength');
    // As read off the run: about 7 before and 11 after.
    expect(strength?.before).toBeGreaterThan(5);
    expect(strength?.after).toBeLessThan(16);
  });

  it('are said by the next server where the one before was killed before it came to it', async () => {
    const { all, state } = await said(rows);
    const told = all.findIndex((delta) => delta.type === 'phase-change');
    expect(all[told - 1].type).toBe('checkpoint-done');
    const killed = all.slice(0, told).reduce(apply, initialState(RUN));
    const restarted = await lastValueFrom(EMPTY.pipe(withPhases(killed, history), toArray()));
    expect(restarted[0]).toEqual(all[told]);
    expect(await lastValueFrom(EMPTY.pipe(withPhases(state, history), toArray()))).toEqual([]);
  });

  it('end in the same changes and segments when checkpoints come late', async () => {
    const inOrder = (await said(rows)).state;
    const late = [
      ...rows.filter((_, index) => index % 7 !== 3),
      ...rows.filter((_, index) => index % 7 === 3),
    ];
    const outOfOrder = (await said(late)).state;
    const standing = (state: typeof inOrder) =>
      state.phaseChanges
        .filter(({ probability }) => probability > 0)
        .map(({ revision: _, reportedStep: __, ...change }) => change);
    expect(standing(outOfOrder)).toEqual(standing(inOrder));
    expect(outOfOrder.segments).toEqual(inOrder.segments);
  });

  it('take back what no longer stands by a revision with probability 0, and never twice', async () => {
    const late = [
      ...rows.filter((_, index) => index % 3 === 0),
      ...rows.filter((_, index) => index % 3 !== 0),
    ];
    const { all } = await said(late);
    const statements = all.flatMap((delta) => (delta.type === 'phase-change' ? [delta.change] : []));
    for (const id of new Set(statements.map((change) => change.id))) {
      const own = statements.filter((change) => change.id === id);
      own.slice(1).forEach((change, index) => {
        expect(change.revision).toBeGreaterThan(own[index].revision);
        expect(change.probability > 0 || own[index].probability > 0).toBe(true);
      });
    }
  });
});
