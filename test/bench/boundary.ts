/**
 * What the boundary between server and engine process costs: the same checkpoint analysed by the same code, called
 * directly and asked of the engine process, in turn.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { Runtime } from '../../server/ablation/runtime.ts';
import type { Settings } from '../../server/ablation/settings.ts';
import { SweepCache } from '../../server/ablation/sweep-cache.ts';
import { analyse } from '../../server/analysis.ts';
import { EngineProcess } from '../../server/engine-process.ts';
import { writeCheckpoint } from './loading.ts';
import { PYTHIA_14M } from './random-model.ts';
import { timesOf } from './timing.ts';

const RUNS = 9;
const CPU = { threads: 0, device: 'cpu' };

export async function benchBoundary(print: (line: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-bench-'));
  const ref = writeCheckpoint(directory, PYTHIA_14M);
  const engine = new EngineProcess(CPU);
  const runtime = new Runtime(CPU);
  const direct = async (seed: number) => {
    for await (const _ of analyse(runtime, ref, settingsOf(seed), new SweepCache()));
  };
  const asked = (seed: number) => lastValueFrom(engine.analyse('bench', ref, settingsOf(seed)));
  const millis: Record<'direct' | 'asked', number[]> = { direct: [], asked: [] };
  for (let run = -1; run < RUNS; run += 1)
    for (const [name, task] of Object.entries({ direct, asked }) as ['direct' | 'asked', typeof direct][]) {
      const begun = performance.now();
      // Another probe each time, or the engine would recognise the checkpoint and do nothing.
      await task(run);
      if (run >= 0) millis[name].push(performance.now() - begun);
    }
  engine.stop();
  await runtime.release();
  rmSync(directory, { recursive: true });
  const [a, b] = [timesOf(millis.direct), timesOf(millis.asked)];
  print(
    `Process boundary, Pythia-14M from disk, 1 × 64 tokens: ${a.medianMillis.toFixed(0)} ms called directly, ${b.medianMillis.toFixed(0)} ms asked of the engine process (medians of ${RUNS}, in turn)`,
  );
}

function settingsOf(seed: number): Settings {
  return {
    probe: { kind: 'induction', prompts: 1, segment: 32, seed: seed + 1 },
    ablation: 'zero',
    measure: 'cosine',
    nodes: 'components',
    effects: 'off',
    effectPositions: null,
    nullModel: false,
    memoryBytesMax: 2 ** 30,
  };
}
