import { describe, expect, it } from 'vitest';
import { evidenceOf } from '../../server/phase/evidence.ts';
import { roleTurnover, sampleFrom } from '../../server/phase/signals.ts';

const node = (id: string, layer: number) => ({ id, layer, kind: 'head' as const });
const graph = {
  nodes: [node('A', 0), node('B', 1), node('C', 1)],
  sources: Int32Array.of(0, 0),
  targets: Int32Array.of(1, 2),
};
const nobody = { spreaders: [], gatherers: [] };

describe('evidence', () => {
  const evidence = evidenceOf({
    graph,
    before: [0.1, 0.5],
    after: [0.4, 0.3],
    rolesBefore: { spreaders: ['A'], gatherers: ['B'] },
    rolesAfter: { spreaders: ['A'], gatherers: ['C'] },
    limit: 10,
  });

  it('ranks edges by how far they moved, either way', () => {
    expect(evidence.edges).toEqual([
      { source: 'A', target: 'B', before: 0.1, after: 0.4 },
      { source: 'A', target: 'C', before: 0.5, after: 0.3 },
    ]);
  });

  it('ranks nodes by both strengths', () => {
    expect(evidence.nodes.map(({ id }) => id)).toEqual(['B', 'C', 'A']);
    expect(evidence.nodes[0]).toEqual({ id: 'B', out: [0, 0], in: [0.1, 0.4] });
    expect(evidence.nodes[2].out[1] - evidence.nodes[2].out[0]).toBeCloseTo(0.1, 12);
  });

  it('tells who took a role and who lost it', () => {
    expect(evidence.roles).toEqual([
      { role: 'gatherers', node: 'C', change: 'gained' },
      { role: 'gatherers', node: 'B', change: 'lost' },
    ]);
  });

  it('is short where asked, and empty where nothing changed', () => {
    const weights = [0.2, 0.2];
    const same = {
      graph,
      before: weights,
      after: weights,
      rolesBefore: nobody,
      rolesAfter: nobody,
      limit: 1,
    };
    expect(evidenceOf(same)).toEqual({ edges: [], nodes: [], roles: [] });
    expect(evidenceOf({ ...same, after: [0.3, 0.4] }).edges).toHaveLength(1);
    expect(() => evidenceOf({ ...same, after: [0.3] })).toThrow('2 edges, got 2 and 1');
  });
});

describe('signals', () => {
  const summary = {
    id: 'checkpoint-8',
    step: 8,
    metrics: { total_strength: Math.E, gini: 0.4, churn: 0.3, churn_floor: 0.1 },
    task: { loss_second_half: 2 },
    roles: { spreaders: ['A'], gatherers: ['B'] },
  };

  it('are logarithm, difference or value, and null where the checkpoint has none', () => {
    const { step, id, signals } = sampleFrom(summary, { roles: { spreaders: ['A'], gatherers: ['C'] } });
    expect({ step, id }).toEqual({ step: 8, id: 'checkpoint-8' });
    expect(signals.log_total_strength).toBeCloseTo(1, 12);
    expect(signals.churn_above_floor).toBeCloseTo(0.2, 12);
    expect(signals).toMatchObject({ gini: 0.4, churn: null, spearman: null, induction_score: null, loss: 2 });
    expect(signals.role_turnover).toBeCloseTo(2 / 3, 12);
    expect(sampleFrom(summary, null).signals.role_turnover).toBeNull();
  });

  it('take churn as it is without a floor, and no logarithm of nothing', () => {
    const metrics = { total_strength: 0, churn: 0.3 };
    const { signals } = sampleFrom(
      { ...summary, metrics, task: { induction_score: 1, loss_second_half: 2 } },
      null,
    );
    expect(signals).toMatchObject({
      log_total_strength: null,
      churn: 0.3,
      churn_above_floor: null,
      loss: null,
    });
  });

  it('count role turnover over pairs of role and node', () => {
    expect(roleTurnover(nobody, nobody)).toBe(0);
    expect(roleTurnover(summary.roles, summary.roles)).toBe(0);
    expect(roleTurnover(summary.roles, { spreaders: ['B'], gatherers: ['A'] })).toBe(1);
  });
});
