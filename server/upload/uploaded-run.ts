/**
 * The directory of a run that is pushed, laid out as one that a trainer writes, so that it can be watched as one:
 *
 *   RUN/config.json
 *       metrics.jsonl
 *       checkpoint-500/model.safetensors      and upload.json: its length and SHA-256
 *       .checkpoint-500.partial-PID-RANDOM/   on its way; its name hides it
 *
 * A checkpoint appears by one rename. One that takes the place of another is renamed over the file of that, whose
 * upload.json goes first: after a crash in between, nothing is said about what lies there.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { UploadStatus } from '../../protocol/upload.ts';
import { MIB, UPLOADED_METRICS_BYTES_MAX } from '../base/config.ts';
import { isRecord } from '../base/json-value.ts';
import { UploadRefusal } from '../base/upload-refusal.ts';
import type { Received } from './incoming-file.ts';

export type KeptCheckpoint = {
  readonly bytes: number;
  /** Null where nothing is known of it. */
  readonly sha256: string | null;
  readonly keptMillis: number;
  /** Whether its files are not needed any more. */
  readonly isThrough: boolean;
};

export type Placed = { readonly status: UploadStatus; readonly freedBytes: number };

const CONFIG_FILE = 'config.json';
const METRICS_FILE = 'metrics.jsonl';
const MODEL_FILE = 'model.safetensors';
const RECORD_FILE = 'upload.json';
const CHECKPOINT = /^checkpoint-(\d{1,16})$/;
const PARTIAL = /^\.checkpoint-\d+\.partial-(\d+)-/;

const Record = v.object({ bytes: v.number(), sha256: v.string() });

export class UploadedRun {
  readonly name: string;
  readonly directory: string;
  readonly #checkpoints = new Map<number, KeptCheckpoint>();
  #config: unknown = undefined;
  /** What changes the directory, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(name: string, directory: string) {
    this.name = name;
    this.directory = directory;
  }

  /** Makes the directory where it is not there, else reads what lies in it. @throws the error of the file system */
  static async open(root: string, name: string): Promise<UploadedRun> {
    const run = new UploadedRun(name, join(root, name));
    await mkdir(run.directory, { recursive: true, mode: 0o700 });
    run.#config = await jsonAt(join(run.directory, CONFIG_FILE));
    for (const entry of await readdir(run.directory)) {
      const step = CHECKPOINT.exec(entry)?.[1];
      if (step !== undefined) await run.#find(Number(step), join(run.directory, entry));
      else if (isLeftBehind(entry)) await rm(join(run.directory, entry), { recursive: true, force: true });
    }
    return run;
  }

  get hasConfig(): boolean {
    return this.#config !== undefined;
  }

  get checkpoints(): ReadonlyMap<number, KeptCheckpoint> {
    return this.#checkpoints;
  }

  setConfig(bytes: Uint8Array): Promise<UploadStatus> {
    const config = objectFrom(bytes);
    return this.#inTurn(async () => {
      if (isDeepStrictEqual(config, this.#config)) return 'unchanged';
      if (this.#checkpoints.size > 0)
        throw new UploadRefusal(
          409,
          `expected the config.json that run "${this.name}" began with, got another one; push another model as another run`,
        );
      const status = this.hasConfig ? 'replaced' : 'stored';
      await writeWhole(join(this.directory, CONFIG_FILE), bytes);
      this.#config = config;
      return status;
    });
  }

  appendMetrics(lines: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const handle = await open(join(this.directory, METRICS_FILE), 'a+', 0o600);
      try {
        const { size } = await handle.stat();
        // A line that was cut short by a crash is left to itself.
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
        const begin = bytesRead > 0 && buffer.toString() !== '\n' ? '\n' : '';
        const text = `${begin}${lines.join('\n')}\n`;
        if (size + Buffer.byteLength(text) > UPLOADED_METRICS_BYTES_MAX)
          throw new UploadRefusal(
            507,
            `expected at most ${UPLOADED_METRICS_BYTES_MAX / MIB} MiB of metrics of run "${this.name}", got more; log more seldom`,
          );
        try {
          await handle.writeFile(text);
        } catch (error) {
          await truncate(join(this.directory, METRICS_FILE), size).catch(() => {});
          throw error;
        }
      } finally {
        await handle.close();
      }
    });
  }

  /** A new directory for a checkpoint on its way, and where its file goes. */
  async begin(step: number): Promise<{ readonly directory: string; readonly file: string }> {
    const name = `.checkpoint-${step}.partial-${process.pid}-${randomBytes(6).toString('hex')}`;
    const directory = join(this.directory, name);
    await mkdir(directory, { mode: 0o700 });
    return { directory, file: join(directory, MODEL_FILE) };
  }

  /**
   * Puts what was received where it belongs.
   * @param partial as `begin` made it
   * @returns also the bytes of what it takes the place of
   */
  place(step: number, partial: string, { bytes, sha256 }: Received): Promise<Placed> {
    return this.#inTurn(async () => {
      const before = this.#checkpoints.get(step);
      if (before?.sha256 === sha256) return { status: 'unchanged', freedBytes: 0 };
      await writeFile(join(partial, RECORD_FILE), JSON.stringify({ bytes, sha256 }), { mode: 0o600 });
      const place = this.#placeOf(step);
      if (before) {
        await rm(join(place, RECORD_FILE), { force: true });
        await rename(join(partial, MODEL_FILE), join(place, MODEL_FILE));
        await rename(join(partial, RECORD_FILE), join(place, RECORD_FILE));
      } else await rename(partial, place);
      await syncDirectory(this.directory);
      this.#checkpoints.set(step, { bytes, sha256, keptMillis: Date.now(), isThrough: false });
      return { status: before ? 'replaced' : 'stored', freedBytes: before?.bytes ?? 0 };
    });
  }

  /** Says that the files of a checkpoint are not read any more. @param id the name of its directory */
  release(id: string): void {
    const step = Number(CHECKPOINT.exec(id)?.[1]);
    const kept = this.#checkpoints.get(step);
    if (kept) this.#checkpoints.set(step, { ...kept, isThrough: true });
  }

  /** Makes room; @returns the bytes that it was, 0 where it was gone or is needed again. */
  remove(step: number): Promise<number> {
    return this.#inTurn(async () => {
      const kept = this.#checkpoints.get(step);
      if (!kept?.isThrough) return 0;
      await rm(this.#placeOf(step), { recursive: true, force: true });
      this.#checkpoints.delete(step);
      return kept.bytes;
    });
  }

  #placeOf(step: number): string {
    return join(this.directory, `checkpoint-${step}`);
  }

  async #find(step: number, directory: string): Promise<void> {
    const found = await stat(join(directory, MODEL_FILE)).catch(() => null);
    if (!found) return;
    const record = v.safeParse(Record, await jsonAt(join(directory, RECORD_FILE)));
    const sha256 = record.success && record.output.bytes === found.size ? record.output.sha256 : null;
    this.#checkpoints.set(step, {
      bytes: found.size,
      sha256,
      keptMillis: found.mtimeMs,
      isThrough: false,
    });
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(task);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}

/** Whether a hidden directory is of a server that is no more: one of the same number was before this one. */
function isLeftBehind(entry: string): boolean {
  const pid = Number(PARTIAL.exec(entry)?.[1]);
  if (Number.isNaN(pid)) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function objectFrom(bytes: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isRecord(value)) return value;
  } catch {
    // Said below.
  }
  throw new UploadRefusal(400, 'expected the config.json of a model, a JSON object, got something else');
}

/** undefined where there is none, or none that can be read. */
async function jsonAt(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A crash leaves the old file or the new one. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const partial = `${file}.partial`;
  await writeFile(partial, bytes, { mode: 0o600, flush: true });
  await rename(partial, file);
}

/** So that a rename outlives a loss of power; not every system can. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
