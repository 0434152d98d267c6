/**
 * The options of the command by the names that programs and config files use: those of the command line in camelCase,
 * each with its unit and, in brackets, what holds where it is not given. What they are checked against are the same
 * tables (engine-words.ts, options.ts), so a type that says too little or too much shows in option-values' test.
 */
import type { Analysis } from '../../protocol/state.ts';

/** What the model reads, what is computed of it, and on what. */
export type EngineOptions = {
  /** Prompts of the induction probe (4). */
  readonly prompts?: number;
  /** Length in tokens of the segment that each prompt of the induction probe repeats (24). */
  readonly segment?: number;
  /** Seed of the induction probe (0). */
  readonly seed?: number;
  /** Instead: a file with a JSON array of prompts, each an array of token ids. */
  readonly tokens?: string;
  /** Instead: a file with one prompt a line, or a JSON array of strings; the checkpoints need a tokenizer.json. */
  readonly text?: string;
  /** What replaces an ablated activation (zero). */
  readonly ablation?: Analysis['ablation'];
  /** How the change of an output is measured (cosine). */
  readonly measure?: Analysis['measure'];
  /** `paper`: the paper's node set, for gpt_neox only (components). */
  readonly nodes?: 'components' | 'paper';
  /** Effects on the model's output; auto is on up to a vocabulary of 4,096 (auto). */
  readonly effects?: 'auto' | 'on' | 'off';
  /** Read effects at so many evenly spread positions of each prompt (all). */
  readonly effectPositions?: number;
  /** Also z-scores beside graphs with the same weights in random places (false). */
  readonly nullModel?: boolean;
  /** Threads of a sweep (all cores). */
  readonly threads?: number;
  /** MiB for the tensors of a sweep, beside the weights (1024). */
  readonly memoryMib?: number;
  /** An execution provider of onnxruntime, such as cuda (cpu). */
  readonly device?: string;
  /** Take each K-th checkpoint at once, the others when idle (1). */
  readonly every?: number;
  /** When more checkpoints than this wait, skip to the newest; the others when idle (none is skipped). */
  readonly maxLag?: number;
};

/** Which checkpoints of a run are taken and when, and what is known of the run. */
export type SourceOptions = {
  /** A checkpoint is complete when a file of this name is in it. */
  readonly marker?: string;
  /** … or when nothing in it changed for so many milliseconds (500). */
  readonly settleMs?: number;
  /** The training has ended when a file of this name is in the run's directory. */
  readonly endMarker?: string;
  /** Tokens of one step of the training, for charts over tokens. */
  readonly tokensPerStep?: number;
  /** Only these steps: `0,512`, or from, to and every: `0:143000:1000` (all). */
  readonly steps?: string | number;
  /** Of hf://: only revisions, or folders, of such names: `step*` (all). */
  readonly revisions?: string;
  /** Of s3://: URL of the store (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or AWS). */
  readonly endpoint?: string;
};

/** How much of the disk what comes from elsewhere may take. */
export type KeptOptions = {
  /** MiB for what is fetched from hf:// and s3:// (20480). */
  readonly cacheMib?: number;
  /** MiB of the largest checkpoint that may be pushed (8192). */
  readonly uploadMib?: number;
  /** MiB for pushed checkpoints; the oldest that are analysed make room (20480). */
  readonly uploadsMib?: number;
};

/** Where results go, and who may look on. */
export type ServeOptions = {
  /** (4747) */
  readonly port?: number;
  /** Anything but this machine lets others look on, who then need the token (127.0.0.1). */
  readonly host?: string;
  /** What viewers have to show; PHASEWATCH_TOKEN keeps it out of the file. */
  readonly token?: string;
  /** What may also upload; PHASEWATCH_UPLOAD_TOKEN keeps it out of the file. */
  readonly uploadToken?: string;
  /** Names under which others reach this server, as behind a proxy. */
  readonly allowHost?: string | readonly string[];
  /** Whose pages may read and frame widgets: scheme://host[:port], null or *. */
  readonly allowOrigin?: string | readonly string[];
  /** Where phase changes, failures and the end of a run are posted; PHASEWATCH_WEBHOOK keeps it out of the file. */
  readonly webhook?: string | readonly string[];
  /** The dashboard's address in those posts. */
  readonly publicUrl?: string;
  /** WebSockets at once (1000). */
  readonly maxViewers?: number;
  /** Events on stderr, one line each (silent). */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Directory in which results are kept (PHASEWATCH_DATA, or the system's for user data). */
  readonly data?: string;
  /** MiB of the disk that the log of one run may take (10240). */
  readonly dataMib?: number;
};

/** One run of a config file. What it says itself counts before what the file says for all runs. */
export type RunConfig = SourceOptions & {
  /** A directory, a directory of runs, or an address; paths are from where the config file is. */
  readonly source: string;
  /** What it is called (the directory's own name); of a directory of runs, what their names begin with. */
  readonly name?: string;
};

/** What a config file says. */
export type PhasewatchConfig = EngineOptions &
  SourceOptions &
  KeptOptions &
  ServeOptions & {
    /** What `phasewatch watch` watches where the command line names nothing. */
    readonly runs?: readonly RunConfig[];
  };

/** Gives a config file its types, and the config back as it is. */
export function defineConfig(config: PhasewatchConfig): PhasewatchConfig {
  return config;
}
