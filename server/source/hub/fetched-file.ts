/**
 * One file of a plan on its way to disk: neighbouring pieces in one request, small gaps between them read and dropped,
 * from where an earlier attempt stopped. Where the hub names a hash of all of it, what was written has to have it.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HUB_EARLY_BYTES, HUB_GAP_BYTES } from '../../base/config.ts';
import { hashProblem, type Piece, type PlannedFile } from './fetch-plan.ts';
import { FileSink } from './file-sink.ts';
import type { HubClient } from './hub-client.ts';

export type FetchOptions = {
  readonly client: HubClient;
  readonly directory: string;
  /** Hears of bytes that have come, and at first of those that were there. */
  readonly onBytes: (bytes: number) => void;
};

/**
 * @returns SHA-256 of what was written
 * @throws CheckpointFailure corrupt, refused @throws HubUnreachable
 */
export async function fetchFile(file: PlannedFile, options: FetchOptions): Promise<string> {
  const { client, directory, onBytes } = options;
  const path = join(directory, file.name);
  const { bytes, prefix, expected } = file;
  const asGitBlob = expected !== null && expected.sha256 === null;
  const sink = await FileSink.open(path, { bytes, prefix, asGitBlob });
  const before = sink.bytes;
  onBytes(before);
  let hashes: Awaited<ReturnType<FileSink['end']>>;
  try {
    await take(client, requestsFor(rest(file.pieces, before - prefix.length)), async (chunk) => {
      await sink.write(chunk);
      onBytes(chunk.length);
    });
    hashes = await sink.end();
  } finally {
    await sink.close();
  }
  const problem = expected && hashProblem(file.name, expected, hashes);
  if (!problem) return hashes.sha256;
  await rm(path, { force: true });
  // What an earlier attempt left may have been damaged since.
  if (before <= prefix.length) throw problem;
  onBytes(-bytes);
  return fetchFile(file, options);
}

/** What is to come after the first `done` bytes. */
export function rest(pieces: readonly Piece[], done: number): readonly Piece[] {
  let left = done;
  return pieces.flatMap((piece) => {
    const skipped = Math.min(left, piece.end - piece.begin);
    left -= skipped;
    const begin = piece.begin + skipped;
    return begin < piece.end ? [{ ...piece, begin }] : [];
  });
}

/** Pieces of the same file that are near enough to be fetched together, in their order. */
export function requestsFor(
  pieces: readonly Piece[],
  gapBytes = HUB_GAP_BYTES,
): readonly (readonly Piece[])[] {
  const requests: Piece[][] = [];
  for (const piece of pieces) {
    const last = requests.at(-1)?.at(-1);
    const isNear = last?.url === piece.url && piece.begin >= last.end && piece.begin - last.end <= gapBytes;
    if (isNear) requests.at(-1)?.push(piece);
    else requests.push([piece]);
  }
  return requests;
}

type Coming = {
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
  readonly first: Promise<IteratorResult<Uint8Array, void>>;
};

/** Request after request; the next one is made when little of this one is to come, so that none is waited for. */
async function take(
  client: HubClient,
  requests: readonly (readonly Piece[])[],
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const made = new Map<number, Coming>();
  const comingOf = (index: number): Coming => {
    const pieces = requests[index];
    const known = made.get(index);
    if (known) return known;
    const chunks = client.bytes(pieces[0].url, pieces[0].begin, pieces[pieces.length - 1].end);
    const first = chunks.next();
    // Whoever takes it hears of it.
    first.catch(() => {});
    const coming = { chunks, first };
    made.set(index, coming);
    return coming;
  };
  try {
    for (const [index, pieces] of requests.entries()) {
      await takeOne(comingOf(index), pieces, write, () => {
        if (index + 1 < requests.length) comingOf(index + 1);
      });
      made.delete(index);
    }
  } finally {
    // One that was made early and is not taken any more ends with its first bytes.
    for (const { chunks } of made.values()) void chunks.return();
  }
}

/**
 * One request; what lies between its pieces is dropped.
 * @param early is called, perhaps often, when no more than HUB_EARLY_BYTES are to come
 */
async function takeOne(
  { chunks, first }: Coming,
  pieces: readonly Piece[],
  write: (chunk: Uint8Array) => Promise<void>,
  early: () => void,
): Promise<void> {
  let at = pieces[0].begin;
  const last = pieces[pieces.length - 1].end;
  let index = 0;
  try {
    for (let result = await first; !result.done; result = await chunks.next()) {
      const chunk = result.value;
      const end = at + chunk.length;
      if (last - end <= HUB_EARLY_BYTES) early();
      while (index < pieces.length && pieces[index].begin < end) {
        const piece = pieces[index];
        const part = chunk.subarray(Math.max(0, piece.begin - at), Math.min(piece.end, end) - at);
        if (part.length > 0) await write(part);
        if (piece.end > end) break;
        index += 1;
      }
      at = end;
    }
  } finally {
    await chunks.return();
  }
}
