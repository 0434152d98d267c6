/**
 * What the command line asks for: words → one typed command, or a sentence about what is wrong with them.
 * An option that is not known, or that its command does not have, is refused and never ignored.
 */
import { CONNECTIONS_MAX, DATA_MIB } from '../base/config.ts';
import { ALERT_OPTIONS, type AlertWords, alertWords } from './alert-words.ts';
import { ENGINE_OPTIONS, type EngineWords, engineWords } from './engine-words.ts';
import { count, parsed, UsageError } from './words.ts';

/** Null: the environment or the system says. */
export type DataWords = { readonly data: string | null; readonly dataMib: number };
export type SourceWords = {
  readonly marker: string | undefined;
  readonly settleMillis: number;
  readonly tokensPerStep: number | null;
};
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
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | ({ readonly name: 'demo'; readonly seed: number } & EngineWords & ServeWords)
  | ({
      readonly name: 'watch';
      readonly paths: readonly string[];
      readonly endMarker: string | undefined;
    } & SourceWords &
      EngineWords &
      ServeWords)
  | ({
      readonly name: 'record';
      readonly directory: string;
      readonly file: string;
      readonly follow: boolean;
    } & SourceWords &
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

const DATA_OPTIONS = { data: { type: 'string' }, 'data-mib': { type: 'string' } } as const;
const SERVE_OPTIONS = {
  ...DATA_OPTIONS,
  ...ALERT_OPTIONS,
  host: { type: 'string' },
  port: { type: 'string' },
  token: { type: 'string' },
  'upload-token': { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  'allow-origin': { type: 'string', multiple: true },
  'max-viewers': { type: 'string' },
  'log-level': { type: 'string' },
} as const;
const TEXT = { type: 'string' } as const;
const SOURCE_OPTIONS = { marker: TEXT, 'settle-ms': TEXT, 'tokens-per-step': TEXT } as const;
const ANALYZE_OPTIONS = { steps: { type: 'string' } } as const;

/** @throws UsageError */
export function commandFrom(words: readonly string[]): Command {
  if (words.includes('--help') || words.includes('-h') || words[0] === 'help') return { name: 'help' };
  if (words.includes('--version')) return { name: 'version' };
  const [first, ...rest] = words;
  if (first === undefined || first.startsWith('-')) return demoFrom(words);
  const from = COMMANDS.get(first);
  if (from) return from(rest);
  throw new UsageError(
    `expected one of the commands ${[...COMMANDS.keys()].join(', ')}, help; got "${first}"`,
  );
}

const COMMANDS: ReadonlyMap<string, (words: readonly string[]) => Command> = new Map([
  ['watch', watchFrom],
  ['analyze', analyzeFrom],
  ['diff', diffFrom],
  ['phases', phasesFrom],
  ['runs', runsFrom],
  ['replay', replayFrom],
  ['export', exportFrom],
  ['record', recordFrom],
  ['demo', demoFrom],
]);

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
  const options = {
    ...ENGINE_OPTIONS,
    ...SERVE_OPTIONS,
    ...SOURCE_OPTIONS,
    'end-marker': { type: 'string' },
  } as const;
  const { values, positionals } = parsed(words, options);
  if (positionals.length === 0) throw new UsageError('watch takes a directory or several, got none');
  return {
    name: 'watch',
    paths: positionals,
    endMarker: fileName('end-marker', values['end-marker']),
    ...sourceWords(values),
    ...engineWords(values),
    ...serveWords(values),
  };
}

function recordFrom(words: readonly string[]): Command {
  const options = {
    ...ENGINE_OPTIONS,
    ...SOURCE_OPTIONS,
    out: { type: 'string' },
    follow: { type: 'boolean' },
  } as const;
  const { values, positionals } = parsed(words, options);
  if (values.out === undefined) throw new UsageError('--out: expected the file to write, got none');
  return {
    name: 'record',
    directory: onlyOne('record', 'directory', positionals),
    file: values.out,
    follow: values.follow ?? false,
    ...sourceWords(values),
    ...engineWords(values),
  };
}

function replayFrom(words: readonly string[]): Command {
  const { values, positionals } = parsed(words, { ...SERVE_OPTIONS, speed: { type: 'string' } });
  const record = onlyOne('replay', 'recorded run or file', positionals);
  return { name: 'replay', record, speed: speedFrom(values.speed), ...serveWords(values) };
}

function exportFrom(words: readonly string[]): Command {
  const options = { ...DATA_OPTIONS, format: TEXT, out: TEXT, html: TEXT, step: TEXT, 'least-weight': TEXT };
  const { values, positionals } = parsed(words, options);
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

function runsFrom(words: readonly string[]): Command {
  const { values, positionals } = parsed(words, DATA_OPTIONS);
  if (positionals.length > 0) throw new UsageError(`runs takes no name, got "${positionals[0]}"`);
  return { name: 'runs', ...dataWords(values) };
}

function analyzeFrom(words: readonly string[]): Command {
  const { values, positionals } = parsed(words, { ...ENGINE_OPTIONS, ...ANALYZE_OPTIONS });
  const steps = values.steps?.split(',').map((word) => count('steps', word, 0, 0)) ?? null;
  return {
    name: 'analyze',
    directory: onlyOne('analyze', 'directory', positionals),
    steps,
    ...engineWords(values),
  };
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

type DataValues = { readonly [name in keyof typeof DATA_OPTIONS]?: string | undefined };

function dataWords(values: DataValues): DataWords {
  return { data: values.data ?? null, dataMib: count('data-mib', values['data-mib'], DATA_MIB, 1) };
}

function sourceWords(
  values: {
    readonly [name in keyof typeof SOURCE_OPTIONS]?: string | undefined;
  },
): SourceWords {
  const tokens = values['tokens-per-step'];
  return {
    marker: values.marker,
    settleMillis: count('settle-ms', values['settle-ms'], 500, 0),
    tokensPerStep: tokens === undefined ? null : count('tokens-per-step', tokens, 0, 1),
  };
}

type RepeatedOption = 'allow-host' | 'allow-origin' | 'webhook';

function serveWords(
  values: DataValues & {
    readonly [name in Exclude<keyof typeof SERVE_OPTIONS, RepeatedOption>]?: string | undefined;
  } & { readonly [name in RepeatedOption]?: readonly string[] | undefined },
): ServeWords {
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

/** A name without a path before it. */
function fileName(option: string, word: string | undefined): string | undefined {
  if (word === '' || (word !== undefined && /[/\\]/.test(word)))
    throw new UsageError(`--${option}: expected the name of a file, got "${word}"`);
  return word;
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
