import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Scan, type Sight, scanDirectory } from '../../server/source/scan.ts';
import { age, putFiles, temporaryDirectory } from './made-files.ts';

type PresentScan = Extract<Scan, { type: 'present' }>;

async function scanned(directory: string, marker: string | null = null): Promise<PresentScan> {
  const scan = await scanDirectory(directory, marker, () => false);
  if (scan.type === 'missing') throw new Error(scan.message);
  return scan;
}

async function onlySight(directory: string, marker: string | null = null): Promise<Sight> {
  const { sights } = await scanned(directory, marker);
  expect(sights).toHaveLength(1);
  return sights[0];
}

/** A run with one candidate that has three files. */
function runWithOne(): { readonly run: string; readonly candidate: string } {
  const run = temporaryDirectory();
  const candidate = join(run, 'step7');
  putFiles(candidate, { 'config.json': {}, 'model.safetensors': 'weights', 'optimizer.pt': 'moments' });
  return { run, candidate };
}

describe('candidates', () => {
  test('are the directories whose name gives a step', async () => {
    const run = temporaryDirectory();
    putFiles(run, {
      'step10/x': '',
      'checkpoint-10/x': '',
      '.step11/x': '',
      'step12.tmp/x': '',
      'step13.json': '',
    });
    const { sights, ignored } = await scanned(run);
    expect(sights.map(({ checkpoint: { id, step } }) => [id, step]).sort()).toEqual([
      ['checkpoint-10', 10],
      ['step10', 10],
    ]);
    expect(ignored).toEqual([]);
  });

  test('that rest are named and not looked at', async () => {
    const run = temporaryDirectory();
    putFiles(run, { 'step1/x': '', 'step2/x': '' });
    const scan = await scanDirectory(run, null, (name) => name === 'step1');
    expect(scan).toMatchObject({ rested: ['step1'], sights: [{ checkpoint: { id: 'step2' } }] });
  });

  test('have their own configuration, or that of the watched directory, or none', async () => {
    const run = temporaryDirectory();
    putFiles(run, { 'step1/config.json': {}, 'step2/x': '' });
    const configs = async () =>
      Object.fromEntries(
        (await scanned(run)).sights.map(({ checkpoint }) => [checkpoint.id, checkpoint.configFile]),
      );
    const own = { step1: join(run, 'step1/config.json'), step2: join(run, 'step2/config.json') };
    expect(await configs()).toEqual(own);
    putFiles(run, { 'config.json': {} });
    expect(await configs()).toEqual({ ...own, step2: join(run, 'config.json') });
  });

  test('show whether the marker is there', async () => {
    const { run, candidate } = runWithOne();
    expect((await onlySight(run, 'DONE')).marked).toBe(false);
    putFiles(candidate, { DONE: '' });
    expect((await onlySight(run, 'DONE')).marked).toBe(true);
    expect((await onlySight(run)).marked).toBe(false);
  });

  test('are as old as the newest of their files', async () => {
    const { run, candidate } = runWithOne();
    age(candidate);
    expect((await onlySight(run)).ageMillis).toBeGreaterThanOrEqual(3_600_000);
    utimesSync(join(candidate, 'model.safetensors'), new Date(), new Date());
    expect((await onlySight(run)).ageMillis).toBeLessThan(60_000);
  });
});

describe('files of torch.save', () => {
  const checkpointsOf = (scan: PresentScan) =>
    scan.sights.map(({ checkpoint }) => checkpoint).sort((a, b) => a.step - b.step);

  test('are candidates where their name gives a step, with the configuration beside them', async () => {
    const run = temporaryDirectory();
    putFiles(run, {
      'step_1.pt': '',
      '2.pth': '',
      'epoch=0-step=3.ckpt': '',
      'step4.bin': '',
      'optimizer-step5.pt': '',
      'step6_optim.pt': '',
      'step7.pt.tmp': '',
    });
    const scan = await scanned(run);
    expect(checkpointsOf(scan)).toEqual(
      ['step_1.pt', '2.pth', 'epoch=0-step=3.ckpt'].map((id, index) => ({
        id,
        step: index + 1,
        directory: run,
        file: id,
        configFile: join(run, 'config.json'),
        content: null,
      })),
    );
    expect(scan.ignored).toEqual([]);
  });

  test('without a step are ignored with a sentence', async () => {
    const run = temporaryDirectory();
    putFiles(run, { 'ckpt.pt': '', 'optimizer.pt': '', 'weights.bin': '' });
    expect((await scanned(run)).ignored).toEqual([
      { name: 'ckpt.pt', message: 'ckpt.pt: expected a name that gives a step, such as step_500.pt' },
    ]);
  });

  test('have another signature when they or the configuration change, and a marker of their own name', async () => {
    const run = temporaryDirectory();
    putFiles(run, { 'step1.pt': 'weights' });
    const signatures = new Set<string>();
    for (const files of [{}, { 'step1.pt': 'more weights' }, { 'config.json': {} }, { other: '' }]) {
      putFiles(run, files);
      const { signature, modelSignature } = await onlySight(run);
      expect(modelSignature).toBe(signature);
      signatures.add(signature);
    }
    expect(signatures.size).toBe(3);
    putFiles(run, { DONE: '' });
    expect((await onlySight(run, 'DONE')).marked).toBe(false);
    putFiles(run, { 'step1.pt.DONE': '' });
    expect((await onlySight(run, 'DONE')).marked).toBe(true);
  });

  test('may be links to inside the watched directory', async () => {
    const parent = temporaryDirectory();
    putFiles(parent, { 'run/store/x': 'weights', outside: 'weights' });
    const run = join(parent, 'run');
    symlinkSync('store/x', join(run, 'step1.pt'));
    symlinkSync('../outside', join(run, 'step2.pt'));
    symlinkSync('nowhere', join(run, 'step3.pt'));
    symlinkSync('nowhere', join(run, 'last.ckpt'));
    const { sights, ignored } = await scanned(run);
    expect(sights.map(({ checkpoint }) => checkpoint.id)).toEqual(['step1.pt']);
    expect(ignored.map(({ message }) => message).sort()).toEqual([
      'step2.pt: expected a link to inside the watched directory, it leads out of it',
      'step3.pt: expected a link to a checkpoint, it leads nowhere',
      'store: expected a name that gives a step, such as checkpoint-500',
    ]);
  });
});

describe('the signature of a candidate', () => {
  test('stays while nothing changes', async () => {
    const { run } = runWithOne();
    expect((await onlySight(run)).signature).toBe((await onlySight(run)).signature);
  });

  const changes: readonly [what: string, isModel: boolean, change: (candidate: string) => void][] = [
    ['a model file of another size', true, (at) => putFiles(at, { 'model.safetensors': 'more weights' })],
    ['a model file of another time', true, (at) => age(join(at, 'model.safetensors'))],
    ['another configuration', true, (at) => putFiles(at, { 'config.json': { layers: 3 } })],
    ['a new shard', true, (at) => putFiles(at, { 'model-00002-of-00002.safetensors': '' })],
    ['a new name', true, (at) => renameSync(join(at, 'model.safetensors'), join(at, 'weights.safetensors'))],
    ['a missing configuration', true, (at) => rmSync(join(at, 'config.json'))],
    ['another optimizer state', false, (at) => putFiles(at, { 'optimizer.pt': 'other moments' })],
    ['a log beside the model', false, (at) => putFiles(at, { 'eval.json': {} })],
  ];

  test.each(changes)('changes with %s (of the model: %s)', async (_, isModel, change) => {
    const { run, candidate } = runWithOne();
    const before = await onlySight(run);
    change(candidate);
    const after = await onlySight(run);
    expect(after.signature).not.toBe(before.signature);
    expect(after.modelSignature !== before.modelSignature).toBe(isModel);
  });

  test('changes when a file is replaced by one of the same size and time', async () => {
    const { run, candidate } = runWithOne();
    const file = join(candidate, 'model.safetensors');
    age(file);
    const before = await onlySight(run);
    putFiles(candidate, { new: 'WEIGHTS' });
    renameSync(join(candidate, 'new'), file);
    age(file);
    expect((await onlySight(run)).modelSignature).not.toBe(before.modelSignature);
  });

  test('does not change with permissions', async () => {
    const { run, candidate } = runWithOne();
    const before = await onlySight(run);
    chmodSync(join(candidate, 'model.safetensors'), 0o400);
    const { signature, modelSignature } = before;
    expect(await onlySight(run)).toMatchObject({ signature, modelSignature });
  });
});

describe('links', () => {
  test('to a directory inside the watched one are followed', async () => {
    const run = temporaryDirectory();
    putFiles(run, { 'store/x/model.safetensors': 'weights' });
    symlinkSync(join(run, 'store/x'), join(run, 'step5'));
    const { sights } = await scanned(run);
    expect(sights.map(({ checkpoint }) => checkpoint)).toEqual([
      {
        id: 'step5',
        step: 5,
        directory: join(run, 'step5'),
        configFile: join(run, 'step5/config.json'),
        content: null,
      },
    ]);
  });

  test('are judged by where the watched directory really is', async () => {
    const parent = temporaryDirectory();
    putFiles(parent, { 'real/store/x/model.safetensors': 'weights' });
    symlinkSync('real', join(parent, 'run'));
    symlinkSync('store/x', join(parent, 'real/step5'));
    expect((await scanned(join(parent, 'run'))).sights).toHaveLength(1);
  });

  test('that lead out, to the watched directory itself or nowhere are ignored with a sentence', async () => {
    const parent = temporaryDirectory();
    const run = join(parent, 'run');
    mkdirSync(run);
    putFiles(parent, { 'run-2/model.safetensors': '' });
    symlinkSync('../run-2', join(run, 'step1'));
    symlinkSync('.', join(run, 'step2'));
    symlinkSync('nowhere', join(run, 'step3'));
    symlinkSync('step4', join(run, 'step4'));
    const { sights, ignored } = await scanned(run);
    expect(sights).toEqual([]);
    expect(ignored.map(({ message }) => message).sort()).toEqual([
      'step1: expected a link to inside the watched directory, it leads out of it',
      'step2: expected a link to inside the watched directory, it leads out of it',
      'step3: expected a link to a checkpoint, it leads nowhere',
      'step4: expected a link to a checkpoint, it leads nowhere',
    ]);
  });
});

describe('what is ignored', () => {
  test('is told for directories without a step, and only for them', async () => {
    const run = temporaryDirectory();
    putFiles(run, { 'runs/x': '', '.cache/x': '', 'log.txt': '', 'all.json': {}, 'x.tmp/x': '' });
    symlinkSync('log.txt', join(run, 'latest.txt'));
    expect((await scanned(run)).ignored).toEqual([
      { name: 'runs', message: 'runs: expected a name that gives a step, such as checkpoint-500' },
    ]);
  });

  test('is told where somebody watches a checkpoint instead of the directory above', async () => {
    const { candidate } = runWithOne();
    expect((await scanned(candidate)).ignored).toEqual([
      {
        name: 'model.safetensors',
        message:
          'model.safetensors is here: this directory is a checkpoint itself, to be watched is the one above it',
      },
    ]);
  });
});

test('a directory that is not there, and a file in its place, are missing', async () => {
  const run = temporaryDirectory();
  putFiles(run, { file: '' });
  for (const path of [join(run, 'none'), join(run, 'file')])
    expect(await scanDirectory(path, null, () => false)).toEqual({
      type: 'missing',
      message: `${path}: there is no such directory`,
    });
});
