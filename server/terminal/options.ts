/**
 * What the command line asks for: words → one typed command, or a sentence about what is wrong with them.
 * An option that is not known, or that its command does not have, is refused and never ignored.
 */
import { parseArgs } from 'node:util';
import { Analysis } from '../../protocol/state.ts';

export type ProbeWords =
  | { readonly kind: 'induction'; readonly prompts: number; readonly segment: number; readonly seed: number }
  | { readonly kind: 'tokens'; readonly file: string }
  | { readonly kind: 'text'; readonly file: string };

export type EngineWords = {
  readonly probe: ProbeWords;
  readonly threads: number;
  readonly ablation: Analysis['ablation'];
  readonly measure: Analysis['measure'];
  readonly nodes: 'components' | 'paper';
  readonly effects: 'auto' | 'on' | 'off';
  /** null for all positions */
  readonly effectPositions: number | null;
  readonly nullModel: boolean;
  readonly memoryMib: number;
  readonly device: string;
  /** Take each K-th checkpoint; when more than maxLag wait, skip to the newest. */
  readonly every: number;
  readonly maxLag: number | null;
};
export type ServeWords = { readonly host: string; readonly port: number };

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | ({ readonly name: 'demo'; readonly seed: number } & EngineWords & ServeWords)
  | ({
      readonly name: 'watch';
      readonly directory: string;
      readonly marker: string | undefined;
      readonly settleMillis: number;
    } & EngineWords &
      ServeWords)
  | ({
      readonly name: 'analyze';
      readonly directory: string;
      /** Only these steps; null for all. */
      readonly steps: readonly number[] | null;
    } & EngineWords)
  | ({ readonly name: 'diff'; readonly before: string; readonly after: string } & EngineWords)
  | {
      readonly name: 'phases';
      readonly file: string;
      /** Columns to watch; null for all. */
      readonly signals: readonly string[] | null;
    };

/** Wrong usage: exit code 2 and this sentence. */
export class UsageError extends Error {}

const ENGINE_OPTIONS = {
  tokens: { type: 'string' },
  text: { type: 'string' },
  prompts: { type: 'string' },
  segment: { type: 'string' },
  seed: { type: 'string' },
  threads: { type: 'string' },
  ablation: { type: 'string' },
  measure: { type: 'string' },
  nodes: { type: 'string' },
  effects: { type: 'string' },
  'effect-positions': { type: 'string' },
  'null-model': { type: 'boolean' },
  'memory-mib': { type: 'string' },
  device: { type: 'string' },
  every: { type: 'string' },
  'max-lag': { type: 'string' },
} as const;
const SERVE_OPTIONS = { host: { type: 'string' }, port: { type: 'string' } } as const;
const WATCH_OPTIONS = { marker: { type: 'string' }, 'settle-ms': { type: 'string' } } as const;
const ANALYZE_OPTIONS = { steps: { type: 'string' } } as const;

export const HELP = `phasewatch: watch the component graph of a transformer reorganise while it trains

Usage
  phasewatch                     train a small model on the spot and watch it
  phasewatch watch DIR           watch the checkpoints in DIR, those there and those to come
  phasewatch analyze DIR         analyse the checkpoints in DIR, one JSON object a line on stdout
  phasewatch diff A B            what changed from one checkpoint to another, as text
  phasewatch phases FILE.csv     phase changes of any table of steps and signals, one JSON object a line

Probe (what the model reads)
  --prompts P                    induction probe: number of prompts (4)
  --segment S                    induction probe: length of the segment that each prompt repeats (24)
  --seed N                       induction probe and demo: seed (0)
  --tokens FILE                  instead: a JSON array of prompts, each an array of token ids
  --text FILE                    instead: one prompt a line, or a JSON array of strings; needs tokenizer.json

Analysis
  --ablation A                   zero (default), mean or resample: what replaces an ablated activation
  --measure M                    cosine (default) or relative_l2: how an output's change is measured
  --nodes N                      components (default), or paper: the paper's 187 x 140 node set, gpt_neox only
  --effects E                    effects on the model's output: on, off, auto (on up to a vocabulary of 4096)
  --effect-positions K           read effects at K evenly spread positions of each prompt (all)
  --null-model                   also z-scores beside graphs with the same weights in random places
  --threads N                    threads of a sweep (all cores)
  --memory-mib N                 memory for the tensors of a sweep beside the weights (1024)
  --device D                     cpu (default) or another execution provider of onnxruntime, such as cuda
  --every K                      take each K-th checkpoint at once, the others when idle (1)
  --max-lag N                    when more than N checkpoints wait, skip to the newest; the others when idle
  --steps 0,512                  analyze: only these steps
  --signals A,B                  phases: only these columns

Server (watch and the demo)
  --port N                       (4747)
  --host ADDRESS                 (127.0.0.1) anything else lets other machines look on
  --marker NAME                  watch: a checkpoint is complete when a file of this name is in it
  --settle-ms N                  watch: … or when nothing in it changed for this long (500)

Exit codes: 0 all went well, 1 a checkpoint failed, 2 wrong usage.
`;

/** @throws UsageError */
export function commandFrom(words: readonly string[]): Command {
  if (words.includes('--help') || words.includes('-h') || words[0] === 'help') return { name: 'help' };
  if (words.includes('--version')) return { name: 'version' };
  const [first, ...rest] = words;
  if (first === undefined || first.startsWith('-')) return demoFrom(words);
  if (first === 'demo') return demoFrom(rest);
  if (first === 'watch') return watchFrom(rest);
  if (first === 'analyze') return analyzeFrom(rest);
  if (first === 'diff') return diffFrom(rest);
  if (first === 'phases') return phasesFrom(rest);
  throw new UsageError(
    `expected one of the commands watch, analyze, diff, phases, demo, help; got "${first}"`,
  );
}

function demoFrom(words: readonly string[]): Command {
  const { values, positionals } = parsed(words, { ...ENGINE_OPTIONS, ...SERVE_OPTIONS });
  if (positionals.length > 0) throw new UsageError(`demo takes no directory, got "${positionals[0]}"`);
  return {
    name: 'demo',
    seed: count('seed', values.seed, 0, 0),
    ...engineWords(values),
    ...serveWords(values),
  };
}

function watchFrom(words: readonly string[]): Command {
  const { values, positionals } = parsed(words, { ...ENGINE_OPTIONS, ...SERVE_OPTIONS, ...WATCH_OPTIONS });
  return {
    name: 'watch',
    directory: onlyDirectory('watch', positionals),
    marker: values.marker,
    settleMillis: count('settle-ms', values['settle-ms'], 500, 0),
    ...engineWords(values),
    ...serveWords(values),
  };
}

function analyzeFrom(words: readonly string[]): Command {
  const { values, positionals } = parsed(words, { ...ENGINE_OPTIONS, ...ANALYZE_OPTIONS });
  const steps = values.steps?.split(',').map((word) => count('steps', word, 0, 0)) ?? null;
  return { name: 'analyze', directory: onlyDirectory('analyze', positionals), steps, ...engineWords(values) };
}

function diffFrom(words: readonly string[]): Command {
  const { values, positionals } = parsed(words, ENGINE_OPTIONS);
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError(`diff takes two checkpoints, got ${positionals.length}`);
  return { name: 'diff', before, after, ...engineWords(values) };
}

function phasesFrom(words: readonly string[]): Command {
  const { values, positionals } = parsed(words, { signals: { type: 'string' } });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError(`phases takes one CSV file, got ${positionals.length}`);
  return { name: 'phases', file, signals: values.signals?.split(',') ?? null };
}

type OptionTypes = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

function parsed<T extends OptionTypes>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type EngineValues = {
  readonly [name in keyof typeof ENGINE_OPTIONS]?:
    | ((typeof ENGINE_OPTIONS)[name]['type'] extends 'boolean' ? boolean : string)
    | undefined;
};

function engineWords(values: EngineValues): EngineWords {
  const positions = values['effect-positions'];
  return {
    probe: probeWords(values),
    threads: count('threads', values.threads, 0, 1),
    ablation: oneOf('ablation', values.ablation, Analysis.shape.ablation.options, 'zero'),
    measure: oneOf('measure', values.measure, Analysis.shape.measure.options, 'cosine'),
    nodes: oneOf('nodes', values.nodes, ['components', 'paper'] as const, 'components'),
    effects: oneOf('effects', values.effects, ['auto', 'on', 'off'] as const, 'auto'),
    effectPositions: positions === undefined ? null : count('effect-positions', positions, 0, 1),
    nullModel: values['null-model'] ?? false,
    memoryMib: count('memory-mib', values['memory-mib'], 1_024, 128),
    device: values.device ?? 'cpu',
    every: count('every', values.every, 1, 1),
    maxLag: values['max-lag'] === undefined ? null : count('max-lag', values['max-lag'], 0, 1),
  };
}

function probeWords(values: EngineValues): ProbeWords {
  const files = (['tokens', 'text'] as const).filter((kind) => values[kind] !== undefined);
  const [kind] = files;
  if (kind === undefined)
    return {
      kind: 'induction',
      prompts: count('prompts', values.prompts, 4, 1),
      segment: count('segment', values.segment, 24, 1),
      seed: count('seed', values.seed, 0, 0),
    };
  const others = [
    ...files.slice(1),
    ...(['prompts', 'segment'] as const).filter((name) => values[name] !== undefined),
  ];
  if (others.length > 0)
    throw new UsageError(`--${others[0]} cannot stand beside --${kind}: they are different probes`);
  return { kind, file: values[kind] ?? '' };
}

function serveWords(values: {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
}): ServeWords {
  const port = count('port', values.port, 4747, 0);
  if (port > 65_535) throw new UsageError(`--port: expected at most 65535, got ${port}`);
  return { host: values.host ?? '127.0.0.1', port };
}

function onlyDirectory(command: string, positionals: readonly string[]): string {
  const [directory, ...more] = positionals;
  if (directory === undefined || more.length > 0)
    throw new UsageError(`${command} takes one directory, got ${positionals.length}`);
  return directory;
}

function oneOf<T extends string>(
  name: string,
  word: string | undefined,
  known: readonly T[],
  otherwise: T,
): T {
  if (word === undefined) return otherwise;
  const found = known.find((candidate) => candidate === word);
  if (found === undefined)
    throw new UsageError(`--${name}: expected one of ${known.join(', ')}; got "${word}"`);
  return found;
}

/** A whole number of at least `least`. */
function count(name: string, word: string | undefined, otherwise: number, least: number): number {
  if (word === undefined) return otherwise;
  const value = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name}: expected a whole number of at least ${least}, got "${word}"`);
  return value;
}
