/**
 * The package as a program of others takes it: packed, put into a fresh project beside what it depends on and nothing
 * else, checked by TypeScript, and run.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { HubServer } from '../support/hub-server.ts';
import { dependencies, installPacked } from '../support/packed.ts';
import { ROOT } from '../support/root.ts';
import { stubStoreEnvironment } from '../support/s3-environment.ts';
import { S3Server } from '../support/s3-server.ts';

const run = promisify(execFile);
const project = mkdtempSync(join(tmpdir(), 'phasewatch-library-'));
const training = join(project, 'training');
const write = (file: string, text: string) => writeFileSync(join(project, file), text);

const PROGRAM = `
import { from, lastValueFrom, scan, tap, toArray } from 'rxjs';
import {
  analyze, apply, CheckpointFailure, defineConfig, initialState, UsageError, watchDirectory,
  type AnalyzeOptions, type RunState, type Source, type SourceEvent, type Update,
} from 'phasewatch';
import { GRAPH_METRICS } from 'phasewatch/protocol';

const [directory] = process.argv.slice(2);
const options: AnalyzeOptions = { ablation: 'mean', threads: 1, prompts: 2, segment: 8, steps: [0, 512] };
export const wrong = () => {
  // @ts-expect-error No such ablation.
  analyze(directory, { ablation: 'none' });
  // @ts-expect-error Milliseconds are a number.
  defineConfig({ settleMs: 'long' });
};
const types: Update['type'][] = [];
const state: RunState = await lastValueFrom(
  analyze(directory, options).pipe(
    tap((update) => types.push(update.type)),
    scan(apply, initialState({ id: 'a', name: 'a', source: directory, analysis: null })),
  ),
);

// The same from events, and from a source that is told what is through.
const events: SourceEvent[] = await lastValueFrom(watchDirectory(directory, { follow: false }).pipe(toArray()));
const strengths = (all: readonly Update[]) =>
  all.flatMap((update) => (update.type === 'metrics' ? (update.metrics.total_strength ?? []) : []));
const ofEvents = strengths(await lastValueFrom(analyze(from(events), options).pipe(toArray())));
const through: string[] = [];
const source: Source = (taker) => {
  taker.through.subscribe((name) => through.push(name));
  return from(events);
};
await lastValueFrom(analyze(source, options));

const said = (value: AnalyzeOptions) =>
  lastValueFrom(analyze(directory, value)).then(String, (error: unknown) => String(error));
const loose: object = { ablatoin: 'mean', treads: 'x', note: undefined };
console.log(JSON.stringify({
  done: state.checkpoints.map(({ id, status, metrics }) => ({ id, status, metrics })),
  types: [...new Set(types)].sort(),
  ofEvents,
  through: [...new Set(through)].sort(),
  knownMetrics: GRAPH_METRICS.length,
  problems: await Promise.all([
    said(loose), said({ threads: 0 }), said({ text: 'absent.txt' }), said({ device: 'abacus' }),
    said({ tokens: 'x', probe: { kind: 'tokens', tokens: [[1, 2]] } }),
  ]),
  classes: [new UsageError('') instanceof Error, new CheckpointFailure('corrupt', '').code],
}));
`;

/** Follows a directory, says when the first checkpoint is done, and unsubscribes when it is told to. */
const FOLLOWER = `
import { analyze } from 'phasewatch';
const subscription = analyze(process.argv[2], { follow: true, prompts: 1, segment: 4 }).subscribe((update) => {
  if (update.type === 'checkpoint-done') process.send(update.checkpoint);
});
process.once('message', () => {
  subscription.unsubscribe();
  process.disconnect();
});
`;

/** What addresses give: the steps that are ready, and the strengths that come of them. */
const ADDRESSES = `
import { lastValueFrom, toArray } from 'rxjs';
import { analyze, watchBucket, watchHub } from 'phasewatch';
const [endpoint, data] = process.argv.slice(2);
const once = { follow: false, data };
const steps = async (events) =>
  (await lastValueFrom(events.pipe(toArray()))).flatMap((event) => (event.type === 'ready' ? [event.checkpoint.step] : []));
const options = { data, threads: 1, prompts: 2, segment: 8, steps: '512' };
const strengths = async (place, more) =>
  (await lastValueFrom(analyze(place, { ...options, ...more }).pipe(toArray()))).flatMap((update) =>
    update.type === 'metrics' ? (update.metrics.total_strength ?? []) : [],
  );
const said = (events) => lastValueFrom(events).then(String, String);
console.log(JSON.stringify({
  hub: await steps(watchHub('hf://someone/model', once)),
  bucket: await steps(watchBucket('s3://runs/exp', { ...once, endpoint, marker: 'DONE' })),
  strengths: [
    await strengths('hf://someone/model'),
    await strengths('s3://runs/exp', { endpoint }),
  ],
  problems: await Promise.all([
    said(watchHub('runs/a')),
    said(watchHub('hf:///')),
    said(watchBucket('hf://a/b')),
    said(watchBucket('s3://runs/exp', { settleMillis: 3 })),
    said(analyze('runs/a', { steps: 'x' })),
  ]),
}));
`;

beforeAll(async () => {
  await installPacked(project);
  for (const name of ['checkpoint-0', 'checkpoint-512'])
    cpSync(join(SAMPLE_RUN, name), join(training, name), { recursive: true });
  write('package.json', JSON.stringify({ type: 'module', private: true }));
  write('program.ts', PROGRAM);
  write('follower.js', FOLLOWER);
  write('addresses.js', ADDRESSES);
  write('node.d.ts', 'declare const process: { readonly argv: string[] };');
  write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        target: 'ES2023',
        lib: ['ES2023', 'DOM'],
        module: 'NodeNext',
        strict: true,
        skipLibCheck: false,
        outDir: 'built',
        types: [],
      },
      files: ['program.ts', 'node.d.ts'],
    }),
  );
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the library', () => {
  it('has types that hold in a strict project without types of Node, and gives the numbers of the command', async () => {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    const checked = await run(tsc, ['-p', project]).catch((error: { stdout: string }) => error);
    expect(checked.stdout).toBe('');

    const { stdout, stderr } = await run(process.execPath, ['built/program.js', training], { cwd: project });
    expect(stderr).toBe('');
    const result = JSON.parse(stdout);
    const words = [
      '--ablation',
      'mean',
      '--threads',
      '1',
      '--prompts',
      '2',
      '--segment',
      '8',
      '--steps',
      '0,512',
    ];
    const command = (await phasewatch('analyze', training, ...words)).lines();
    const lines = command.filter(({ type }) => type === 'checkpoint');
    expect(lines.length).toBe(2);
    expect(result.done).toEqual(lines.map(({ id, metrics }) => ({ id, status: 'done', metrics })));
    expect(result.ofEvents).toEqual(lines.map(({ metrics }) => metrics.total_strength));
    expect(result.through).toEqual(['checkpoint-0', 'checkpoint-512']);
    expect(result.types).toEqual(expect.arrayContaining(['checkpoint-started', 'edges', 'checkpoint-done']));
    expect(result.problems).toEqual([
      'UsageError: "ablatoin" is no option; did you mean ablation?\n"treads" is no option; did you mean threads?',
      'UsageError: threads: expected a whole number of at least 1, got "0"',
      expect.stringMatching(/^UsageError: text: .*absent\.txt/),
      expect.stringMatching(/^UsageError: device: expected one of the devices cpu,/),
      'UsageError: tokens cannot stand beside probe: they are different probes',
    ]);
    expect(result.classes).toEqual([true, 'corrupt']);
  }, 120_000);

  it('takes addresses where it takes directories', async () => {
    const hub = await HubServer.start();
    const store = await S3Server.start();
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await Promise.all([hub.down(), store.down()]);
    });
    for (const name of readdirSync(training)) {
      const files = readdirSync(join(training, name)).map((file) => [
        file,
        readFileSync(join(training, name, file)),
      ]);
      hub.push(name, Object.fromEntries(files));
      for (const [file, bytes] of files) store.put(`exp/${name}/${file}`, bytes);
      store.put(`exp/${name}/DONE`, '');
    }
    // More than are fetched ahead of somebody who holds on to them.
    const model = readFileSync(join(training, 'checkpoint-0/model.safetensors'));
    const config = readFileSync(join(training, 'checkpoint-0/config.json'));
    for (const step of [600, 700, 800])
      hub.push(`step${step}`, { 'config.json': config, 'model.safetensors': model });
    stubStoreEnvironment();
    vi.stubEnv('HF_ENDPOINT', hub.url);
    vi.stubEnv('HF_TOKEN', undefined);
    const { stdout, stderr } = await run(
      process.execPath,
      ['addresses.js', store.url, join(project, 'data')],
      { cwd: project },
    );
    expect(stderr).toBe('');
    const { problems, ...result } = JSON.parse(stdout);
    const words = ['--threads', '1', '--prompts', '2', '--segment', '8', '--steps', '512'];
    const lines = (await phasewatch('analyze', training, ...words)).lines();
    const strengths = lines.flatMap(({ type, metrics }) =>
      type === 'checkpoint' ? [metrics.total_strength] : [],
    );
    expect(result).toEqual({
      hub: [0, 512, 600, 700, 800],
      bucket: [0, 512],
      strengths: [strengths, strengths],
    });
    expect(strengths).toHaveLength(1);
    expect(problems).toEqual([
      'UsageError: expected an address such as hf://owner/name, got "runs/a"',
      expect.stringMatching(/^UsageError: expected an address such as hf:.*, got "hf:\/\/\/"$/),
      'UsageError: expected an address such as s3://bucket/prefix, got "hf://a/b"',
      'UsageError: "settleMillis" is no option; did you mean settleMs?',
      'UsageError: steps: expected steps such as 0,512 or 0:143000:1000, got "x"',
    ]);
    // What the hub and the store gave once is not asked for again.
    const fetched = hub.fetched.filter((path) => path.includes('512'));
    expect(fetched).toHaveLength(new Set(fetched).size);
  }, 60_000);

  it('ends its engine with the subscription: a program that unsubscribes ends', async () => {
    const child = fork(join(project, 'follower.js'), [training], { stdio: 'inherit' });
    const [checkpoint] = await once(child, 'message');
    expect(checkpoint).toBe('checkpoint-0');
    const exited = once(child, 'exit');
    child.send('stop');
    expect(await exited).toEqual([0, null]);
  });

  it('imports nothing that is not among its dependencies', () => {
    const own = join(project, 'node_modules/phasewatch/dist');
    const names = new Set<string>();
    for (const name of readdirSync(own, { recursive: true, encoding: 'utf8' }))
      if (/^(server|protocol)\/.*\.js$/.test(name))
        for (const [, named, lazy] of readFileSync(join(own, name), 'utf8').matchAll(
          /^(?:import|export)\s+(?:[\w*{}\s,]+\sfrom\s+)?'([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm,
        ))
          names.add(named ?? lazy);
    const known = new Set([...dependencies(), ...builtinModules.map((name) => `node:${name}`)]);
    const packages = [...names].map((name) => name.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? name);
    expect(packages.filter((name) => !known.has(name))).toEqual([]);
    expect(packages).toContain('rxjs');
  });
});
