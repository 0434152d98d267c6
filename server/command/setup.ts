/** What the words of a command mean to the analysis: its settings, its engine, its run. */
import { basename, resolve } from 'node:path';
import process from 'node:process';
import envPaths from 'env-paths';
import type { RunInfo } from '../../protocol/state.ts';
import { paperChoicesProblem } from '../ablation/paper-nodes.ts';
import type { ProbeOptions } from '../ablation/probe.ts';
import { readTextFile, readTokensFile } from '../ablation/probe-file.ts';
import type { Settings } from '../ablation/settings.ts';
import { MIB } from '../base/config.ts';
import { EngineProcess } from '../engine-process.ts';
import type { EngineWords, ProbeWords } from '../terminal/engine-words.ts';
import type { SourceWords } from '../terminal/options.ts';
import { UsageError } from '../terminal/words.ts';

type RunWords = Partial<Pick<RunInfo, 'name'> & Pick<SourceWords, 'tokensPerStep'>>;

/** @param words its name, unless that is its directory's */
export function runOf(directory: string, words: RunWords = {}): RunInfo {
  const { name = basename(resolve(directory)), tokensPerStep = null } = words;
  const known = tokensPerStep === null ? {} : { tokensPerStep };
  return { id: name, name, source: resolve(directory), ...known, analysis: null };
}

/** Where results are kept: as asked, as the environment says, or where the system keeps user data. */
export function dataDirectory(asked: string | null): string {
  return resolve(asked ?? process.env.PHASEWATCH_DATA ?? envPaths('phasewatch', { suffix: '' }).data);
}

/** @throws UsageError where the device cannot be used */
export async function engineOf({ threads, device }: EngineWords): Promise<EngineProcess> {
  const engine = new EngineProcess({ threads, device });
  if (device === 'cpu') return engine;
  const problem = await engine.problem();
  if (problem === null) return engine;
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
