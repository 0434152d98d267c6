/** One engine for several runs: whose turn it is, and what frees it. */
import { firstValueFrom, Observable, type Subscriber } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../server/ablation/settings.ts';
import type { AnalysisEvent } from '../server/analysis.ts';
import { CheckpointFailure } from '../server/base/failure.ts';
import type { Engine } from '../server/engine-process.ts';
import { SharedEngine } from '../server/shared-engine.ts';
import type { CheckpointRef } from '../server/source/checkpoint-files.ts';

const SETTINGS: Settings = {
  probe: { kind: 'tokens', tokens: [[1, 2]] },
  ablation: 'zero',
  measure: 'cosine',
  nodes: 'components',
  effects: 'auto',
  effectPositions: null,
  nullModel: false,
  memoryBytesMax: 1e9,
};
const checkpoint = (id: string): CheckpointRef => ({
  id,
  step: 1,
  directory: '',
  configFile: '',
  content: id,
});

type Asked = { readonly name: string; readonly answer: Subscriber<AnalysisEvent> };

/** Answers when the test says so; two requests at once are a mistake, as they are for the real one. */
class HandEngine implements Engine {
  readonly asked: string[] = [];
  readonly left: string[] = [];
  under: Asked | null = null;

  analyse(run: string, { id }: CheckpointRef): Observable<AnalysisEvent> {
    return new Observable((answer) => {
      const own = { name: `${run} ${id}`, answer };
      if (this.under) throw new Error(`asked for ${own.name} while ${this.under.name} was under way`);
      this.under = own;
      this.asked.push(own.name);
      return () => {
        this.left.push(own.name);
        if (this.under === own) this.under = null;
      };
    });
  }

  compare(): Observable<Readonly<Record<string, number>>> {
    return new Observable((answer) => {
      this.asked.push('compare');
      answer.next({ churn: 1 });
      answer.complete();
    });
  }
}

let engine: HandEngine;
let shared: SharedEngine;
let ended: string[];
beforeEach(() => {
  engine = new HandEngine();
  shared = new SharedEngine(engine);
  ended = [];
});

function analyse(run: string, id: string) {
  const name = `${run} ${id}`;
  return shared.analyse(run, checkpoint(id), SETTINGS).subscribe({
    complete: () => ended.push(name),
    error: (error: Error) => ended.push(`${name}: ${error.message}`),
  });
}

/** Waits until the engine is at this request. */
const atWork = (name: string) => vi.waitFor(() => expect(engine.under?.name).toBe(name), { interval: 1 });
const finish = () => engine.under?.answer.complete();

describe('an engine that is shared', () => {
  it('takes one request at a time, in the order in which they were asked', async () => {
    for (const id of ['1', '2', '3']) analyse('a', id);
    for (const id of ['1', '2', '3']) {
      await atWork(`a ${id}`);
      finish();
    }
    expect(engine.asked).toEqual(['a 1', 'a 2', 'a 3']);
    expect(ended).toEqual(['a 1', 'a 2', 'a 3']);
  });

  it('lets no run starve: each waits for one request of each other run at most', async () => {
    const runs = ['a', 'b', 'c'];
    const next = (run: string, count: number) => {
      shared.analyse(run, checkpoint(`${count}`), SETTINGS).subscribe({
        // As a pipeline does: the next checkpoint once this one is done.
        complete: () => count < 4 && next(run, count + 1),
      });
    };
    for (const run of runs) next(run, 1);
    for (let turn = 0; turn < 12; turn += 1) {
      await vi.waitFor(() => expect(engine.asked).toHaveLength(turn + 1), { interval: 1 });
      finish();
    }
    expect(engine.asked).toEqual([1, 2, 3, 4].flatMap((count) => runs.map((run) => `${run} ${count}`)));
  });

  it('passes on what the engine says, and gives comparisons their turn', async () => {
    analyse('a', '1');
    const compared = firstValueFrom(shared.compare([], new Float64Array(0), new Float64Array(0)));
    await atWork('a 1');
    expect(engine.asked).toEqual(['a 1']);
    finish();
    expect(await compared).toEqual({ churn: 1 });
  });

  it('is free again when somebody leaves who is being answered', async () => {
    const first = analyse('a', '1');
    analyse('b', '1');
    await atWork('a 1');
    first.unsubscribe();
    expect(engine.left).toEqual(['a 1']);
    await atWork('b 1');
    finish();
    expect(ended).toEqual(['b 1']);
  });

  it('is not free when somebody leaves who waits, and does not ask for them', async () => {
    analyse('a', '1');
    const second = analyse('b', '1');
    analyse('c', '1');
    await atWork('a 1');
    second.unsubscribe();
    // Whatever was set free by that has had its chance.
    await new Promise(setImmediate);
    expect(engine.under?.name).toBe('a 1');
    finish();
    await atWork('c 1');
    finish();
    expect(engine.asked).toEqual(['a 1', 'c 1']);
    expect(ended).toEqual(['a 1', 'c 1']);
  });

  it.each([
    ['a failure of the checkpoint', new CheckpointFailure('engine', 'died')],
    ['a mistake of ours', new TypeError('ours')],
  ])('is free again after %s, which is only for who asked', async (_, error) => {
    analyse('a', '1');
    analyse('b', '1');
    await atWork('a 1');
    engine.under?.answer.error(error);
    await atWork('b 1');
    finish();
    expect(ended).toEqual([`a 1: ${error.message}`, 'b 1']);
  });

  it('is free again when asking itself fails', async () => {
    vi.spyOn(engine, 'analyse').mockImplementationOnce(() => {
      throw new TypeError('no process could be started');
    });
    analyse('a', '1');
    analyse('b', '1');
    await atWork('b 1');
    expect(ended).toEqual(['a 1: no process could be started']);
    finish();
  });
});
