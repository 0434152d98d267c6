/**
 * What is fetched of a checkpoint, byte by byte, and what is made of it: of safetensors the tensors that are needed, in
 * one file with a header of their own; where all of one file are needed that file as it is; of torch.save whole files.
 *
 * Planning reads the configuration, the index of shards, and the header of each safetensors file: its first 128 KiB,
 * and the rest where it is longer. Limits: configuration 1 MiB, index 64 MiB, 512 shards, 8 GiB of torch.save.
 */
import { createHash } from 'node:crypto';
import { HUB_HEADER_BYTES, HUB_TORCH_BYTES_MAX } from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { isRecord, shown, shownName } from '../../base/json-value.ts';
import { CONFIG_FILE } from '../checkpoint-files.ts';
import { MODEL_FILE } from '../checkpoint-tensors.ts';
import { jsonFrom } from '../json-file.ts';
import { headerBytesFrom, LENGTH_BYTES, tensorsFromHeader } from '../safetensors-header.ts';
import type { TensorEntry } from '../tensor-file.ts';
import type { HubClient } from './hub-client.ts';
import type { ModelFiles } from './hub-files.ts';
import type { HubFile } from './hub-listing.ts';

const CONFIG_BYTES_MAX = 2 ** 20;
const INDEX_BYTES_MAX = 64 * 2 ** 20;
const SHARDS_MAX = 512;

/** Bytes [begin, end) of a file, and where they come from. */
export type Piece = { readonly url: string; readonly begin: number; readonly end: number };

/** A file that is written: the prefix, then the pieces. */
export type PlannedFile = {
  readonly name: string;
  readonly prefix: Uint8Array;
  readonly pieces: readonly Piece[];
  readonly bytes: number;
  /** What it has to be in the end; null where the hub knows no hash of just that. */
  readonly expected: Pick<HubFile, 'oid' | 'sha256'> | null;
};

/** Names of the tensors that are wanted. @throws CheckpointFailure where no model of this configuration is known */
export type Needs = (config: unknown, names: readonly string[]) => readonly string[];

export type PlanOptions = {
  readonly client: HubClient;
  readonly urlOf: (file: HubFile) => string;
  readonly needs: Needs;
  readonly withTokenizer: boolean;
};

type Shard = { readonly file: HubFile; readonly tensors: ReadonlyMap<string, TensorEntry> };
type Place = { readonly name: string; readonly file: HubFile; readonly entry: TensorEntry };

/** @throws CheckpointFailure @throws HubUnreachable */
export async function planOf(files: ModelFiles, options: PlanOptions): Promise<readonly PlannedFile[]> {
  const { urlOf, needs, withTokenizer } = options;
  const configBytes = await small(files.config, CONFIG_BYTES_MAX, options);
  const config = jsonFrom(CONFIG_FILE, configBytes);
  const planned = [bytesAs(CONFIG_FILE, configBytes)];
  if (withTokenizer) planned.push(...files.tokenizer.map((file) => wholeFile(file, urlOf(file))));
  const { shardIndex } = files;
  const indexBytes = shardIndex && (await small(shardIndex, INDEX_BYTES_MAX, options));
  const weightMap = shardIndex && indexBytes ? weightMapFrom(shardIndex.name, indexBytes) : null;
  const weights =
    weightMap && shardIndex ? shardsOf(shardIndex.name, weightMap, files.weights) : files.weights;
  if (files.format === 'torch') {
    refuseTooLarge(weights);
    // Which model it is can be asked without its tensors.
    needs(config, []);
    if (shardIndex && indexBytes) planned.push(bytesAs(shardIndex.name, indexBytes));
    planned.push(...weights.map((file) => wholeFile(file, urlOf(file))));
    return planned;
  }
  const shards: Shard[] = [];
  for (const file of weights) shards.push({ file, tensors: await tensorsOf(file, options) });
  const places =
    weightMap && shardIndex ? indexed(shardIndex.name, weightMap, shards) : shards.flatMap(allOf);
  const wanted = new Set(
    needs(
      config,
      places.map(({ name }) => name),
    ),
  );
  const chosen = places.filter(({ name }) => wanted.has(name));
  const [only, ...more] = weights;
  const isWhole = more.length === 0 && only !== undefined && chosen.length === shards[0].tensors.size;
  planned.push(isWhole ? wholeFile(only, urlOf(only), MODEL_FILE) : compactFile(chosen, urlOf));
  return planned;
}

/** All bytes of a small file, compared with what the hub says of them. */
async function small(file: HubFile, bytesMax: number, { client, urlOf }: PlanOptions): Promise<Uint8Array> {
  if (file.bytes > bytesMax) throw tooLarge(file.path, bytesMax, file.bytes);
  const bytes = new Uint8Array(await (await client.get(urlOf(file))).arrayBuffer());
  const git = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const problem = hashProblem(file.path, file, { sha256, git });
  if (problem) throw problem;
  return bytes;
}

/** The failure of a file that is not what the hub says it is; null where it is, or where the hub says nothing. */
export function hashProblem(
  name: string,
  expected: Pick<HubFile, 'oid' | 'sha256'>,
  found: { readonly sha256: string; readonly git: string | null },
): CheckpointFailure | null {
  const [want, have] = expected.sha256 === null ? [expected.oid, found.git] : [expected.sha256, found.sha256];
  if (want === '' || want === have) return null;
  return new CheckpointFailure(
    'corrupt',
    `${name}: expected the hash ${want.slice(0, 12)}… that the hub names, what came has ${have?.slice(0, 12)}…; it changed on the way`,
  );
}

function bytesAs(name: string, bytes: Uint8Array): PlannedFile {
  return { name, prefix: bytes, pieces: [], bytes: bytes.length, expected: null };
}

function wholeFile(file: HubFile, url: string, name = file.name): PlannedFile {
  const pieces = [{ url, begin: 0, end: file.bytes }];
  return { name, prefix: new Uint8Array(0), pieces, bytes: file.bytes, expected: file };
}

/** The chosen tensors one after the other, in the order in which they lie in their files. */
function compactFile(places: readonly Place[], urlOf: (file: HubFile) => string): PlannedFile {
  const header: Record<string, unknown> = {};
  let at = 0;
  const pieces = places.map(({ name, file, entry: { dtype, shape, begin, end } }) => {
    header[name] = { dtype, shape, data_offsets: [at, at + end - begin] };
    at += end - begin;
    return { url: urlOf(file), begin, end };
  });
  const text = JSON.stringify(header);
  // The format wants its payload to begin at a multiple of eight.
  const json = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const prefix = Buffer.alloc(LENGTH_BYTES + json.length);
  prefix.writeBigUInt64LE(BigInt(json.length));
  prefix.set(json, LENGTH_BYTES);
  return { name: MODEL_FILE, prefix, pieces, bytes: prefix.length + at, expected: null };
}

async function tensorsOf(
  file: HubFile,
  { client, urlOf }: PlanOptions,
): Promise<ReadonlyMap<string, TensorEntry>> {
  const url = urlOf(file);
  const start = await read(client, url, 0, Math.min(HUB_HEADER_BYTES, file.bytes));
  const end = LENGTH_BYTES + headerBytesFrom(file.path, start, file.bytes);
  const rest = end > start.length ? await read(client, url, start.length, end) : new Uint8Array(0);
  return tensorsFromHeader(file.path, Buffer.concat([start, rest]).subarray(LENGTH_BYTES, end), file.bytes);
}

async function read(client: HubClient, url: string, begin: number, end: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of client.bytes(url, begin, end)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function allOf({ file, tensors }: Shard): readonly Place[] {
  return Array.from(tensors, ([name, entry]) => ({ name, file, entry }));
}

/** Tensors of the index, shard by shard. */
function indexed(
  index: string,
  weightMap: ReadonlyMap<string, string>,
  shards: readonly Shard[],
): readonly Place[] {
  const places = shards.flatMap(allOf).filter(({ name, file }) => weightMap.get(name) === file.name);
  if (places.length === weightMap.size) return places;
  const found = new Set(places.map(({ name }) => name));
  const [missing] = [...weightMap.keys()].filter((name) => !found.has(name));
  throw new CheckpointFailure(
    'missing-tensor',
    `${weightMap.get(missing)}: expected tensor ${shownName(missing)}, which ${index} says is here`,
  );
}

function weightMapFrom(index: string, bytes: Uint8Array): ReadonlyMap<string, string> {
  const json = jsonFrom(index, bytes);
  const map = isRecord(json) ? json.weight_map : undefined;
  if (!isRecord(map))
    throw new CheckpointFailure('corrupt', `${index}: expected an object weight_map, found ${shown(map)}`);
  const wrong = Object.entries(map).find(([, shard]) => typeof shard !== 'string');
  if (wrong)
    throw new CheckpointFailure(
      'corrupt',
      `${index}: expected the name of a file for ${shownName(wrong[0])}, found ${shown(wrong[1])}`,
    );
  return new Map(Object.entries(map).map(([name, shard]) => [name, String(shard)]));
}

/** The files that the index names, each of which has to be there. */
function shardsOf(
  index: string,
  weightMap: ReadonlyMap<string, string>,
  files: readonly HubFile[],
): readonly HubFile[] {
  const names = [...new Set(weightMap.values())];
  if (names.length > SHARDS_MAX)
    throw new CheckpointFailure(
      'too-large',
      `${index}: expected at most ${SHARDS_MAX} shards, found ${names.length}`,
    );
  const byName = new Map(files.map((file) => [file.name, file]));
  const missing = names.filter((name) => !byName.has(name));
  if (missing.length > 0)
    throw new CheckpointFailure(
      'incomplete',
      `${index}: expected ${names.length} shards, not there: ${missing.slice(0, 5).map(shownName).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`,
    );
  return names.flatMap((name) => byName.get(name) ?? []);
}

function refuseTooLarge(files: readonly HubFile[]): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > HUB_TORCH_BYTES_MAX)
    throw tooLarge(
      `${files[0].path}: only files of torch.save, which are fetched whole`,
      HUB_TORCH_BYTES_MAX,
      bytes,
    );
}

function tooLarge(what: string, bytesMax: number, bytes: number): CheckpointFailure {
  return new CheckpointFailure(
    'too-large',
    `${what}: expected at most ${bytesMax.toLocaleString('en-US')} bytes, found ${bytes.toLocaleString('en-US')}`,
  );
}
