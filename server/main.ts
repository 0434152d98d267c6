#!/usr/bin/env node
/**
 * The command `phasewatch`: reads the words, wires source, engine, pipeline and gateway, and ends cleanly.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { filter, from, lastValueFrom, type Observable, scan } from 'rxjs';
import { apply, initialState } from '../protocol/apply.ts';
import { possibleEdges } from '../protocol/graph.ts';
import type { RunInfo } from '../protocol/state.ts';
import { paperChoicesProblem } from './ablation/paper-nodes.ts';
import type { ProbeOptions } from './ablation/probe.ts';
import { readTextFile, readTokensFile } from './ablation/probe-file.ts';
import type { Settings } from './ablation/settings.ts';
import { HISTORY_BYTES_MAX, MIB } from './base/config.ts';
import { startDemo } from './demo/process.ts';
import { EngineProcess } from './engine-process.ts';
import { isLoopback } from './gateway/access.ts';
import { openGateway } from './gateway/gateway.ts';
import { RunStream } from './gateway/run-stream.ts';
import { GraphHistory } from './graph/history.ts';
import { evidenceOf } from './phase/evidence.ts';
import { phasesOfTable, TableError } from './phase/table.ts';
import { pipeline } from './pipeline.ts';
import type { CheckpointRef } from './source/checkpoint-files.ts';
import { type SourceEvent, watchDirectory } from './source/directory.ts';
import { stepFromName } from './source/step-name.ts';
import { diffText } from './terminal/diff-text.ts';
import { endLine, lineOf, phasesLine } from './terminal/lines.ts';
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
/** Edges and nodes that a comparison names. */
const DIFF_MAX = 10;
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
    case 'diff':
      return diff(command);
    case 'phases':
      return phases(command);
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
  for (const line of [phasesLine(state), endLine(state)]) process.stdout.write(`${JSON.stringify(line)}\n`);
  const allWell =
    missing.length === 0 && state.checkpoints.every((checkpoint) => checkpoint.status === 'done');
  return allWell && state.progress.message === null ? EXIT.ok : EXIT.failed;
}

/** Analyses two checkpoints of any directories and says what changed. */
async function diff(command: Command & { readonly name: 'diff' }): Promise<number> {
  const run = runOf(command.before);
  const history = new GraphHistory(HISTORY_BYTES_MAX);
  const settings = await settingsOf(command);
  const engine = await engineOf(command);
  const turns = { every: 1, maxLag: null, fillIn: false };
  const [before, after] = [command.before, command.after].map(checkpointAt);
  const source = from([before, after].map((checkpoint): SourceEvent => ({ type: 'ready', checkpoint })));
  const deltas = pipeline({ run, source, engine, settings, history, turns, note: say });
  const state = await lastValueFrom(deltas.pipe(scan(apply, initialState(run)))).finally(() => engine.stop());

  const done = [before, after].map(({ id }) => state.checkpoints.find((checkpoint) => checkpoint.id === id));
  for (const checkpoint of done)
    if (checkpoint?.failure) say(`${checkpoint.id}: ${checkpoint.failure.message}`);
  const [from_, to] = [before, after].map(({ id }) => history.get(id));
  const { analysis } = state.run;
  if (!analysis || !done[0] || !done[1] || !from_ || !to) return EXIT.failed;
  const evidence = evidenceOf({
    graph: { nodes: analysis.nodes, ...possibleEdges(analysis.nodes) },
    before: from_.weights,
    after: to.weights,
    rolesBefore: done[0].roles ?? {},
    rolesAfter: done[1].roles ?? {},
    limit: DIFF_MAX,
  });
  process.stdout.write(diffText({ analysis, before: done[0], after: done[1], evidence }));
  return EXIT.ok;
}

/** A checkpoint by its directory; two of the same name are told apart by their paths. */
function checkpointAt(path: string): CheckpointRef {
  const directory = resolve(path);
  const own = join(directory, 'config.json');
  const configFile = existsSync(own) ? own : join(directory, '..', 'config.json');
  return { id: path, step: stepFromName(basename(directory)) ?? 0, directory, configFile };
}

/** The phase detector over a table. */
async function phases({ file, signals }: Command & { readonly name: 'phases' }): Promise<number> {
  try {
    const lines = phasesOfTable(await readFile(file, 'utf8'), signals);
    for (const line of lines) process.stdout.write(`${JSON.stringify(line)}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof TableError) && !isSystemError(error)) throw error;
    throw new UsageError(`${file}: ${error.message}`);
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
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
  const { ablation, measure, nodes, effects, effectPositions, nullModel } = words;
  const problem = nodes === 'paper' ? paperChoicesProblem({ ablation, measure }) : null;
  if (problem !== null) throw new UsageError(`--nodes: ${problem}`);
  const memoryBytesMax = words.memoryMib * MIB;
  return {
    probe: await probeOptions(words.probe),
    ablation,
    measure,
    nodes,
    effects,
    effectPositions,
    nullModel,
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
