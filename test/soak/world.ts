/**
 * The world of a scenario: a server, trainings that write into the directory it watches, viewers, and a disk. What is
 * known of it here follows from the actions alone, so that a seed decides which of them are possible.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Encoding } from '../../protocol/encoding.ts';
import { Broken } from './broken.ts';
import { Contents, type Kind } from './contents.ts';
import type { Dice } from './dice.ts';
import { Server } from './process.ts';
import { Training } from './training.ts';
import { Viewer } from './viewer.ts';
import { Witness } from './witness.ts';

/** Of checkpoints; longer than a file takes to be written on a busy machine. */
export const SETTLE_MILLIS = 150;
/** Of the log of one run: the least that can be asked for, and more than any scenario needs. */
const MIB_SMALL = 1;
const MIB_PLENTY = 1_024;
const TMPFS_MIB = 48;
/** What was waited for may never come, as when the same contents were done before. */
const LINE_MILLIS_MAX = 3_000;

export type DiskFault = 'none' | 'files may not grow' | 'file system full' | 'quota';

export class World {
  readonly witness = new Witness();
  readonly trainings: Training[] = [];
  readonly viewers = new Set<Viewer>();
  readonly contents = new Contents();
  readonly runsDirectory: string;
  readonly data: string;
  readonly counts = new Map<string, number>();
  disk: DiskFault = 'none';
  /** Started on a full disk, a server cannot open its logs, and keeps nothing until it is started again. */
  isWithoutLogs = false;
  /** The first invariant that broke. */
  broken: Broken | null = null;
  port = 0;
  readonly hasTmpfs: boolean;
  readonly #root: string;
  readonly #listeners = new Set<(line: string) => void>();
  #server: Server | null = null;
  #viewersMade = 0;

  constructor() {
    this.#root = mkdtempSync(join(tmpdir(), 'phasewatch-soak-'));
    this.runsDirectory = join(this.#root, 'runs');
    this.data = join(this.#root, 'data');
    mkdirSync(this.runsDirectory);
    mkdirSync(this.data);
    this.hasTmpfs = mountTmpfs(this.data);
    process.once('exit', this.#clear);
  }

  async open(dice: Dice): Promise<void> {
    this.port = await freePort();
    this.train('narrow').arrive(dice);
    await this.start();
  }

  get server(): Server | null {
    return this.#server;
  }

  /** @throws Broken where an invariant has been broken meanwhile */
  check(): void {
    if (this.broken) throw this.broken;
  }

  noteBroken(broken: Broken): void {
    this.broken ??= broken;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  counted(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  train(kind: Kind): Training {
    const training = new Training(
      this.runsDirectory,
      `run-${this.trainings.length + 1}`,
      kind,
      this.contents,
    );
    this.trainings.push(training);
    return training;
  }

  join(encoding: Encoding, run: string | null): Viewer {
    this.#viewersMade += 1;
    const viewer = new Viewer({
      name: `viewer ${this.#viewersMade} (${encoding})`,
      port: this.port,
      encoding,
      run,
      witness: this.witness,
      onBroken: (broken) => this.noteBroken(broken),
    });
    this.viewers.add(viewer);
    return viewer;
  }

  leave(viewer: Viewer): void {
    viewer.leave();
    this.viewers.delete(viewer);
  }

  async start(): Promise<void> {
    this.isWithoutLogs = this.disk === 'file system full';
    this.#server = await Server.start({
      watched: [this.runsDirectory],
      data: this.data,
      port: this.port,
      dataMib: this.disk === 'quota' ? MIB_SMALL : MIB_PLENTY,
      settleMillis: SETTLE_MILLIS,
      onEvent: (event, line) => this.#heard(event, line),
      onProblem: (sentence) => this.noteBroken(new Broken('the server goes on', sentence)),
    });
  }

  async end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (this.disk === 'files may not grow') this.disk = 'none';
    await server?.end(signal);
  }

  /** Resolves at the next line of the server's log in which the words stand, or when that does not come. */
  logged(...words: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => end(), LINE_MILLIS_MAX);
      const listener = (line: string) => {
        if (words.every((word) => line.includes(word))) end();
      };
      const end = () => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }

  fillDisk(fault: DiskFault): void {
    this.disk = fault;
    if (fault === 'files may not grow') this.#server?.limitFiles('0');
    if (fault === 'file system full') fillWith(join(this.data, 'ballast'));
  }

  freeDisk(): void {
    if (this.disk === 'files may not grow') this.#server?.limitFiles('unlimited');
    if (this.disk === 'file system full') unlinkSync(join(this.data, 'ballast'));
    this.disk = 'none';
  }

  async close(): Promise<void> {
    for (const viewer of this.viewers) viewer.leave();
    await this.end('SIGKILL');
    this.#clear();
    process.off('exit', this.#clear);
  }

  /** Nothing is left behind, not even by who is interrupted. */
  readonly #clear = (): void => {
    this.#server?.abandon();
    if (this.hasTmpfs) execFileSync('umount', ['--lazy', this.data]);
    rmSync(this.#root, { recursive: true, force: true });
  };

  #heard(event: string, line: string): void {
    const code = /\bcode=(\S+)/.exec(line)?.[1];
    this.count(`logged: ${event}${code === undefined ? '' : ` ${code}`}`);
    for (const listener of this.#listeners) listener(line);
  }
}

/** Whether a small file system of its own could be put there; it takes root to do so. */
function mountTmpfs(directory: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${TMPFS_MIB}m`, 'tmpfs', directory], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/** Takes all the room there is. */
function fillWith(file: string): void {
  const piece = Buffer.alloc(4096);
  writeFileSync(file, '');
  try {
    for (;;) writeFileSync(file, piece, { flag: 'a' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return address.port;
}
