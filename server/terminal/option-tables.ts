/**
 * Which options there are, and which command has which. Their rules are in options.ts, what they mean in help.ts, their
 * types for programs and config files in named-options.ts; tests hold those to these tables.
 */
import { ALERT_OPTIONS } from './alert-words.ts';
import { DATA_OPTIONS } from './data-words.ts';
import { ENGINE_OPTIONS } from './engine-words.ts';
import {
  CACHE_OPTIONS,
  PLACE_OPTIONS,
  type PlaceValues,
  SOURCE_OPTIONS,
  WANTED_OPTIONS,
} from './place-words.ts';
import type { Options, Values } from './words.ts';

const TEXT = { type: 'string' } as const;
const TEXTS = { type: 'string', multiple: true } as const;

export const SERVE_OPTIONS = {
  ...DATA_OPTIONS,
  ...ALERT_OPTIONS,
  host: TEXT,
  port: TEXT,
  token: TEXT,
  'upload-token': TEXT,
  'allow-host': TEXTS,
  'allow-origin': TEXTS,
  'max-viewers': TEXT,
  'log-level': TEXT,
} as const;
export const TRAINING_OPTIONS = {
  family: TEXT,
  layers: TEXT,
  heads: TEXT,
  width: TEXT,
  steps: TEXT,
  induction: TEXT,
} as const;
export const UPLOAD_OPTIONS = { 'upload-mib': TEXT, 'uploads-mib': TEXT } as const;

export const DEMO_OPTIONS = { ...ENGINE_OPTIONS, ...SERVE_OPTIONS, ...TRAINING_OPTIONS } as const;
export const WATCH_OPTIONS = {
  ...ENGINE_OPTIONS,
  ...SERVE_OPTIONS,
  ...PLACE_OPTIONS,
  ...CACHE_OPTIONS,
  ...UPLOAD_OPTIONS,
} as const;
export const RECORD_OPTIONS = {
  ...ENGINE_OPTIONS,
  ...SOURCE_OPTIONS,
  ...WANTED_OPTIONS,
  ...CACHE_OPTIONS,
  data: TEXT,
  out: TEXT,
  follow: { type: 'boolean' },
} as const;
export const REPLAY_OPTIONS = { ...SERVE_OPTIONS, speed: TEXT } as const;
export const EXPORT_OPTIONS = {
  ...DATA_OPTIONS,
  format: TEXT,
  out: TEXT,
  html: TEXT,
  step: TEXT,
  'least-weight': TEXT,
} as const;
export const ANALYZE_OPTIONS = {
  ...ENGINE_OPTIONS,
  ...WANTED_OPTIONS,
  ...CACHE_OPTIONS,
  data: TEXT,
} as const;
export const PHASES_OPTIONS = { signals: TEXT } as const;

/** In the order in which a person is told of them. */
export const OPTIONS_OF = {
  watch: WATCH_OPTIONS,
  analyze: ANALYZE_OPTIONS,
  diff: ENGINE_OPTIONS,
  phases: PHASES_OPTIONS,
  runs: DATA_OPTIONS,
  replay: REPLAY_OPTIONS,
  export: EXPORT_OPTIONS,
  record: RECORD_OPTIONS,
  demo: DEMO_OPTIONS,
} as const;

export type CommandName = keyof typeof OPTIONS_OF;

export function commandNamed(word: string): CommandName | null {
  return (Object.keys(OPTIONS_OF) as CommandName[]).find((name) => name === word) ?? null;
}

/** A config file whose keys and values are known to be good, as the command line would have given them. */
export type Config = {
  readonly values: Values<typeof WATCH_OPTIONS>;
  readonly runs: readonly {
    readonly source: string;
    /** Null: the source's own. */
    readonly name: string | null;
    readonly values: PlaceValues;
  }[];
};

const PROBE_FILES = ['tokens', 'text'];
const PROBES = [...PROBE_FILES, 'prompts', 'segment'];

/**
 * The command line wins: an option of it over the same one of the file, a probe of it over all of the file's.
 * @param options those that the file may say something of
 */
export function withConfig<V extends object>(given: V, options: Options, config: Config | null): V {
  if (config === null) return given;
  const isGiven = (name: string) => name in given;
  const lost = PROBE_FILES.some(isGiven) ? PROBES : PROBES.some(isGiven) ? PROBE_FILES : [];
  const kept = Object.entries(config.values).filter(([name]) => name in options && !lost.includes(name));
  // The file's values are of the same tables, which no type can follow through the entries.
  return { ...(Object.fromEntries(kept) as Partial<V>), ...given };
}
