import fc from 'fast-check';
import { MultiGraph } from 'graphology';
import { parse } from 'graphology-graphml';
import { describe, expect, it } from 'vitest';
import { possibleEdges } from '../../protocol/graph.ts';
import { type GraphmlOptions, graphml } from '../../server/export/graphml.ts';
import type { RecordedRun } from '../../server/export/recorded-run.ts';
import { anyRun, CHECKPOINTS, inXml, recorded, runOf, textOf } from './made.ts';

describe('a checkpoint as GraphML', () => {
  it('is the latest one of the run as it stands', async () => {
    const graph = await read(runOf(CHECKPOINTS));
    expect(graph.type).toBe('directed');
    expect(graph.getAttributes()).toMatchObject({ checkpoint: 'checkpoint-512', step: 512, churn: 0.5 });
    expect(edgesOf(graph)).toEqual([
      ['L0H0', 'L1H0', { weight: 1 }],
      ['L0MLP', 'L1H0', { weight: 0.25 }],
      ['L0H0', 'L1MLP', { weight: 0.000001 }],
      ['L0MLP', 'L1MLP', { weight: 0 }],
    ]);
  });

  it('is the one of a step where asked, with standard errors, node metrics and head scores', async () => {
    const graph = await read(runOf(CHECKPOINTS), { step: 0 });
    expect(edgesOf(graph)[3]).toEqual(['L0MLP', 'L1MLP', { weight: 0.4, standard_error: 0.04 }]);
    expect(graph.getNodeAttributes('L1H0')).toEqual({
      label: 'L1H0',
      layer: 1,
      kind: 'head',
      depth: 1,
      out_strength: 0,
      in_strength: 0.3,
      prefix_matching: 0.75,
    });
    // The MLP has no head score, and none is made up.
    expect(graph.getNodeAttributes('L1MLP')).not.toHaveProperty('prefix_matching');
  });

  it('is the last of several checkpoints of one step', async () => {
    const twice = [recorded('a', 5, { weights: [1, 1, 1, 1] }), recorded('b', 5, { weights: [2, 2, 2, 2] })];
    expect((await read(runOf(twice), { step: 5 })).getAttribute('checkpoint')).toBe('b');
  });

  it('says what the weights mean, as sentences and as facts', async () => {
    expect((await read(runOf(CHECKPOINTS), { step: 0 })).getAttributes()).toEqual({
      name: 'sample',
      checkpoint: 'checkpoint-0',
      step: 0,
      family: 'gpt_neox',
      layers: 2,
      heads: 1,
      width: 8,
      head_width: 8,
      mlp_width: 32,
      vocabulary: 64,
      ablation: 'mean',
      measure: 'cosine',
      activity_threshold: 0.3,
      probe: 'induction',
      probe_prompts: 4,
      probe_positions: 48,
      probe_segment: 24,
      probe_seed: 7,
      total_strength: 1,
      induction_score: 1e-7,
    });
    const text = await textOf(graphml(runOf(CHECKPOINTS)));
    expect(text).toContain('<desc>sample: Component graph of a transformer');
    for (const [name, type] of [
      ['heads', 'long'],
      ['measure', 'string'],
      ['activity_threshold', 'double'],
      ['churn', 'double'],
    ])
      expect(text).toContain(`for="graph" attr.name="${name}" attr.type="${type}"`);
  });

  it('refuses a step that no checkpoint of the run as it stands has', async () => {
    await expect(read(runOf(CHECKPOINTS), { step: 600 })).rejects.toThrow(
      'run sample: expected an analysed checkpoint of step 600, found 2 from step 0 to 512; ask for one of those',
    );
    await expect(read(runOf([]))).rejects.toThrow('expected at least one analysed checkpoint');
  });

  it('keeps every number and every name of any run', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ name, analysis, checkpoints }) => {
        const graph = await read(runOf(checkpoints, analysis, name));
        const latest = checkpoints[checkpoints.length - 1];
        const { weights, standardErrors, nodeMetrics } = latest.graph;
        const ids = analysis.nodes.map(({ id }) => inXml(id));
        const { sources, targets } = possibleEdges(analysis.nodes);
        expect(graph.getAttributes()).toMatchObject({
          name: inXml(name),
          checkpoint: inXml(latest.checkpoint.id),
          step: latest.checkpoint.step,
        });
        expect(graph.nodes()).toEqual(ids);
        ids.forEach((id, index) => {
          expect(graph.getNodeAttributes(id)).toMatchObject({
            label: id,
            out_strength: nodeMetrics.out_strength[index],
            in_strength: nodeMetrics.in_strength[index],
          });
        });
        expect(edgesOf(graph)).toEqual(
          weights.map((weight, edge) => [
            ids[sources[edge]],
            ids[targets[edge]],
            standardErrors ? { weight, standard_error: standardErrors[edge] } : { weight },
          ]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

async function read(run: RecordedRun, options: Partial<GraphmlOptions> = {}): Promise<MultiGraph> {
  return parse(MultiGraph, await textOf(graphml(run, options)));
}

function edgesOf(graph: MultiGraph) {
  return graph.mapEdges((_, attributes, source, target) => [source, target, attributes]);
}
