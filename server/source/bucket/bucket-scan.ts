/**
 * One look at the folder of a run in a bucket: what could be checkpoints, and the objects of each. The same Scan as of
 * a directory (scan.ts), so that the same ledger decides what follows from it.
 *
 * A candidate is a folder whose name gives a step, or an object of torch.save directly below the prefix. Folders within
 * a candidate are not looked into. Cost: one list request for the prefix and one for each candidate that does not
 * rest (ledger.ts), for every 1,000 names: of 150 ready checkpoints 16 requests a look.
 */
import { createHash } from 'node:crypto';
import { CONFIG_FILE, isModelFile } from '../checkpoint-files.ts';
import { MODEL_FILE, TORCH_FILE } from '../checkpoint-tensors.ts';
import { directoryNamed, fileNamed, type Ignored, type Scan, type Sight } from '../scan.ts';
import { isPrivateName } from '../step-name.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import { BucketProblem } from './bucket-problem.ts';

/** What can be fetched of a candidate. */
export type Candidate = {
  readonly id: string;
  readonly step: number;
  /** The one object that it is, null where it is a folder. */
  readonly file: string | null;
  /** Its own objects and, where it has none of that name, those beside it; by name. */
  readonly objects: ReadonlyMap<string, BucketObject>;
};

export type BucketScan = {
  readonly scan: Scan;
  /** Those that were looked at, by id. */
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** Names of the objects directly below the prefix. */
  readonly beside: ReadonlySet<string>;
};

/** What trainers write once for all checkpoints, beside them. */
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'];
const SHARED = [CONFIG_FILE, ...TOKENIZER_FILES];
/** Lists that are asked for at once. */
const LISTS_AT_ONCE = 8;

export type ScanRules = { readonly marker: string | null; readonly isWanted: (step: number) => boolean };

/** `rests` says which candidates, by name, need no look this time. */
export async function scanBucket(
  bucket: Bucket,
  rules: ScanRules,
  rests: (name: string) => boolean,
): Promise<BucketScan> {
  try {
    return await scanned(bucket, rules, rests);
  } catch (error) {
    if (!(error instanceof BucketProblem)) throw error;
    return { scan: { type: 'missing', message: error.message }, candidates: new Map(), beside: new Set() };
  }
}

async function scanned(
  bucket: Bucket,
  { marker, isWanted }: ScanRules,
  rests: (name: string) => boolean,
): Promise<BucketScan> {
  const { prefix, text } = bucket.address;
  const root = await bucket.list(prefix);
  if (root.objects.length + root.folders.length === 0)
    return {
      scan: { type: 'missing', message: `${text}: there is nothing below this prefix yet` },
      candidates: new Map(),
      beside: new Set(),
    };
  const beside = byName(root.objects, prefix);
  const shared = SHARED.flatMap((name) => {
    const object = beside.get(name);
    return object ? [[name, object] as const] : [];
  });
  const sights: Sight[] = [];
  const rested: string[] = [];
  const ignored: Ignored[] = [];
  const candidates = new Map<string, Candidate>();
  const see = (candidate: Candidate, names: Iterable<string>, marked: boolean) => {
    candidates.set(candidate.id, candidate);
    sights.push(sightOf(candidate, names, marked, text));
  };

  for (const name of beside.keys()) {
    if (isPrivateName(name) || /\p{C}/u.test(name)) continue;
    const object = beside.get(name);
    const named = name === MODEL_FILE || name === TORCH_FILE ? itselfA(name) : fileNamed(name);
    if (named === null || object === undefined) continue;
    if (typeof named === 'string') ignored.push({ name, message: named });
    else if (!isWanted(named.step)) continue;
    else if (rests(name)) rested.push(name);
    else {
      const objects = new Map([...shared, [name, object]]);
      const marked = marker !== null && beside.has(`${name}.${marker}`);
      see({ id: name, step: named.step, file: name, objects }, objects.keys(), marked);
    }
  }

  const folders: { readonly name: string; readonly step: number }[] = [];
  for (const name of root.folders) {
    if (isPrivateName(name)) continue;
    const named = directoryNamed(name);
    if (typeof named === 'string') ignored.push({ name, message: named });
    else if (!isWanted(named.step)) continue;
    else if (rests(name)) rested.push(name);
    else folders.push({ name, step: named.step });
  }
  for (let at = 0; at < folders.length; at += LISTS_AT_ONCE) {
    const some = folders.slice(at, at + LISTS_AT_ONCE);
    const levels = await Promise.all(some.map(({ name }) => bucket.list(`${prefix}${name}/`)));
    for (const [index, { name, step }] of some.entries()) {
      const own = byName(levels[index].objects, `${prefix}${name}/`);
      const objects = new Map([...shared, ...own]);
      // A tokenizer that comes late, beside all, is no change of each.
      const names = [...own.keys(), ...(objects.has(CONFIG_FILE) ? [CONFIG_FILE] : [])];
      see({ id: name, step, file: null, objects }, names, marker !== null && own.has(marker));
    }
  }
  return { scan: { type: 'present', sights, rested, ignored }, candidates, beside: new Set(beside.keys()) };
}

/** Key, size and ETag of objects, in one short string: another one when one of them was written again. */
export function digestOf(objects: Iterable<readonly [name: string, object: BucketObject]>): string {
  const lines = [...objects].map(([name, { bytes, etag }]) => JSON.stringify([name, bytes, etag]));
  return createHash('sha256')
    .update([...new Set(lines)].sort().join('\n'))
    .digest('base64url');
}

function sightOf(candidate: Candidate, names: Iterable<string>, marked: boolean, root: string): Sight {
  const { id, step, file, objects } = candidate;
  const directory = file === null ? `${root}/${id}` : root;
  const named = [...names].flatMap((name) => {
    const object = objects.get(name);
    return object ? [[name, object] as const] : [];
  });
  return {
    checkpoint: {
      id,
      step,
      directory,
      ...(file !== null && { file }),
      configFile: objects.get(CONFIG_FILE)?.key ?? `${directory}/${CONFIG_FILE}`,
      content: null,
    },
    signature: digestOf(named),
    modelSignature: digestOf(named.filter(([name]) => isModelFile(name) || name === file)),
    // What a first look finds has been the same for one look, however old the store says it is.
    ageMillis: 0,
    marked,
  };
}

function byName(objects: readonly BucketObject[], prefix: string): ReadonlyMap<string, BucketObject> {
  return new Map(objects.map((object) => [object.key.slice(prefix.length), object]));
}

function itselfA(name: string): string {
  return `${name} is here: this prefix is a checkpoint itself, to be watched is the one above it`;
}
