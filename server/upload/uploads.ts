/**
 * The runs that are pushed to this server (SPEC.md, section U): takes what comes, bounds it, and says which directories
 * are to be watched. Everything lies on disk before it is answered, so a server that starts again goes on with it.
 *
 * Bounds: UPLOADED_RUNS_MAX runs, UPLOADS_AT_ONCE checkpoints at once, `bytesMax` a checkpoint and `allBytesMax` for all
 * that are kept and on their way. At the last, the oldest checkpoints that are analysed make room; their results stay.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { type Observable, Subject } from 'rxjs';
import type { CheckpointAnswer, ConfigAnswer, MetricsAnswer } from '../../protocol/upload.ts';
import { MIB, UPLOADED_RUNS_MAX, UPLOADS_AT_ONCE } from '../base/config.ts';
import { refusalOfDisk, UploadRefusal } from '../base/upload-refusal.ts';
import { type FormatReader, type Incoming, receive, tooLarge } from './incoming-file.ts';
import { metricLines } from './metric-lines.ts';
import { UploadedRun } from './uploaded-run.ts';

export type UploadsOptions = {
  /** Where they lie, a directory a run. */
  readonly root: string;
  readonly bytesMax: number;
  readonly allBytesMax: number;
  readonly format: FormatReader;
  /** Whether a run of this name is watched from elsewhere. */
  readonly isWatched: (name: string) => boolean;
};

/** A run that is pushed, to be watched as a directory is. */
export type PushedRun = { readonly name: string; readonly directory: string };

const RUN_NAME = /^(?!\.)[A-Za-z0-9._-]{1,80}$/;
/** How long clients wait before they ask again for a turn, or for room. */
const TURN_SECONDS = 5;
const ROOM_SECONDS = 30;

export class Uploads {
  readonly #options: UploadsOptions;
  readonly #runs = new Map<string, UploadedRun>();
  readonly #opening = new Map<string, Promise<UploadedRun>>();
  readonly #came = new Subject<PushedRun>();
  #isOpen = false;
  #underWay = 0;
  /** Of checkpoints that are kept, and of those on their way. */
  #bytes = 0;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** Runs that come after `open`. */
  get came(): Observable<PushedRun> {
    return this.#came;
  }

  /** Takes uploads from now on. @returns the runs that lie on the disk. @throws the error of the file system */
  async open(): Promise<readonly PushedRun[]> {
    const { root, isWatched } = this.#options;
    await mkdir(root, { recursive: true, mode: 0o700 });
    for (const entry of (await readdir(root, { withFileTypes: true })).sort(byName)) {
      if (!entry.isDirectory() || !RUN_NAME.test(entry.name) || isWatched(entry.name)) continue;
      const run = await UploadedRun.open(root, entry.name);
      this.#runs.set(run.name, run);
      for (const { bytes } of run.checkpoints.values()) this.#bytes += bytes;
    }
    this.#isOpen = true;
    return [...this.#runs.values()];
  }

  has(name: string): boolean {
    return this.#runs.has(name) || this.#opening.has(name);
  }

  /** Says that the files of a checkpoint are not read any more. */
  release(run: string, checkpoint: string): void {
    this.#runs.get(run)?.release(checkpoint);
  }

  async config(name: string, bytes: Uint8Array): Promise<ConfigAnswer> {
    return guarded(async () => {
      const run = await this.#run(name);
      return { run: name, status: await run.setConfig(bytes) };
    });
  }

  async metrics(name: string, bytes: Uint8Array): Promise<MetricsAnswer> {
    return guarded(async () => {
      const lines = metricLines(bytes);
      await (await this.#run(name)).appendMetrics(lines);
      return { run: name, entries: lines.length };
    });
  }

  /** @param contents `sha256` as the sender says, null where it does not */
  async checkpoint(
    name: string,
    step: number,
    contents: Incoming & { readonly sha256: string | null },
  ): Promise<CheckpointAnswer> {
    return guarded(async () => {
      this.#check(name);
      const run = this.#runs.get(name);
      if (!run?.hasConfig)
        throw new UploadRefusal(
          409,
          `expected the config.json of run "${name}" before its checkpoints; PUT it to /api/runs/${name}/config`,
        );
      const kept = run.checkpoints.get(step);
      if (contents.sha256 !== null && kept?.sha256 === contents.sha256)
        return { run: name, step, status: 'unchanged', bytes: kept.bytes, sha256: contents.sha256 };
      return this.#take(run, step, contents);
    });
  }

  async #take(
    run: UploadedRun,
    step: number,
    contents: Incoming & { readonly sha256: string | null },
  ): Promise<CheckpointAnswer> {
    const { bytesMax, format } = this.#options;
    if (contents.bytes !== null && contents.bytes > bytesMax) throw tooLarge(bytesMax);
    if (this.#underWay >= UPLOADS_AT_ONCE)
      throw new UploadRefusal(
        503,
        `expected at most ${UPLOADS_AT_ONCE} checkpoints at once, this is one more; push it again in some seconds`,
        { retrySeconds: TURN_SECONDS },
      );
    this.#underWay += 1;
    let reserved = 0;
    const reserve = async (bytes: number) => {
      await this.#makeRoom(bytes);
      reserved += bytes;
    };
    let partial: string | null = null;
    try {
      await reserve(contents.bytes ?? 0);
      const begun = await run.begin(step);
      partial = begun.directory;
      const received = await receive(begun.file, contents, { format, bytesMax, reserve });
      if (contents.sha256 !== null && contents.sha256 !== received.sha256)
        throw new UploadRefusal(
          400,
          `expected contents with the SHA-256 of Content-Digest, ${contents.sha256}, got ${received.sha256}`,
        );
      const { status, freedBytes } = await run.place(step, partial, received);
      if (status !== 'unchanged') reserved -= received.bytes;
      this.#bytes -= freedBytes;
      return { run: run.name, step, status, ...received };
    } finally {
      this.#underWay -= 1;
      this.#bytes -= reserved;
      if (partial !== null) await rm(partial, { recursive: true, force: true }).catch(() => {});
    }
  }

  async #run(name: string): Promise<UploadedRun> {
    this.#check(name);
    const known = this.#runs.get(name) ?? this.#opening.get(name);
    if (known) return known;
    // File systems that take upper and lower case for the same would mix two such runs.
    const names = [...this.#runs.keys(), ...this.#opening.keys()];
    const like = names.find((other) => other.toLowerCase() === name.toLowerCase());
    if (like !== undefined)
      throw new UploadRefusal(409, `expected another name than "${name}": there is a run "${like}"`);
    if (names.length >= UPLOADED_RUNS_MAX)
      throw new UploadRefusal(
        507,
        `expected at most ${UPLOADED_RUNS_MAX} runs that are pushed, this is one more; remove the directory of one from the server's uploads and start it again`,
      );
    const opening = UploadedRun.open(this.#options.root, name);
    this.#opening.set(name, opening);
    try {
      const run = await opening;
      this.#runs.set(name, run);
      this.#came.next(run);
      return run;
    } finally {
      this.#opening.delete(name);
    }
  }

  #check(name: string): void {
    if (!this.#isOpen)
      throw new UploadRefusal(503, 'the server is about to start; push again in a second', {
        retrySeconds: 1,
      });
    if (!RUN_NAME.test(name))
      throw new UploadRefusal(
        400,
        'expected a name of 1 to 80 letters, digits, ".", "_" and "-" for a run, no "." first; got something else',
      );
    if (this.#options.isWatched(name))
      throw new UploadRefusal(
        409,
        `expected a run that is pushed, "${name}" is watched from a directory; push it under another name`,
      );
  }

  /** Takes the bytes into account; removes what is through, oldest first, until there is room for them. */
  async #makeRoom(bytes: number): Promise<void> {
    const { allBytesMax } = this.#options;
    while (this.#bytes + bytes > allBytesMax) {
      const oldest = this.#oldest();
      if (!oldest)
        throw new UploadRefusal(
          507,
          `expected at most ${Math.floor(allBytesMax / MIB)} MiB of checkpoints to be kept (--uploads-mib), with this one it would be more, and none of those there is analysed and could go; push it again later`,
          { retrySeconds: ROOM_SECONDS },
        );
      const freedBytes = await oldest.run.remove(oldest.step);
      this.#bytes -= freedBytes;
    }
    this.#bytes += bytes;
  }

  #oldest(): { readonly run: UploadedRun; readonly step: number } | null {
    let oldest: { readonly run: UploadedRun; readonly step: number; readonly millis: number } | null = null;
    for (const run of this.#runs.values())
      for (const [step, { isThrough, keptMillis }] of run.checkpoints)
        if (isThrough && keptMillis < (oldest?.millis ?? Number.POSITIVE_INFINITY))
          oldest = { run, step, millis: keptMillis };
    return oldest;
  }
}

async function guarded<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw refusalOfDisk(error);
  }
}

function byName({ name: a }: { readonly name: string }, { name: b }: { readonly name: string }): number {
  return a < b ? -1 : 1;
}
