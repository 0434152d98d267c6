#!/usr/bin/env node
/**
 * The command `phasewatch`: reads the words, wires source, engine, pipeline and gateway, and ends cleanly.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { filter, type Observable } from 'rxjs';
import { apply, initialState, type RunInfo } from '../protocol/state.ts';
import type { Settings } from './ablation/choices.ts';
import type { ProbeOptions } from './ablation/probe.ts';
import { readTextFile, readTokensFile } from './ablation/probe-file.ts';
import { HISTORY_BYTES_MAX, MIB } from './base/config.ts';
import { startDemo } from './demo/process.ts';
import { EngineProcess } from './engine-process.ts';
import { isLoopback } from './gateway/access.ts';
import { openGateway } from './gateway/gateway.ts';
import { RunStream } from './gateway/run-stream.ts';
import { GraphHistory } from './graph/history.ts';
import { pipeline } from './pipeline.ts';
import { type SourceEvent, watchDirectory } from './source/directory.ts';
import { endLine, lineOf } from './terminal/lines.ts';
import {
  type Command,
  commandFrom,
  type EngineWords,
  HELP,
  type ProbeWords,
  type ServeWords,
  UsageError,
} from './terminal/options.ts';
import { ProgressBar } from './terminal/progress-line.ts';

const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;
const SITE = fileURLToPath(new URL('../site', import.meta.url));

/** One sentence to the person at the terminal; stdout belongs to results. */
function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

async function main(command: Command): Promise<number> {
  switch (command.name) {
    case 'help':
      process.stdout.write(HELP);
      return EXIT.ok;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return EXIT.ok;
    case 'analyze':
      return analyze(command);
    case 'watch': {
      const { directory, settleMillis, marker } = command;
      const run = runOf(directory);
      const source = watchDirectory(resolve(directory), {
        settleMillis,
        ...(marker !== undefined && { marker }),
      });
      return serve(run, source, command);
    }
    case 'demo':
      return demo(command);
  }
}

async function analyze(command: Command & { readonly name: 'analyze' }): Promise<number> {
  const engine = await engineOf(command);
  const bar = new ProgressBar(process.stderr);
  const run = runOf(command.directory);
  let state = initialState(run);
  const wanted = command.steps && new Set(command.steps);
  const source = watchDirectory(resolve(command.directory), { follow: false }).pipe(
    filter((event) => !wanted || isOfSteps(event, wanted)),
  );
  const deltas = pipeline({
    run,
    source,
    engine,
    settings: await settingsOf(command),
    history: new GraphHistory(HISTORY_BYTES_MAX),
    turns: { every: command.every, maxLag: command.maxLag, fillIn: false },
    note: say,
  });
  const interrupted = await new Promise<boolean>((settle, fail) => {
    const subscription = deltas.subscribe({
      next(delta) {
        state = apply(state, delta);
        const line = lineOf(delta, state);
        if (line) bar.clear();
        if (line) process.stdout.write(`${JSON.stringify(line)}\n`);
        if (delta.type === 'progress') bar.draw(delta.progress);
      },
      error: fail,
      complete: () => settle(false),
    });
    onInterrupt(() => {
      subscription.unsubscribe();
      settle(true);
    });
  }).finally(() => {
    bar.clear();
    engine.stop();
  });
  if (interrupted) return EXIT.interrupted;
  const missing =
    command.steps?.filter((step) => !state.checkpoints.some((found) => found.step === step)) ?? [];
  if (missing.length > 0) say(`no checkpoint of step ${missing.join(', ')} in ${command.directory}`);
  if (state.progress.message !== null) say(state.progress.message);
  process.stdout.write(`${JSON.stringify(endLine(state))}\n`);
  const allWell =
    missing.length === 0 && state.checkpoints.every((checkpoint) => checkpoint.status === 'done');
  return allWell && state.progress.message === null ? EXIT.ok : EXIT.failed;
}

async function demo(command: Command & { readonly name: 'demo' }): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-demo-'));
  const training = startDemo({ directory, seed: command.seed, say });
  const run: RunInfo = {
    id: 'demo',
    name: `Demo: a small model learns to copy (seed ${command.seed})`,
    source: directory,
    analysis: null,
  };
  try {
    return await serve(run, watchDirectory(directory), command);
  } finally {
    training.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Serves a run until the process is told to stop. */
async function serve(
  run: RunInfo,
  source: Observable<SourceEvent>,
  words: EngineWords & ServeWords,
): Promise<number> {
  if (!existsSync(join(SITE, 'index.html')))
    throw new UsageError(`expected the built dashboard in ${SITE}, found none; npm run build makes it`);
  const settings = await settingsOf(words);
  const engine = await engineOf(words);
  engine.warmUp();
  const history = new GraphHistory(HISTORY_BYTES_MAX);
  const turns = { every: words.every, maxLag: words.maxLag, fillIn: true };
  const stream = new RunStream(run);
  const gateway = await openGateway({
    host: words.host,
    port: words.port,
    site: SITE,
    runs: [stream],
    serverVersion: `phasewatch/${version()}`,
    graph: (id, checkpoint) => (id === run.id ? history.get(checkpoint) : null),
  }).catch((error: NodeJS.ErrnoException) => {
    engine.stop();
    if (error.code !== 'EADDRINUSE') throw error;
    throw new UsageError(
      `port ${words.port} is taken, perhaps by another phasewatch; try --port ${words.port + 1}`,
    );
  });
  if (!isLoopback(words.host))
    say(`Everybody who reaches ${words.host} can look on: there is no password. Prefer an ssh tunnel.`);
  process.stdout.write(
    `Phasewatch: http://${isLoopback(words.host) ? 'localhost' : words.host}:${gateway.port}/\n`,
  );

  const failed = await new Promise<unknown>((settle) => {
    const subscription = pipeline({ run, source, engine, settings, history, turns, note: say }).subscribe({
      next: (delta) => stream.publish(delta),
      error: settle,
    });
    onInterrupt(() => {
      subscription.unsubscribe();
      settle(null);
    });
  });
  engine.stop();
  await gateway.close();
  if (failed) throw failed;
  return EXIT.ok;
}

function isOfSteps(event: SourceEvent, steps: ReadonlySet<number>): boolean {
  if (event.type === 'ready') return steps.has(event.checkpoint.step);
  if (event.type === 'failed') return steps.has(event.step);
  return true;
}

function runOf(directory: string): RunInfo {
  const path = resolve(directory);
  return { id: basename(path), name: basename(path), source: path, analysis: null };
}

/** @throws UsageError where the device cannot be used */
async function engineOf({ threads, device }: EngineWords): Promise<EngineProcess> {
  const engine = new EngineProcess({ threads, device });
  if (device === 'cpu') return engine;
  const problem = await engine.problem();
  if (problem === null) return engine;
  engine.stop();
  throw new UsageError(`--device: ${problem}`);
}

async function settingsOf(words: EngineWords): Promise<Settings> {
  const { ablation, measure, effects, effectPositions } = words;
  const memoryBytesMax = words.memoryMib * MIB;
  return {
    probe: await probeOptions(words.probe),
    ablation,
    measure,
    effects,
    effectPositions,
    memoryBytesMax,
  };
}

async function probeOptions(words: ProbeWords): Promise<ProbeOptions> {
  if (words.kind === 'induction') return words;
  try {
    return words.kind === 'text'
      ? { kind: 'text', texts: await readTextFile(words.file) }
      : { kind: 'tokens', tokens: await readTokensFile(words.file) };
  } catch (error) {
    throw new UsageError(`--${words.kind}: ${error instanceof Error ? error.message : error}`);
  }
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

function onInterrupt(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}

try {
  process.exitCode = await main(commandFrom(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  say(`phasewatch: ${error.message}`);
  say('phasewatch --help lists commands and options.');
  process.exitCode = EXIT.usage;
}
