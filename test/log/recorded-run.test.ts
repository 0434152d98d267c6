import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apply, initialState } from '../../protocol/apply.ts';
import type { Delta, RunState } from '../../protocol/state.ts';
import { LogProblem } from '../../server/log/log-problem.ts';
import { openStream } from '../../server/log/open-stream.ts';
import { RecordedRun } from '../../server/log/recorded-run.ts';
import { RecordingProblem, recordedBytes, recordingHeader } from '../../server/log/recording.ts';
import { runFolders } from '../../server/log/run-folder.ts';
import { RUN, walked } from './delta-walk.ts';
import { scratch } from './scratch.ts';

const DELTAS = walked(12, 70);
const withoutProgress = ({ progress: _, ...rest }: RunState) => rest;
const EXPECTED = withoutProgress(DELTAS.reduce(apply, initialState(RUN)));

async function opened(name: string, data: string, warn: (sentence: string) => void = () => {}) {
  const run = await RecordedRun.open(name, data, warn);
  onTestFinished(() => run.close());
  return run;
}

/** Records `deltas` as a server does. */
async function served(data: string, name: string, settings: unknown, deltas = DELTAS): Promise<void> {
  const stream = await openStream({
    run: { ...RUN, name, source: `/runs/${name}` },
    data,
    settings,
    bytesMax: Number.POSITIVE_INFINITY,
    peek: () => null,
    warn: () => {},
  });
  for (const delta of deltas) stream.publish(delta);
  await stream.close();
}

function recordingOf(deltas: readonly Delta[]): Buffer {
  const parts = deltas.map((delta, index) => recordedBytes({ at: index, delta }));
  return Buffer.concat([recordingHeader(RUN, new Date(0)), ...parts]);
}

async function deltasOf(run: RecordedRun): Promise<Delta[]> {
  const found: Delta[] = [];
  for await (const { delta } of run.deltas()) found.push(delta);
  return found;
}

describe('a recorded run', () => {
  it('is opened from a file, with all its deltas and graphs, and leaves nothing behind', async () => {
    const file = join(scratch(), 'run.pw');
    writeFileSync(file, recordingOf(DELTAS));
    const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('phasewatch-recording-'));
    const before = copies();
    const run = await RecordedRun.open(file, '/nowhere', () => {});
    expect(withoutProgress(run.state)).toEqual(EXPECTED);
    expect(await deltasOf(run)).toEqual(DELTAS);
    for (const { id, status } of run.state.checkpoints)
      if (status === 'done') expect((await run.graph(id, null))?.checkpoint).toBe(id);
    for (const [branch, { checkpoints }] of run.state.branches.entries())
      for (const { id, status } of checkpoints)
        if (status === 'done') expect((await run.graph(id, branch))?.checkpoint).toBe(id);
    await run.close();
    expect(copies().filter((name) => !before.includes(name))).toEqual([]);
  });

  it('is opened by its folder or by its own name', async () => {
    const data = scratch();
    await served(data, 'mine', { seed: 1 });
    const [{ id }] = await runFolders(data);
    for (const name of [id, 'mine']) {
      const run = await RecordedRun.open(name, data, () => {});
      expect(await deltasOf(run)).toEqual(DELTAS);
      await run.close();
    }
  });

  it('is not found by a name that two have, which says both folders', async () => {
    const data = scratch();
    await served(data, 'mine', { seed: 1 }, []);
    await served(data, 'mine', { seed: 2 }, []);
    const ids = (await runFolders(data)).map(({ id }) => id);
    const problem = opened('mine', data);
    await expect(problem).rejects.toBeInstanceOf(RecordingProblem);
    await expect(problem).rejects.toThrow('expected the name of one run, mine is that of 2: ');
    for (const id of ids) await expect(problem).rejects.toThrow(id);
  });

  it('is found by its folder though another has that for its name', async () => {
    const data = scratch();
    await served(data, 'mine', { seed: 1 });
    const [{ id }] = await runFolders(data);
    await served(data, id, { seed: 1 }, []);
    expect(await deltasOf(await opened(id, data))).toEqual(DELTAS);
  });

  it('that is not there is said with those that are', async () => {
    const data = scratch();
    await expect(opened('mine', data)).rejects.toThrow(
      `expected a file or the name of a run recorded in ${data}, got "mine" (there are none)`,
    );
    await served(data, 'yours', null, []);
    await expect(opened('mine', data)).rejects.toThrow(/\(known there: yours-[0-9a-f]{8}\)/);
  });

  it('is not opened while a server has it', async () => {
    const data = scratch();
    const open = { data, settings: 1, bytesMax: 1_000, peek: () => null, warn: () => {} };
    const stream = await openStream({ run: RUN, ...open });
    await expect(opened(RUN.name, data)).rejects.toBeInstanceOf(LogProblem);
    await stream.close();
    await opened(RUN.name, data);
  });

  it('from a file that was cut short goes up to there', async () => {
    const file = join(scratch(), 'cut.pw');
    const warnings: string[] = [];
    writeFileSync(file, recordingOf(DELTAS).subarray(0, -3));
    const run = await opened(file, '/nowhere', (sentence) => warnings.push(sentence));
    expect(await deltasOf(run)).toEqual(DELTAS.slice(0, -1));
    expect(warnings).toHaveLength(1);
  });

  it.each<readonly [string, Delta[]]>([
    [
      'edges of no checkpoint',
      [{ type: 'edges', checkpoint: 'a', layer: 0, firstEdge: 0, weights: [1], standardErrors: null }],
    ],
    [
      'edges that leave a hole',
      [
        { type: 'checkpoint-started', checkpoint: 'a', step: 1, content: null },
        { type: 'edges', checkpoint: 'a', layer: 0, firstEdge: 7, weights: [1], standardErrors: null },
      ],
    ],
    [
      'edges that lean on another graph',
      [
        { type: 'checkpoint-started', checkpoint: 'a', step: 1, content: null },
        { type: 'edges', checkpoint: 'a', layer: 0, firstEdge: 0, weights: [1], standardErrors: null },
        { type: 'checkpoint-done', checkpoint: 'a', millis: 1, unchangedLayers: 0, identicalTo: null },
        { type: 'checkpoint-started', checkpoint: 'b', step: 2, content: null },
        {
          type: 'edges',
          checkpoint: 'b',
          layer: 0,
          firstEdge: 0,
          weights: [],
          standardErrors: null,
          since: { checkpoint: 'a', count: 1, at: [] },
        },
      ],
    ],
  ])('from a file whose deltas do not follow is refused: %s', async (_, deltas) => {
    const file = join(scratch(), 'odd.pw');
    writeFileSync(file, recordingOf(deltas));
    const problem = opened(file, '/nowhere');
    await expect(problem).rejects.toBeInstanceOf(RecordingProblem);
    await expect(problem).rejects.toThrow(
      `odd.pw: delta ${deltas.length} does not follow from those before it`,
    );
  });
});
