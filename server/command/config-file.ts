/**
 * The config file: `phasewatch.config.ts` (or .mts, .js, .mjs, .json) in the working directory, or the one that
 * `--config FILE` names.
 *
 * A program in it runs in a thread of its own, so that one that never ends can be ended, and what it leaves open goes
 * with it. It prints to stderr: stdout belongs to results. Its value is copied, so it can hold data only.
 */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { CONFIG_BYTES_MAX, CONFIG_MILLIS_MAX } from '../base/config.ts';
import { configFrom } from '../terminal/config-values.ts';
import { type Config, commandNamed, OPTIONS_OF } from '../terminal/option-tables.ts';
import { UsageError } from '../terminal/words.ts';

const ENDINGS = ['.ts', '.mts', '.js', '.mjs', '.json'];

/** The words of the command line without `--config`, and what the config file says; null where there is none. */
export type Asked = { readonly words: readonly string[]; readonly config: Config | null };

/** @throws UsageError */
export async function askedBy(all: readonly string[]): Promise<Asked> {
  const { named, words } = withoutConfig(all);
  if (!needsConfig(words)) return { words, config: null };
  const file = named === null ? fileIn(process.cwd()) : resolve(named);
  if (file === null) return { words, config: null };
  if (!existsSync(file)) throw new UsageError(`--config: expected a file, found none at ${file}`);
  if (!ENDINGS.includes(extname(file)))
    throw new UsageError(`--config: expected a file with one of ${ENDINGS.join(', ')}, got "${named}"`);
  const shownName = named ?? basename(file);
  const value = extname(file) === '.json' ? await json(file, shownName) : await exported(file, shownName);
  return { words, config: configFrom(file, value, shownName) };
}

/** Whether the command has options that a config file may hold. */
function needsConfig(words: readonly string[]): boolean {
  const [first = 'demo'] = words;
  if (first === 'help' || words.some((word) => ['--help', '-h', '--version'].includes(word))) return false;
  const name = first.startsWith('-') ? 'demo' : commandNamed(first);
  return name !== null && Object.keys(OPTIONS_OF[name]).some((option) => option in OPTIONS_OF.watch);
}

function fileIn(directory: string): string | null {
  const names = ENDINGS.map((ending) => `phasewatch.config${ending}`);
  const [first, ...more] = names.filter((name) => existsSync(resolve(directory, name)));
  if (more.length > 0)
    throw new UsageError(
      `expected one config file here, found ${[first, ...more].join(' and ')}; --config FILE says which`,
    );
  return first === undefined ? null : resolve(directory, first);
}

/** @throws UsageError */
function withoutConfig(all: readonly string[]) {
  // Other options take no values here, so what may be theirs stays where it is.
  const { tokens } = parseArgs({
    args: [...all],
    options: { config: { type: 'string' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const taken = new Set<number>();
  let named: string | null = null;
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name !== 'config') continue;
    if (token.value === undefined) throw new UsageError('--config: expected a file, got none');
    named = token.value;
    taken.add(token.index);
    if (!token.inlineValue) taken.add(token.index + 1);
  }
  return { named, words: all.filter((_, index) => !taken.has(index)) };
}

async function json(file: string, name: string): Promise<unknown> {
  const { size } = await stat(file);
  if (size > CONFIG_BYTES_MAX)
    throw new UsageError(`${name}: expected at most ${CONFIG_BYTES_MAX} bytes, found ${size}`);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${name}: expected JSON: ${messageOf(error)}`);
  }
}

/** What a program exports. */
async function exported(file: string, name: string): Promise<unknown> {
  const worker = new Worker(new URL('./config-worker.js', import.meta.url), {
    workerData: { file, library: fileURLToPath(new URL('../phasewatch.js', import.meta.url)) },
    stdout: true,
  });
  worker.stdout.pipe(process.stderr, { end: false });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<unknown>((settle, fail) => {
      const refuse = (sentence: string) => fail(new UsageError(`${name}: ${sentence}`));
      worker.once('message', (message: { readonly exported: unknown } | { readonly problem: string }) => {
        if ('exported' in message) settle(message.exported);
        else refuse(`expected data as the default export, got what cannot be copied: ${message.problem}`);
      });
      worker.once('error', (error) => refuse(`it threw while it was read: ${messageOf(error)}`));
      worker.once('exit', () => refuse('expected a default export, but it ended before it had one'));
      timer = setTimeout(
        () => refuse(`expected it to be read within ${CONFIG_MILLIS_MAX / 1000} s, but it had not ended`),
        CONFIG_MILLIS_MAX,
      );
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
