/** What an analysis does about files that change under it. */
import { afterAll, describe, expect, it } from 'vitest';
import { Runtime } from '../server/ablation/runtime.ts';
import type { Settings } from '../server/ablation/settings.ts';
import { SweepCache } from '../server/ablation/sweep-cache.ts';
import { analyse } from '../server/analysis.ts';
import { CheckpointFailure } from '../server/base/failure.ts';
import { type CheckpointRef, inspect } from '../server/source/checkpoint-files.ts';
import { sampleCheckpoint } from './support/checkpoints.ts';

const SETTINGS: Settings = {
  probe: { kind: 'induction', prompts: 1, segment: 4, seed: 0 },
  ablation: 'zero',
  measure: 'cosine',
  nodes: 'components',
  effects: 'off',
  effectPositions: null,
  nullModel: false,
  memoryBytesMax: 2 ** 30,
};
const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());

async function kindsOf(ref: CheckpointRef): Promise<string[]> {
  const kinds: string[] = [];
  for await (const { type } of analyse(runtime, ref, SETTINGS, new SweepCache())) kinds.push(type);
  return kinds;
}

describe('an analysis', () => {
  it('ends well where the files are those that were found ready', async () => {
    const ref = sampleCheckpoint(512);
    const inspection = await inspect(ref);
    const content = 'content' in inspection ? inspection.content : expect.fail('expected contents');
    expect((await kindsOf({ ...ref, content })).at(-1)).toBe('measured');
    expect((await kindsOf(ref)).at(-1)).toBe('measured');
  });

  it('fails where they are others by its end: its edges may be of both', async () => {
    const failure = await kindsOf({ ...sampleCheckpoint(512), content: 'what was there before' }).catch(
      (error: unknown) => error,
    );
    if (!(failure instanceof CheckpointFailure)) throw new Error(`expected a failure, got ${failure}`);
    expect(failure).toMatchObject({ code: 'incomplete' });
    expect(failure.message).toBe(
      'checkpoint-512: expected files that stay as they are, they changed while they were read; it is analysed again when they have settled',
    );
  });
});
