/**
 * What a repository of the hub holds: its branches and tags, the checkpoints that these or its folders are, and the
 * files of one of them.
 *
 *   GET /api/models/‹repo›/refs                   asked with If-None-Match
 *   GET /api/models/‹repo›/tree/‹commit›/‹path›   page by page, through @huggingface/hub
 *
 * Files are listed and fetched at a commit, so that what is pushed meanwhile is another checkpoint and never half of one.
 */
import * as v from 'valibot';
import { HUB_ENTRIES_MAX } from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { stepFromName } from '../step-name.ts';
import type { HubAddress } from './hub-address.ts';
import type { HubClient } from './hub-client.ts';

export type Revision = { readonly name: string; readonly commit: string };

/** A checkpoint by its name; what is in it is not known yet. */
export type Found = {
  readonly id: string;
  readonly step: number;
  readonly commit: string;
  /** Empty for one that is all of a revision. */
  readonly folder: string;
  /** Known already where a list of folders had them. */
  readonly files: readonly HubFile[] | null;
};

export type HubFile = {
  /** In the repository. */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** Of git: SHA-1 of a blob. */
  readonly oid: string;
  /** Of a large file: SHA-256 of its contents. */
  readonly sha256: string | null;
};

const Ref = v.object({ name: v.string(), targetCommit: v.pipe(v.string(), v.regex(/^[0-9a-f]{7,64}$/)) });
const Refs = v.object({ branches: v.array(Ref), tags: v.optional(v.array(Ref), []) });

const Entry = v.object({
  type: v.string(),
  path: v.string(),
  size: v.optional(v.number(), 0),
  oid: v.optional(v.string(), ''),
  lfs: v.optional(v.object({ oid: v.string() })),
});

export class HubRepository {
  readonly #client: HubClient;
  readonly #address: HubAddress;
  #etag: string | null = null;
  #refs: readonly Revision[] = [];

  constructor(client: HubClient, address: HubAddress) {
    this.#client = client;
    this.#address = address;
  }

  /**
   * Branches and tags; where both have a name, the branch.
   * @throws CheckpointFailure refused, corrupt
   * @throws HubUnreachable
   */
  async revisions(): Promise<readonly Revision[]> {
    const url = this.#client.url('api', 'models', ...this.#address.repo.split('/'), 'refs');
    const response = await this.#client.get(url, this.#etag === null ? {} : { 'if-none-match': this.#etag });
    if (response.status === 304) return this.#refs;
    const parsed = v.safeParse(Refs, await response.json().catch(() => null));
    if (!parsed.success)
      throw new CheckpointFailure('corrupt', `${url}: expected a list of branches, found none`);
    const { branches, tags } = parsed.output;
    const byName = new Map([...tags, ...branches].map((ref) => [ref.name, ref.targetCommit]));
    this.#refs = Array.from(byName, ([name, commit]) => ({ name, commit }));
    this.#etag = response.headers.get('etag');
    return this.#refs;
  }

  /** Files directly in a folder at a commit, or in all folders below it. */
  async files(commit: string, folder: string, { recursive = false } = {}): Promise<readonly HubFile[]> {
    const { listFiles } = await import('@huggingface/hub');
    const files: HubFile[] = [];
    let entries = 0;
    const list = listFiles({
      repo: { type: 'model', name: this.#address.repo },
      revision: encodeURIComponent(commit),
      hubUrl: this.#client.endpoint.href.replace(/\/$/, ''),
      recursive,
      // With the token, retries and refusals of the client.
      fetch: (url) => this.#client.get(String(url)),
      ...(folder !== '' && { path: folder.split('/').map(encodeURIComponent).join('/') }),
    });
    for await (const value of list) {
      entries += 1;
      if (entries > HUB_ENTRIES_MAX)
        throw new CheckpointFailure(
          'too-large',
          `${this.#address.text}: expected at most ${HUB_ENTRIES_MAX.toLocaleString('en-US')} files in a revision, found more; name a folder of it`,
        );
      const entry = v.safeParse(Entry, value);
      if (entry.success && entry.output.type === 'file') files.push(fileFrom(entry.output));
    }
    return files;
  }

  fileUrl(commit: string, { path }: HubFile): string {
    return this.#client.url(...this.#address.repo.split('/'), 'resolve', commit, ...path.split('/'));
  }
}

function fileFrom({ path, size, oid, lfs }: v.InferOutput<typeof Entry>): HubFile {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { path, name, bytes: size, oid, sha256: lfs?.oid ?? null };
}

/** The revisions whose names give a step. */
export function revisionsWithSteps(revisions: readonly Revision[]): readonly Found[] {
  return revisions.flatMap(({ name, commit }) => {
    const step = stepFromName(name);
    return step === null ? [] : [{ id: name, step, commit, folder: '', files: null }];
  });
}

/**
 * The folders below `top` whose names give a step and that hold files; what lies deeper belongs to no other.
 * @param files all files below `top`
 */
export function foldersWithSteps(files: readonly HubFile[], top: string, commit: string): readonly Found[] {
  const folders = new Map<string, HubFile[]>();
  const above: HubFile[] = [];
  for (const file of files) {
    const folder = file.path.slice(0, Math.max(0, file.path.length - file.name.length - 1));
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    if (folder !== top && stepFromName(name) !== null)
      folders.set(folder, [...(folders.get(folder) ?? []), file]);
    else above.push(file);
  }
  return Array.from(folders, ([folder, own]) => {
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    // A configuration and a tokenizer may lie above, once for all.
    const names = new Set(own.map((file) => file.name));
    const shared = above
      .filter((file) => !names.has(file.name) && SHARED.test(file.name) && isAbove(file, folder))
      .sort((a, b) => b.path.length - a.path.length)
      .filter((file, index, all) => all.findIndex((other) => other.name === file.name) === index);
    const step = stepFromName(name) ?? 0;
    return { id: name, step, commit, folder, files: [...own, ...shared] };
  });
}

const SHARED = /^(?:config|tokenizer|tokenizer_config)\.json$/;

function isAbove(file: HubFile, folder: string): boolean {
  return folder.startsWith(file.path.slice(0, -file.name.length));
}

/** Names by a pattern in which `*` stands for anything and `?` for one character. */
export function matching(pattern: string): (name: string) => boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${escaped}$`);
  return (name) => expression.test(name);
}
