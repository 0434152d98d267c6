import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { MultiGraph } from 'graphology';
import { parse } from 'graphology-gexf';
import { describe, expect, it } from 'vitest';
import { possibleEdges } from '../../protocol/graph.ts';
import { type GexfOptions, gexf } from '../../server/export/gexf.ts';
import type { RecordedRun } from '../../server/export/recorded-run.ts';
import { anyRun, CHECKPOINTS, inXml, recorded, runOf, textOf } from './made.ts';

/** Value and span of each entry of one attribute; `end` null where it is open. */
type Values = { readonly value: number; readonly start: number; readonly end: number | null }[];

describe('a run as GEXF', () => {
  it('is the graph of the latest checkpoint to a reader without time', async () => {
    const graph = parse(MultiGraph, await written(runOf(CHECKPOINTS)));
    expect(graph.order).toBe(4);
    expect(graph.mapEdges((_, { weight }, source, target) => [source, target, weight])).toEqual([
      ['L0H0', 'L1H0', 1],
      ['L0MLP', 'L1H0', 0.25],
      ['L0H0', 'L1MLP', 0.000001],
      ['L0MLP', 'L1MLP', 0],
    ]);
    expect(graph.getNodeAttributes('L1MLP')).toEqual({
      label: 'L1MLP',
      layer: 1,
      kind: 'mlp',
      depth: 1,
      out_strength: 0,
      in_strength: 0.000001,
    });
    expect(plainWeights(await written(runOf(CHECKPOINTS)))).toEqual([1, 0.25, 0.000001, 0]);
  });

  it('holds each value from its checkpoint to the next one, the last without end', async () => {
    const document = read(await written(runOf(CHECKPOINTS)));
    const [firstEdge] = elements(document, 'edge');
    expect(valuesOf(firstEdge, 'weight')).toEqual([
      { value: 0.1, start: 0, end: 512 },
      { value: 1, start: 512, end: null },
    ]);
    const [head] = elements(document, 'node');
    expect(valuesOf(head, 'out_strength')).toEqual([
      { value: 0.4, start: 0, end: 512 },
      { value: 1.000001, start: 512, end: null },
    ]);
    expect(head.getAttribute('start')).toBe('0');
    const [graph] = elements(document, 'graph');
    expect(graph.getAttribute('mode')).toBe('dynamic');
    expect(graph.getAttribute('timeformat')).toBe('double');
  });

  it('declares the first time what changes over time as dynamic, and the last time all that nodes have', async () => {
    const blocks = elements(read(await written(runOf(CHECKPOINTS))), 'attributes').map((block) => [
      block.getAttribute('class'),
      block.getAttribute('mode'),
      elements(block, 'attribute').map((attribute) => attribute.getAttribute('id')),
    ]);
    expect(blocks).toEqual([
      ['node', 'dynamic', ['out_strength', 'in_strength']],
      ['node', 'static', ['layer', 'kind', 'depth', 'out_strength', 'in_strength']],
      ['edge', 'dynamic', ['weight']],
    ]);
  });

  it('says what the weights mean', async () => {
    const [description] = elements(read(await written(runOf(CHECKPOINTS))), 'description');
    expect(description.textContent).toBe(
      "sample: Component graph of a transformer (gpt_neox, 2 layers of 1 heads, width 8, vocabulary 64). The weight of an edge is 1 - cosine similarity of the target's output between the clean run and one in which the source's activation is replaced by its mean at every position (ablation mean, measure cosine), averaged over prompts and positions. It is a total effect: everything downstream of the source is recomputed. Standard errors are over prompts. An edge counts as active above 0.3. Probe: induction, 4 prompts of at most 48 positions: 24 random tokens, repeated once (seed 7). Time is the training step. A plain weight is that of the latest checkpoint.",
    );
  });

  it('leaves out edges that never exceed a threshold, whatever they weigh last', async () => {
    const document = read(await written(runOf(CHECKPOINTS), { threshold: 0.3 }));
    // 0 → 2 exceeds it last, 1 → 3 at first, 0 → 3 only reaches it.
    expect(elements(document, 'edge').map((edge) => edge.getAttribute('id'))).toEqual(['0', '3']);
    expect(elements(document, 'description')[0].textContent).toContain('never exceeds 0.3');
  });

  it('gives the first of two checkpoints of one step a span without length', async () => {
    const twice = [recorded('a', 5, { weights: [1, 1, 1, 1] }), recorded('b', 5, { weights: [2, 2, 2, 2] })];
    const [edge] = elements(read(await written(runOf(twice))), 'edge');
    expect(valuesOf(edge, 'weight')).toEqual([
      { value: 1, start: 5, end: 5 },
      { value: 2, start: 5, end: null },
    ]);
  });

  it('leaves the strengths out where none were recorded', async () => {
    const [head] = elements(
      read(await written(runOf([recorded('a', 0, { weights: [1, 2, 3, 4] })]))),
      'node',
    );
    expect(elements(head, 'attvalue').map((value) => value.getAttribute('for'))).toEqual([
      'layer',
      'kind',
      'depth',
    ]);
  });

  it('refuses a run without checkpoints, and one that needs more memory than it may take', async () => {
    await expect(written(runOf([]))).rejects.toThrow('expected at least one analysed checkpoint');
    await expect(written(runOf(CHECKPOINTS), { bytesMax: 63 })).rejects.toThrow(
      'run sample: expected at most 63 bytes of edge weights, found more than that in its first 2 checkpoints of 4 edges',
    );
    expect(await written(runOf(CHECKPOINTS), { bytesMax: 64 })).toContain('</gexf>');
  });

  it('refuses a graph that is not whole', async () => {
    await expect(written(runOf([recorded('a', 0, { weights: [1, 2, 3] })]))).rejects.toThrow('4 weights');
  });

  it('keeps every number and every name of any run', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ name, analysis, checkpoints }) => {
        const text = await written(runOf(checkpoints, analysis, name));
        const document = read(text);
        const ids = analysis.nodes.map(({ id }) => inXml(id));
        const { sources, targets } = possibleEdges(analysis.nodes);
        expect(elements(document, 'description')[0].textContent?.startsWith(inXml(name))).toBe(true);
        elements(document, 'node').forEach((node, index) => {
          expect(node.getAttribute('label')).toBe(ids[index]);
          for (const metric of ['out_strength', 'in_strength'])
            expect(valuesOf(node, metric).map(({ value }) => value)).toEqual(
              checkpoints.map(({ graph }) => graph.nodeMetrics[metric][index]),
            );
        });
        elements(document, 'edge').forEach((edge, index) => {
          expect(valuesOf(edge, 'weight')).toEqual(
            checkpoints.map(({ graph }, at) => ({
              value: graph.weights[index],
              start: graph.step,
              end: checkpoints[at + 1]?.graph.step ?? null,
            })),
          );
        });
        const graph = parse(MultiGraph, text);
        expect(graph.nodes()).toEqual(ids);
        expect(graph.mapEdges((_, { weight }, source, target) => [source, target, weight])).toEqual(
          Array.from(sources, (source, edge) => [
            ids[source],
            ids[targets[edge]],
            checkpoints.at(-1)?.graph.weights[edge],
          ]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

function written(run: RecordedRun, options: Partial<GexfOptions> = {}): Promise<string> {
  return textOf(gexf(run, options));
}

function read(text: string): Document {
  return new DOMParser({
    errorHandler: (level: string, message: unknown) => {
      throw new Error(`${level}: ${message}`);
    },
  }).parseFromString(text, 'application/xml');
}

function elements(inside: Document | Element, name: string): Element[] {
  return Array.from(inside.getElementsByTagName(name));
}

function plainWeights(text: string): number[] {
  return elements(read(text), 'edge').map((edge) => Number(edge.getAttribute('weight')));
}

function valuesOf(element: Element, attribute: string): Values {
  return elements(element, 'attvalue')
    .filter((value) => value.getAttribute('for') === attribute)
    .map((value) => ({
      value: Number(value.getAttribute('value')),
      start: Number(value.getAttribute('start')),
      end: value.hasAttribute('end') ? Number(value.getAttribute('end')) : null,
    }));
}
