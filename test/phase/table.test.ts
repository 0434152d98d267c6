import { describe, expect, it } from 'vitest';
import { phasesOfTable, readTable, TableError } from '../../server/phase/table.ts';
import { normals } from './series.ts';

function stepTable(): string {
  const normal = normals(5);
  const rows = Array.from({ length: 60 }, (_, index) => {
    const [edges, nodes] = [normal() + (index < 30 ? 0 : 8), 3 + normal()];
    return `${100 * index},${edges},${nodes}`;
  });
  return ['step,edges,nodes', ...rows].join('\r\n');
}

describe('table', () => {
  it('gives what it watches, the changes, the segments and an end', () => {
    const lines = phasesOfTable(stepTable(), null);
    expect(lines[0]).toEqual({ type: 'table', rows: 60, signals: ['edges', 'nodes'] });
    expect(lines.find((line) => line.type === 'phase-change')).toMatchObject({ interval: [2900, 3000] });
    expect(lines.at(-2)).toMatchObject({
      type: 'phases',
      segments: [
        { from: 0, to: 2900, name: null },
        { from: 3000, to: 5900, name: null },
      ],
    });
    expect(lines.at(-1)).toEqual({ type: 'end', phaseChanges: 1 });
  });

  it('watches only the signals asked for', () => {
    const lines = phasesOfTable(stepTable(), ['nodes']);
    expect(lines[0]).toMatchObject({ signals: ['nodes'] });
    expect(lines.at(-1)).toEqual({ type: 'end', phaseChanges: 0 });
  });

  it('reads quotes, spaces, empty cells, empty lines and a byte order mark', () => {
    const { watched, samples } = readTable('\uFEFF"step" , "a ""b"", c",d\n1, 2e-1 ,\n\n2,"3",-4\n', null);
    expect(watched).toEqual(['a "b", c', 'd']);
    expect(samples).toEqual([
      { step: 1, id: '1', signals: { 'a "b", c': 0.2, d: null } },
      { step: 2, id: '2', signals: { 'a "b", c': 3, d: -4 } },
    ]);
  });

  it.each([
    ['', 'line 1: expected a header line'],
    ['step\n1', 'expected 1 to 64 signals'],
    ['step,a,a\n', 'found "a" twice'],
    ['step,a\n1,x', 'line 2, column 2 (a): expected a finite number or nothing, found "x"'],
    ['step,a\n1,Infinity', 'line 2, column 2 (a)'],
    ['step,a\n,2', 'line 2, column 1: expected a step, found none'],
    ['step,a\n5,1\n5,2', 'line 3, column 1: expected a step above 5, found 5'],
    ['step,a\n1,2,3', 'line 2: expected 2 cells as in the header, found 3'],
    ['step,a\n1,"2', 'line 2, column 2: expected a cell, found an open or stray quote'],
  ])('refuses %j', (text, message) => {
    expect(() => readTable(text, null)).toThrow(TableError);
    expect(() => readTable(text, null)).toThrow(message);
  });

  it('tells all mistakes at once, up to ten', () => {
    const bad = ['step,a', ...Array.from({ length: 14 }, (_, index) => `${index},?`)].join('\n');
    expect(() => readTable(bad, null)).toThrow(/line 2,(.|\n)*line 11,(.|\n)*and 4 more/);
  });

  it('refuses a signal that is no column, or the step itself', () => {
    expect(() => readTable('step,a\n1,2', ['b'])).toThrow('among the columns a; found b');
    expect(() => readTable('step,a\n1,2', ['step'])).toThrow('found step');
  });
});
