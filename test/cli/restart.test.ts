/** The real server, killed at the worst moments: nothing announced is lost, nothing is computed twice. */
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { apply } from '../../protocol/apply.ts';
import type { Place } from '../../protocol/messages.ts';
import type { Delta, RunState } from '../../protocol/state.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { TestViewer } from '../support/viewer.ts';

const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-restart-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let server: TestServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

/** What a viewer holds, and the deltas that brought it there. */
type Held = { state: RunState; place: Place; deltas: Delta[] };

async function begun(viewer: TestViewer): Promise<Held> {
  const { state, epoch, offset } = await viewer.expect('snapshot');
  return { state, place: { epoch, offset }, deltas: [] };
}

async function follow(viewer: TestViewer, held: Held, until: (held: Held) => boolean): Promise<void> {
  while (!until(held)) {
    const { delta, epoch, offset } = await viewer.expect('delta');
    expect({ epoch, offset }).toEqual({ epoch: held.place.epoch, offset: held.place.offset + 1 });
    held.state = apply(held.state, delta);
    held.place = { epoch, offset };
    held.deltas.push(delta);
  }
}

const doneCount = ({ state }: Held) => state.checkpoints.filter(({ status }) => status === 'done').length;
const startsOf = (deltas: readonly Delta[], id: string) =>
  deltas.filter((delta) => delta.type === 'checkpoint-started' && delta.checkpoint === id).length;

async function killed(): Promise<void> {
  const closed = once(server?.process ?? expect.fail('no server'), 'close');
  server?.process.kill('SIGKILL');
  await closed;
}

describe('a server that is killed', () => {
  it('S-6: has every delta that it sent when it is started again, and its viewers go on where they were', async () => {
    const directory = join(scratch, 'killed');
    cpSync(SAMPLE_RUN, directory, { recursive: true });
    const words = ['watch', directory, '--data', join(scratch, 'data'), '--prompts', '64', '--threads', '1'];
    server = await startServer(...words);
    const viewer = await TestViewer.watching(server.port, 'killed');
    const held = await begun(viewer);
    // Two checkpoints are done and the third is under way.
    await follow(viewer, held, () => doneCount(held) === 2 && (held.state.partial?.weights.length ?? 0) > 0);
    const done = held.state.checkpoints.filter(({ status }) => status === 'done');
    const interrupted = held.state.partial?.checkpoint ?? expect.fail('nothing was under way');
    await killed();

    server = await startServer(...words);
    const again = await TestViewer.watching(server.port, 'killed', { after: held.place });
    expect(await again.expect('resumed')).toMatchObject({ run: 'killed', ...held.place });
    await follow(again, held, () => doneCount(held) === 3);
    for (const checkpoint of done) {
      expect(startsOf(held.deltas, checkpoint.id)).toBeLessThanOrEqual(1);
      const now = held.state.checkpoints.find(({ id }) => id === checkpoint.id);
      expect(now).toMatchObject({ status: 'done', millis: checkpoint.millis, content: checkpoint.content });
    }
    expect(startsOf(held.deltas, interrupted)).toBe(2);
    // Who comes new sees the same.
    const fresh = await begun(await TestViewer.watching(server.port, 'killed'));
    await follow(again, held, () => held.place.offset >= fresh.place.offset);
    expect({ ...fresh.state, progress: null }).toEqual({ ...held.state, progress: null });
  });

  it('computes nothing again for a directory that has not changed, and says nothing new', async () => {
    const words = ['watch', SAMPLE_RUN, '--data', join(scratch, 'unchanged')];
    server = await startServer(...words);
    const viewer = await TestViewer.watching(server.port, 'sample-run');
    const held = await begun(viewer);
    await follow(viewer, held, () => doneCount(held) === 3 && held.deltas.at(-1)?.type === 'phases');
    await killed();
    server = await startServer(...words);
    const again = await TestViewer.watching(server.port, 'sample-run', { after: held.place });
    await again.expect('resumed');
    let progress = (await again.expect('progress')).progress;
    while (progress.known < 3) progress = (await again.expect('progress')).progress;
    expect(progress).toMatchObject({ activity: 'waiting', taken: 3, known: 3 });
    const { runs } = await (await TestViewer.greeted(server.port)).expect('welcome');
    expect(runs).toEqual([{ id: 'sample-run', name: 'sample-run', ...held.place, unkept: null }]);
  });
});

describe('results that cannot be kept', () => {
  it('do not end live viewing: a second server on the same log says why, and that it watches all the same', async () => {
    const words = ['watch', SAMPLE_RUN, '--data', join(scratch, 'shared')];
    server = await startServer(...words);
    const second = await startServer(...words);
    try {
      const viewer = await TestViewer.watching(second.port, 'sample-run');
      const held = await begun(viewer);
      await follow(viewer, held, () => doneCount(held) === 3);
      const ready = await fetch(`http://localhost:${second.port}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain('another phasewatch has it open');
      const { runs } = await (await TestViewer.greeted(second.port)).expect('welcome');
      expect(runs[0].unkept).toContain('another phasewatch has it open');
    } finally {
      await second.stop();
    }
  });
});
