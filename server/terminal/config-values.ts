/**
 * What a config file says → values as the command line would have given them (option-tables.ts), or a UsageError that
 * names the file, the key, what was expected and what came, for everything that is wrong with it. Paths in it are taken
 * from where the file is, so it means the same wherever it is read from.
 */
import { dirname, resolve } from 'node:path';
import { isRecord, shown } from '../base/json-value.ts';
import { engineWords } from './engine-words.ts';
import { type Config, WATCH_OPTIONS } from './option-tables.ts';
import { inKeys, valuesFrom } from './option-values.ts';
import { serveWords, uploadWords } from './options.ts';
import {
  cacheWords,
  PLACE_OPTIONS,
  type PlaceValues,
  placeWords,
  refuseWithoutAddress,
} from './place-words.ts';
import { UsageError } from './words.ts';

/** Values that are paths. */
const PATHS = ['text', 'tokens', 'data'] as const;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

/** @param value as the file gives it @param name what sentences call the file @throws UsageError */
export function configFrom(file: string, value: unknown, name = file): Config {
  if (!isRecord(value))
    throw new UsageError(`${name}: expected an object with options by name, got ${shown(value)}`);
  const problems: string[] = [];
  const { runs = [], ...options } = value;
  const values = tried(problems, '', () => valuesFrom(options, WATCH_OPTIONS, ['runs']));
  if (values !== null)
    for (const words of [engineWords, serveWords, placeWords, cacheWords, uploadWords])
      tried(problems, '', () => words(values));
  const found = runsFrom(runs, dirname(file), problems);
  if (problems.length > 0 || values === null)
    throw new UsageError(problems.map((problem) => `${name}: ${problem}`).join('\n'));
  const paths = PATHS.flatMap((option) => {
    const path = values[option];
    return path === undefined ? [] : [[option, resolve(dirname(file), path)]];
  });
  return { values: { ...values, ...Object.fromEntries(paths) }, runs: found };
}

function runsFrom(runs: unknown, directory: string, problems: string[]): Config['runs'] {
  if (!Array.isArray(runs)) {
    problems.push(`runs: expected an array of runs, each with its source, got ${shown(runs)}`);
    return [];
  }
  const found = runs.flatMap((run: unknown, index) => runFrom(run, `runs[${index}]`, directory, problems));
  for (const key of ['source', 'name'] as const)
    found.forEach((run, index) => {
      const first = found.findIndex((other) => other[key] === run[key]);
      if (run[key] !== null && first < index)
        problems.push(`runs: expected another ${key} for each run, got ${shown(run[key])} twice`);
    });
  return found;
}

function runFrom(run: unknown, place: string, directory: string, problems: string[]): Config['runs'] {
  if (!isRecord(run)) {
    problems.push(`${place}: expected a run such as { source: './runs/a' }, got ${shown(run)}`);
    return [];
  }
  const { source, name, ...options } = run;
  const known = problems.length;
  if (typeof source !== 'string' || source === '')
    problems.push(`${place}: source: expected a directory or an address, got ${shown(source)}`);
  if (name !== undefined && (typeof name !== 'string' || name.trim() === ''))
    problems.push(`${place}: name: expected a text, got ${shown(name)}`);
  const values = tried(problems, `${place}: `, (): PlaceValues => {
    const found = valuesFrom(options, PLACE_OPTIONS, ['source', 'name']);
    placeWords(found);
    refuseWithoutAddress(found, typeof source === 'string' ? [source] : []);
    return found;
  });
  if (problems.length > known || values === null) return [];
  const at = String(source);
  return [
    {
      source: ADDRESS.test(at) ? at : resolve(directory, at),
      name: typeof name === 'string' ? name : null,
      values,
    },
  ];
}

/** Null, and one problem more a line, where it is refused. */
function tried<T>(problems: string[], place: string, take: () => T): T | null {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.message.split('\n').map((line) => place + inKeys(line)));
    return null;
  }
}
