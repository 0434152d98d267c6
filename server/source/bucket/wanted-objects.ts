/**
 * The objects that make a candidate a checkpoint, or what is missing. Its configuration, and its tensors by the order
 * of checkpoint-tensors.ts: one object, or an index and all shards that it names. Of an index the text is read; what is
 * wrong with it is left to those who open it from disk. Limit: index 64 MiB, as there.
 *
 * Each object is whole as soon as it is listed, but a checkpoint of several is not before all of them are.
 */
import { CheckpointFailure } from '../../base/failure.ts';
import { isRecord, shownName } from '../../base/json-value.ts';
import { CONFIG_FILE } from '../checkpoint-files.ts';
import { MODEL_FILE, TORCH_FILE } from '../checkpoint-tensors.ts';
import type { BucketObject } from './bucket.ts';
import { type Candidate, digestOf, TOKENIZER_FILES } from './bucket-scan.ts';

const INDEX_BYTES_MAX = 64 * 2 ** 20;
/** Names that a sentence lists. */
const NAMES_TOLD_MAX = 5;

export type NamedObject = readonly [name: string, object: BucketObject];

export type Wanted = {
  /** All to fetch, the model's own first. */
  readonly files: readonly NamedObject[];
  /** Of the model's own files: 43 characters of base64url. */
  readonly content: string;
};

/**
 * @param read the text of an object
 * @throws CheckpointFailure `incomplete`, `too-large`; and what `read` throws
 */
export async function wantedOf(
  candidate: Candidate,
  read: (object: BucketObject) => Promise<string>,
): Promise<Wanted> {
  const { id, file, objects } = candidate;
  const config = objects.get(CONFIG_FILE);
  const tensors = file === null ? await tensorsOf(candidate, read) : [file];
  const missing: string[] = [];
  if (!config)
    missing.push(
      `expected a ${CONFIG_FILE} ${file === null ? 'in it or in the prefix above' : 'beside it'}, found none`,
    );
  if (typeof tensors === 'string') missing.push(tensors);
  if (missing.length > 0 || typeof tensors === 'string')
    throw new CheckpointFailure('incomplete', `${id}: ${missing.join('; ')}`);
  const model = named([CONFIG_FILE, ...tensors], objects);
  return { files: [...model, ...named(TOKENIZER_FILES, objects)], content: digestOf(model) };
}

/** Names of the objects that hold the tensors, or what is missing of them. */
async function tensorsOf(
  { objects }: Candidate,
  read: (object: BucketObject) => Promise<string>,
): Promise<readonly string[] | string> {
  for (const model of [MODEL_FILE, TORCH_FILE]) {
    if (objects.has(model)) return [model];
    const indexName = `${model}.index.json`;
    const index = objects.get(indexName);
    if (!index) continue;
    if (index.bytes > INDEX_BYTES_MAX)
      throw new CheckpointFailure(
        'too-large',
        `${indexName}: expected at most ${INDEX_BYTES_MAX.toLocaleString('en-US')} bytes, found ${index.bytes.toLocaleString('en-US')}`,
      );
    const shards = shardsIn(await read(index));
    const absent = shards.filter((name) => !objects.has(name));
    if (absent.length === 0) return [indexName, ...shards];
    return `${indexName}: expected ${shards.length} shards, not there: ${listed(absent)}`;
  }
  const found = [...objects.keys()].filter((name) => name !== CONFIG_FILE);
  return `expected ${MODEL_FILE} or ${TORCH_FILE}, or an index of shards, found ${found.length > 0 ? listed(found) : 'nothing'}`;
}

/** Each shard once; none of a text that is no index, and none where one has no plain name. */
function shardsIn(text: string): readonly string[] {
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch {
    return [];
  }
  const map = isRecord(index) && isRecord(index.weight_map) ? index.weight_map : {};
  const shards = Object.values(map).filter((name) => typeof name === 'string');
  return shards.every(isPlainName) ? [...new Set(shards)].sort() : [];
}

/** The name of a file beside it, and nothing else. */
function isPlainName(name: string): boolean {
  return /^[^/\\\p{C}]{1,212}$/u.test(name) && !name.includes('..');
}

function named(names: readonly string[], objects: ReadonlyMap<string, BucketObject>): readonly NamedObject[] {
  return names.flatMap((name) => {
    const object = objects.get(name);
    return object ? [[name, object] as const] : [];
  });
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD_MAX;
  const told = names.slice(0, NAMES_TOLD_MAX).map(shownName).join(', ');
  return more > 0 ? `${told} and ${more} more` : told;
}
