/** Logs of lines: JSON and CSV; torn, truncated, rewritten, and as trainers of the wild write them. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CsvLog } from '../../../server/source/curve/csv-log.ts';
import { JsonLines } from '../../../server/source/curve/jsonl.ts';
import { temporaryDirectory } from '../made-files.ts';
import { readAll } from './made-logs.ts';

function put(text: string) {
  const root = temporaryDirectory();
  const path = join(root, 'log');
  writeFileSync(path, text);
  return { root, path };
}

async function jsonl(text: string) {
  const { root, path } = put(text);
  return readAll(new JsonLines(path, root));
}

async function csv(text: string) {
  const { root, path } = put(text);
  return readAll(new CsvLog(path, root));
}

describe('metrics.jsonl', () => {
  it('has the numbers of each line at its step, under whichever name', async () => {
    const { points } = await jsonl(
      '{"step":1,"loss":2.5,"note":"warm"}\n{"global_step":2,"loss":2,"lr":1e-4}\n{"iter":3,"loss":1.5}\n',
    );
    expect(points).toEqual([
      [1, 'loss', 2.5],
      [2, 'loss', 2],
      [2, 'lr', 1e-4],
      [3, 'loss', 1.5],
    ]);
  });

  it('passes over lines without a step, and lines that are no JSON', async () => {
    expect(
      (await jsonl('{"loss":2}\nhello\n[1]\n\n{"step":-1,"loss":1}\n{"step":4,"loss":1}\n')).points,
    ).toEqual([[4, 'loss', 1]]);
  });

  it('counts NaN and Infinity as Python writes them', async () => {
    const { points, notFinite } = await jsonl('{"step": 1, "loss": NaN, "lr": 0.5, "max": -Infinity}\n');
    expect({ points, notFinite }).toEqual({ points: [[1, 'lr', 0.5]], notFinite: 2 });
  });

  it('waits for the end of the last line', async () => {
    const { root, path } = put('{"step":1,"loss":2}\n{"step":2,"lo');
    const file = new JsonLines(path, root);
    expect((await readAll(file)).points).toEqual([[1, 'loss', 2]]);
    appendFileSync(path, 'ss":1.5}');
    expect((await readAll(file)).points).toEqual([]);
    appendFileSync(path, '\n');
    expect((await readAll(file)).points).toEqual([[2, 'loss', 1.5]]);
  });

  it('begins anew where it is shorter, or other before the place that was read', async () => {
    const { root, path } = put('{"step":1,"loss":2}\n{"step":2,"loss":1}\n');
    const file = new JsonLines(path, root);
    await readAll(file);
    writeFileSync(path, '{"step":1,"loss":9}\n');
    expect((await readAll(file)).points).toEqual([[1, 'loss', 9]]);
    writeFileSync(path, '{"step":1,"loss":8}\n{"step":2,"loss":7}\n');
    expect((await readAll(file)).points).toEqual([
      [1, 'loss', 8],
      [2, 'loss', 7],
    ]);
  });

  it('is read in pieces where it is long, each line once', async () => {
    const lines = Array.from(
      { length: 40_000 },
      (_, step) => `{"step":${step},"loss":${step / 8},"note":"${'x'.repeat(20)}"}\n`,
    );
    const { points } = await jsonl(lines.join(''));
    expect(points.length).toBe(40_000);
    expect(points.every(([step, , value], index) => step === index && value === index / 8)).toBe(true);
  });

  it('ends at a line that is longer than anything a trainer logs', async () => {
    const { root, path } = put('x'.repeat(2 ** 20 + 1));
    const file = new JsonLines(path, root);
    await expect(file.read()).rejects.toThrow('expected lines of at most 1,048,576 bytes');
    expect(file.isOver).toBe(true);
  });
});

describe('metrics.csv', () => {
  it('has no value where a field is empty, as the CSVLogger of Lightning leaves it', async () => {
    const { points } = await csv('epoch,step,train_loss,val_loss\r\n0,49,2.5,\r\n0,99,2,\r\n0,99,,1.75\r\n');
    expect(points).toEqual([
      [49, 'epoch', 0],
      [49, 'train_loss', 2.5],
      [99, 'epoch', 0],
      [99, 'train_loss', 2],
      [99, 'epoch', 0],
      [99, 'val_loss', 1.75],
    ]);
  });

  it('understands quoted fields, and counts what is not finite', async () => {
    const { points, notFinite } = await csv('step,"loss, ""train""",note\n1,"0.5","a,b"\n2,nan,\n3,-inf,x\n');
    expect({ points, notFinite }).toEqual({ points: [[1, 'loss, "train"', 0.5]], notFinite: 2 });
  });

  it('is left alone without a column that gives the step', async () => {
    await expect(csv('epoch,loss\n1,2\n')).rejects.toThrow(
      'expected a column named step, global_step, iter or iteration, found epoch,loss',
    );
  });

  it('begins anew with another header, as Lightning rewrites it when a metric is new', async () => {
    const { root, path } = put('step,a\n1,2\n');
    const file = new CsvLog(path, root);
    expect((await readAll(file)).points).toEqual([[1, 'a', 2]]);
    writeFileSync(path, 'step,a,b\n1,2,\n2,3,4\n');
    expect((await readAll(file)).points).toEqual([
      [1, 'a', 2],
      [2, 'a', 3],
      [2, 'b', 4],
    ]);
  });
});
