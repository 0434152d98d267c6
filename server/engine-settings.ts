/** What the words about the analysis mean: its settings and its engine, for commands and for programs. */
import { paperChoicesProblem } from './ablation/paper-nodes.ts';
import type { ProbeOptions } from './ablation/probe.ts';
import { readTextFile, readTokensFile } from './ablation/probe-file.ts';
import type { Settings } from './ablation/settings.ts';
import { MIB } from './base/config.ts';
import { EngineProcess } from './engine-process.ts';
import type { EngineWords, ProbeWords } from './terminal/engine-words.ts';
import { UsageError } from './terminal/words.ts';

/** @throws UsageError where the device cannot be used */
export async function engineOf({ threads, device }: EngineWords): Promise<EngineProcess> {
  const engine = new EngineProcess({ threads, device });
  await checkDevice(engine, device);
  return engine;
}

/** Stops the engine where it cannot be used. @throws UsageError then */
export async function checkDevice(engine: EngineProcess, device: string): Promise<void> {
  const problem = device === 'cpu' ? null : await engine.problem();
  if (problem === null) return;
  engine.stop();
  throw new UsageError(`--device: ${problem}`);
}

/** @throws UsageError */
export async function settingsOf(words: EngineWords): Promise<Settings> {
  const { ablation, measure, nodes, effects, effectPositions, nullModel } = words;
  const problem = nodes === 'paper' ? paperChoicesProblem({ ablation, measure }) : null;
  if (problem !== null) throw new UsageError(`--nodes: ${problem}`);
  const memoryBytesMax = words.memoryMib * MIB;
  return {
    probe: await probeOptions(words.probe),
    ablation,
    measure,
    nodes,
    effects,
    effectPositions,
    nullModel,
    memoryBytesMax,
  };
}

async function probeOptions(words: ProbeWords): Promise<ProbeOptions> {
  if (words.kind === 'induction') return words;
  try {
    return words.kind === 'text'
      ? { kind: 'text', texts: await readTextFile(words.file) }
      : { kind: 'tokens', tokens: await readTokensFile(words.file) };
  } catch (error) {
    throw new UsageError(`--${words.kind}: ${error instanceof Error ? error.message : error}`);
  }
}
