import { describe, expect, it } from 'vitest';
import type { Progress } from '../../protocol/state.ts';
import { readinessRoute } from '../../server/gateway/readiness.ts';
import { answer, asked, madeRun, madeRuns } from './made-runs.ts';

const progress = (activity: Progress['activity'], message: string | null = null): Progress => ({
  activity,
  checkpoint: null,
  taken: 0,
  known: 0,
  layersDone: 0,
  layers: 0,
  remainingMillis: null,
  message,
});

async function readyz(...runs: ReturnType<typeof madeRun>[]) {
  const { status, text, contentType } = await answer(readinessRoute(madeRuns(...runs), true), '/readyz');
  expect(contentType).toBe('application/json; charset=utf-8');
  return { status, body: JSON.parse(text) };
}

describe('readiness', () => {
  it('H-1: is 200 and names the runs while each is watched and kept', async () => {
    const runs = (['waiting', 'analysing', 'ended'] as const).map((activity) =>
      madeRun(activity, { progress: progress(activity) }),
    );
    expect(await readyz(...runs)).toEqual({
      status: 200,
      body: { status: 'ready', runs: ['waiting', 'analysing', 'ended'] },
    });
  });

  it('H-1: is 200 without runs, of which none is amiss', async () => {
    expect(await readyz()).toEqual({ status: 200, body: { status: 'ready', runs: [] } });
  });

  it('H-1: is 503 with a sentence for every problem, of every run', async () => {
    const gone = madeRun('gone', { progress: progress('missing', '/runs/gone does not exist') });
    const full = madeRun('full');
    full.unkept = 'the disk is full';
    const both = madeRun('both', { progress: progress('missing') });
    both.unkept = 'another server keeps it';
    expect(await readyz(gone, madeRun('well'), full, both)).toEqual({
      status: 503,
      body: {
        status: 'not-ready',
        problems: [
          'run "gone" is not watched: /runs/gone does not exist',
          'run "full" is not kept: the disk is full',
          'run "both" is not watched: its source cannot be reached',
          'run "both" is not kept: another server keeps it',
        ],
      },
    });
  });

  it('H-1: is as things are when it is asked', async () => {
    const run = madeRun('r');
    const route = readinessRoute(madeRuns(run), true);
    run.unkept = 'the disk is full';
    expect((await answer(route, '/readyz')).status).toBe(503);
    run.unkept = null;
    expect((await answer(route, '/readyz')).status).toBe(200);
  });

  it('leaves other paths and methods to others', async () => {
    const route = readinessRoute(madeRuns(), true);
    expect(await asked(route, '/healthz')).toBeNull();
    expect(await asked(route, '/readyz/x')).toBeNull();
    expect(await asked(route, '/readyz', {}, 'POST')).toBeNull();
  });

  it('H-1: tells strangers the status and nothing else', async () => {
    const gone = madeRun('gone', { progress: progress('missing', '/runs/gone does not exist') });
    const { status, text } = await answer(readinessRoute(madeRuns(gone), false), '/readyz');
    expect({ status, body: JSON.parse(text) }).toEqual({ status: 503, body: { status: 'not-ready' } });
  });
});
