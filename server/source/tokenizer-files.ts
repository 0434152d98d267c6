/**
 * A checkpoint's tokenizer, where it has one: `tokenizer.json` and `tokenizer_config.json`, in its directory or
 * else in the watched one, as trainers save it once for all. Limit: 128 MiB, four times the largest in use.
 */
import { join } from 'node:path';
import { isRecord } from '../base/json-value.ts';
import { type CheckpointRef, rootOf } from './checkpoint-files.ts';
import { readJson } from './json-file.ts';
import { isThere } from './regular-file.ts';

const TOKENIZER_BYTES_MAX = 128 * 2 ** 20;

export type TokenizerFiles = {
  /** Parsed tokenizer.json. */
  readonly tokenizer: Record<string, unknown>;
  /** Parsed tokenizer_config.json, empty without one. */
  readonly config: Record<string, unknown>;
};

/** Null without a tokenizer.json. @throws CheckpointFailure where it is there and cannot be read */
export async function readTokenizer(ref: CheckpointRef): Promise<TokenizerFiles | null> {
  const root = rootOf(ref);
  for (const directory of [ref.directory, root]) {
    const file = join(directory, 'tokenizer.json');
    if (!(await isThere(file))) continue;
    const configFile = join(directory, 'tokenizer_config.json');
    const tokenizer = await readJson(file, root, TOKENIZER_BYTES_MAX);
    const config = (await isThere(configFile)) ? await readJson(configFile, root, TOKENIZER_BYTES_MAX) : {};
    return { tokenizer: isRecord(tokenizer) ? tokenizer : {}, config: isRecord(config) ? config : {} };
  }
  return null;
}
