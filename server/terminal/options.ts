/**
 * What the command line asks for: words → one typed command, or a sentence about what is wrong with them.
 * An option that is not known, or that its command does not have, is refused and never ignored.
 */
import { CONNECTIONS_MAX, UPLOAD_MIB, UPLOADS_MIB } from '../base/config.ts';
import { type AlertWords, alertWords } from './alert-words.ts';
import { DATA_OPTIONS, type DataWords, dataWords } from './data-words.ts';
import { ENGINE_OPTIONS, type EngineWords, engineWords } from './engine-words.ts';
import { didYouMean } from './nearest-word.ts';
import {
  ANALYZE_OPTIONS,
  type CommandName,
  type Config,
  commandNamed,
  DEMO_OPTIONS,
  EXPORT_OPTIONS,
  OPTIONS_OF,
  PHASES_OPTIONS,
  RECORD_OPTIONS,
  REPLAY_OPTIONS,
  SERVE_OPTIONS,
  TRAINING_OPTIONS,
  type UPLOAD_OPTIONS,
  WATCH_OPTIONS,
  withConfig,
} from './option-tables.ts';
import {
  type CacheWords,
  cacheWords,
  type Place,
  type PlaceWords,
  placeWords,
  refuseWithoutAddress,
} from './place-words.ts';
import { count, type Options, parsed, UsageError, type Values } from './words.ts';

export type { DataWords, Place, PlaceWords };
export type UploadWords = { readonly uploadMib: number; readonly uploadsMib: number };
export type ServeWords = {
  readonly host: string;
  readonly port: number;
  /** Null: the environment says, or none. */
  readonly token: string | null;
  readonly uploadToken: string | null;
  readonly allowedHosts: readonly string[];
  /** As given; which of them are origins the gateway knows. */
  readonly allowedOrigins: readonly string[];
  readonly viewersMax: number;
  readonly logLevel: string;
} & AlertWords &
  DataWords;

export type Command =
  /** Of one command, or null for all. */
  | { readonly name: 'help'; readonly of: CommandName | null }
  | { readonly name: 'version' }
  | ({
      readonly name: 'demo';
      /** Options of the training as they were given; what they may be the trainer knows. */
      readonly training: readonly string[];
    } & EngineWords &
      ServeWords)
  | ({
      readonly name: 'watch';
      readonly places: readonly Place[];
      /** What holds for runs that are pushed. */
      readonly pushed: PlaceWords;
    } & CacheWords &
      UploadWords &
      EngineWords &
      ServeWords)
  | ({
      readonly name: 'record';
      readonly place: Place;
      readonly file: string;
      readonly follow: boolean;
      /** Of what is fetched; null: the environment or the system says. */
      readonly data: string | null;
    } & CacheWords &
      EngineWords)
  | ({
      readonly name: 'replay';
      /** A recorded run, or a file. */
      readonly record: string;
      /** Null: as fast as it goes. */
      readonly speed: number | null;
    } & ServeWords)
  | ({
      readonly name: 'export';
      readonly record: string;
      /** Null: a recording. */
      readonly format: string | null;
      /** Null: stdout. */
      readonly file: string | null;
      /** A page to write instead of a file of that format. */
      readonly html: string | null;
      readonly step: number | null;
      readonly leastWeight: number;
    } & DataWords)
  | ({ readonly name: 'runs' } & DataWords)
  | ({
      readonly name: 'analyze';
      readonly place: Place;
      /** Of what is fetched; null: the environment or the system says. */
      readonly data: string | null;
    } & CacheWords &
      EngineWords)
  | ({ readonly name: 'diff'; readonly before: string; readonly after: string } & EngineWords)
  | {
      readonly name: 'phases';
      readonly file: string;
      /** Columns to watch; null for all. */
      readonly signals: readonly string[] | null;
    };

type CommandFrom = (words: readonly string[], config: Config | null) => Command;

/** @param config what a config file says, where there is one @throws UsageError */
export function commandFrom(words: readonly string[], config: Config | null = null): Command {
  const [first, ...rest] = words;
  if (first === 'help') return { name: 'help', of: rest[0] === undefined ? null : knownCommand(rest[0]) };
  if (words.includes('--help') || words.includes('-h'))
    return { name: 'help', of: commandNamed(first ?? '') };
  if (words.includes('--version')) return { name: 'version' };
  if (first === undefined || first.startsWith('-')) return demoFrom(words, config);
  return COMMANDS[knownCommand(first)](rest, config);
}

/** @throws UsageError */
function knownCommand(word: string): CommandName {
  const name = commandNamed(word);
  if (name !== null) return name;
  const names = [...Object.keys(OPTIONS_OF), 'help'];
  throw new UsageError(
    `expected one of the commands ${names.join(', ')}; got "${word}"${didYouMean(word, names)}`,
  );
}

const COMMANDS: Readonly<Record<CommandName, CommandFrom>> = {
  watch: watchFrom,
  analyze: analyzeFrom,
  diff: diffFrom,
  phases: phasesFrom,
  runs: runsFrom,
  replay: replayFrom,
  export: exportFrom,
  record: recordFrom,
  demo: demoFrom,
};

/** Of a command that keeps nothing but what it fetches. */
const ADDRESSED = ['revisions', 'endpoint', 'cache-mib', 'data'] as const;

/** What was given, and the values with those of the config file. @throws UsageError */
function asked<T extends Options>(words: readonly string[], options: T, config: Config | null) {
  const { values: given, positionals } = parsed(words, options);
  return { given, values: withConfig(given, options, config), positionals };
}

function demoFrom(words: readonly string[], config: Config | null): Command {
  const given = parsed(words, DEMO_OPTIONS);
  const [directory] = given.positionals;
  if (directory !== undefined) throw new UsageError(`demo takes no directory, got "${directory}"`);
  // Its steps are those of its training, and no config file's.
  const values = withConfig(given.values, { ...ENGINE_OPTIONS, ...SERVE_OPTIONS }, config);
  const names = ['seed', ...Object.keys(TRAINING_OPTIONS)] as const;
  return {
    name: 'demo',
    training: Object.entries(values).flatMap(([name, word]) =>
      // With "=", so that a value that begins with a dash is refused as that option's value.
      names.includes(name) ? [`--${name}=${word}`] : [],
    ),
    ...engineWords(values),
    ...serveWords(values),
  };
}

function watchFrom(words: readonly string[], config: Config | null): Command {
  const given = parsed(words, WATCH_OPTIONS);
  const values = withConfig(given.values, WATCH_OPTIONS, config);
  const named = given.positionals.map((source) => ({ source, name: null, values: {} }));
  const runs = named.length > 0 ? named : (config?.runs ?? []);
  refuseWithoutAddress(
    given.values,
    runs.map(({ source }) => source),
  );
  return {
    name: 'watch',
    places: runs.map((run) => ({
      path: run.source,
      name: run.name,
      ...placeWords({ ...config?.values, ...run.values, ...given.values }),
    })),
    pushed: placeWords(values),
    ...cacheWords(values),
    ...uploadWords(values),
    ...engineWords(values),
    ...serveWords(values),
  };
}

function recordFrom(words: readonly string[], config: Config | null): Command {
  const { given, values, positionals } = asked(words, RECORD_OPTIONS, config);
  if (values.out === undefined) throw new UsageError('--out: expected the file to write, got none');
  const path = onlyOne('record', 'directory or address', positionals);
  refuseWithoutAddress(given, [path], ADDRESSED);
  return {
    name: 'record',
    place: { path, name: null, ...placeWords(values) },
    file: values.out,
    follow: values.follow ?? false,
    data: values.data ?? null,
    ...cacheWords(values),
    ...engineWords(values),
  };
}

function replayFrom(words: readonly string[], config: Config | null): Command {
  const { values, positionals } = asked(words, REPLAY_OPTIONS, config);
  const record = onlyOne('replay', 'recorded run or file', positionals);
  return { name: 'replay', record, speed: speedFrom(values.speed), ...serveWords(values) };
}

function exportFrom(words: readonly string[], config: Config | null): Command {
  const { values, positionals } = asked(words, EXPORT_OPTIONS, config);
  const least = Number(values['least-weight'] ?? 0);
  if (!(least >= 0))
    throw new UsageError(`--least-weight: expected a number, got "${values['least-weight']}"`);
  return {
    name: 'export',
    record: onlyOne('export', 'recorded run or file', positionals),
    format: values.format ?? null,
    file: values.out ?? null,
    html: values.html ?? null,
    step: values.step === undefined ? null : count('step', values.step, 0, 0),
    leastWeight: least,
    ...dataWords(values),
  };
}

function runsFrom(words: readonly string[], config: Config | null): Command {
  const { values, positionals } = asked(words, DATA_OPTIONS, config);
  if (positionals.length > 0) throw new UsageError(`runs takes no name, got "${positionals[0]}"`);
  return { name: 'runs', ...dataWords(values) };
}

function analyzeFrom(words: readonly string[], config: Config | null): Command {
  const { given, values, positionals } = asked(words, ANALYZE_OPTIONS, config);
  const path = onlyOne('analyze', 'directory or address', positionals);
  refuseWithoutAddress(given, [path], ADDRESSED);
  return {
    name: 'analyze',
    place: { path, name: null, ...placeWords(values) },
    data: values.data ?? null,
    ...cacheWords(values),
    ...engineWords(values),
  };
}

function diffFrom(words: readonly string[], config: Config | null): Command {
  const { values, positionals } = asked(words, ENGINE_OPTIONS, config);
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError(`diff takes two checkpoints, got ${positionals.length}`);
  return { name: 'diff', before, after, ...engineWords(values) };
}

function phasesFrom(words: readonly string[], config: Config | null): Command {
  const { values, positionals } = asked(words, PHASES_OPTIONS, config);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError(`phases takes one CSV file, got ${positionals.length}`);
  return { name: 'phases', file, signals: values.signals?.split(',') ?? null };
}

/** @throws UsageError */
export function uploadWords(values: Values<typeof UPLOAD_OPTIONS>): UploadWords {
  return {
    uploadMib: count('upload-mib', values['upload-mib'], UPLOAD_MIB, 1),
    uploadsMib: count('uploads-mib', values['uploads-mib'], UPLOADS_MIB, 1),
  };
}

/** @throws UsageError */
export function serveWords(values: Values<typeof SERVE_OPTIONS>): ServeWords {
  const port = count('port', values.port, 4747, 0);
  if (port > 65_535) throw new UsageError(`--port: expected at most 65535, got ${port}`);
  return {
    host: values.host ?? '127.0.0.1',
    port,
    token: values.token ?? null,
    uploadToken: values['upload-token'] ?? null,
    allowedHosts: values['allow-host'] ?? [],
    allowedOrigins: (values['allow-origin'] ?? []).flatMap((word) =>
      word.split(',').map((origin) => origin.trim()),
    ),
    viewersMax: count('max-viewers', values['max-viewers'], CONNECTIONS_MAX, 1),
    logLevel: values['log-level'] ?? 'silent',
    ...alertWords(values),
    ...dataWords(values),
  };
}

function speedFrom(word: string | undefined): number | null {
  if (word === 'max') return null;
  const speed = Number(word ?? 1);
  if (!(speed > 0)) throw new UsageError(`--speed: expected a number above 0, or max; got "${word}"`);
  return speed;
}

function onlyOne(command: string, what: string, positionals: readonly string[]): string {
  const [only, ...more] = positionals;
  if (only === undefined || more.length > 0)
    throw new UsageError(`${command} takes one ${what}, got ${positionals.length}`);
  return only;
}
