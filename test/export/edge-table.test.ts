import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { possibleEdges } from '../../protocol/graph.ts';
import { edgeTable } from '../../server/export/edge-table.ts';
import { PIECE_CHARACTERS } from '../../server/export/text-pieces.ts';
import { componentNodes } from '../graph/made.ts';
import { ANALYSIS, anyRun, CHECKPOINTS, recorded, runOf, textOf } from './made.ts';

describe('the table of edges', () => {
  it('has a row for every edge of every checkpoint, branches last', async () => {
    expect((await textOf(edgeTable(runOf(CHECKPOINTS)))).split('\r\n')).toEqual([
      'step,checkpoint,branch,source,target,weight,standard_error',
      '0,checkpoint-0,,L0H0,L1H0,0.1,0.01',
      '0,checkpoint-0,,L0MLP,L1H0,0.2,0.02',
      '0,checkpoint-0,,L0H0,L1MLP,0.3,0.03',
      '0,checkpoint-0,,L0MLP,L1MLP,0.4,0.04',
      '512,checkpoint-512,,L0H0,L1H0,1,',
      '512,checkpoint-512,,L0MLP,L1H0,0.25,',
      '512,checkpoint-512,,L0H0,L1MLP,0.000001,',
      '512,checkpoint-512,,L0MLP,L1MLP,0,',
      '600,checkpoint-600,0,L0H0,L1H0,9,',
      '600,checkpoint-600,0,L0MLP,L1H0,9,',
      '600,checkpoint-600,0,L0H0,L1MLP,9,',
      '600,checkpoint-600,0,L0MLP,L1MLP,9,',
      '',
    ]);
  });

  it('quotes commas, quotes, line ends and spaces at the ends', async () => {
    const odd = [
      recorded('a "b", c\nd', 1, { weights: [1, 2, 3, 4] }),
      recorded(' e', 2, { weights: [1, 2, 3, 4] }),
    ];
    const text = await textOf(edgeTable(runOf(odd)));
    expect(text).toContain('\r\n1,"a ""b"", c\nd",,L0H0,L1H0,1,\r\n');
    expect(text).toContain('\r\n2," e",,L0H0,L1H0,1,\r\n');
  });

  it('asks for a checkpoint only when those before are written, and writes one in several pieces', async () => {
    const analysis = { ...ANALYSIS, nodes: componentNodes(12, 12) };
    const count = possibleEdges(analysis.nodes).sources.length;
    const weights = new Array<number>(count).fill(0.123456);
    const asked: string[] = [];
    const large = [recorded('a', 0, { weights }), recorded('b', 1, { weights })];
    const pieces = edgeTable(runOf(large, analysis, 'large', (id) => asked.push(id)));
    expect((await pieces.next()).value).toMatch(/^step,/);
    expect(asked).toEqual([]);
    const lengths: number[] = [];
    while (!asked.includes('b')) lengths.push((await pieces.next()).value?.length ?? 0);
    expect(lengths.length).toBeGreaterThan(2);
    expect(Math.max(...lengths)).toBeLessThan(PIECE_CHARACTERS + 100);
  });

  it('refuses a graph that is not whole', async () => {
    const partial = [recorded('a', 0, { weights: [1, 2, 3] })];
    await expect(textOf(edgeTable(runOf(partial)))).rejects.toThrow('the graph of a has 4 weights');
  });

  it('keeps every number and every name of any run', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ analysis, checkpoints }) => {
        const rows = parse(await textOf(edgeTable(runOf(checkpoints, analysis)))).slice(1);
        const { sources, targets } = possibleEdges(analysis.nodes);
        const expected = checkpoints.flatMap(({ checkpoint, graph }) =>
          graph.weights.map((weight, edge) => [
            checkpoint.step,
            inUtf8(checkpoint.id),
            '',
            inUtf8(analysis.nodes[sources[edge]].id),
            inUtf8(analysis.nodes[targets[edge]].id),
            weight,
            graph.standardErrors ? graph.standardErrors[edge] : '',
          ]),
        );
        const read = rows.map(([step, id, branch, source, target, weight, error]) => [
          Number(step),
          id,
          branch,
          source,
          target,
          Number(weight),
          error === '' ? '' : Number(error),
        ]);
        expect(read).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});

/** `text` as it comes back from a file: no lone surrogates. */
function inUtf8(text: string): string {
  return Buffer.from(text).toString();
}
