/** The sample run, its checkpoints written anew as torch.save writes them: the same graphs, to the last digit. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensorsFromHeader } from '../../server/source/safetensors-header.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { type Saved, type SavedTensor, torchBytes } from '../support/torch-writer.ts';

const run = mkdtempSync(join(tmpdir(), 'phasewatch-torch-'));
const CONFIG = join(SAMPLE_RUN, 'checkpoint-0/config.json');

/** The tensors of a checkpoint of the sample run, by name. */
function tensorsOf(step: number): readonly (readonly [string, SavedTensor])[] {
  const file = join(SAMPLE_RUN, `checkpoint-${step}/model.safetensors`);
  const bytes = readFileSync(file);
  const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE()));
  return Array.from(tensorsFromHeader(file, header, bytes.length), ([name, { shape, begin, end }]) => [
    name,
    { dtype: 'F32', shape, bytes: bytes.subarray(begin, end) },
  ]);
}

/** What Lightning keeps of a model, an optimizer and its own affairs. */
function lightningOf(tensors: ReturnType<typeof tensorsOf>): Saved {
  return new Map<string, Saved>([
    ['epoch', 1],
    ['state_dict', new Map(tensors.map(([name, tensor]) => [`model._orig_mod.${name}`, tensor]))],
    ['hyper_parameters', { call: 'argparse.Namespace', args: [] }],
  ]);
}

function write(): void {
  copyFileSync(CONFIG, join(run, 'config.json'));
  mkdirSync(join(run, 'checkpoint-0'));
  writeFileSync(join(run, 'checkpoint-0/pytorch_model.bin'), torchBytes(new Map(tensorsOf(0))));
  writeFileSync(join(run, 'epoch=1-step=512.ckpt'), torchBytes(lightningOf(tensorsOf(512))));
  const directory = join(run, 'checkpoint-4000');
  mkdirSync(directory);
  const weightMap: Record<string, string> = {};
  for (const half of [0, 1]) {
    const name = `pytorch_model-${half + 1}-of-2.bin`;
    const own = tensorsOf(4000).filter((_, index) => index % 2 === half);
    for (const [tensor] of own) weightMap[tensor] = name;
    writeFileSync(join(directory, name), torchBytes(new Map(own), { wide: true }));
  }
  writeFileSync(join(directory, 'pytorch_model.bin.index.json'), JSON.stringify({ weight_map: weightMap }));
}

describe('files of torch.save', () => {
  it('are analysed to the same edges, metrics and scores as safetensors', async () => {
    write();
    const graphs = async (directory: string) => {
      const { code, lines, stderr } = await phasewatch('analyze', directory);
      expect(code).toBe(0);
      const checkpoints = lines().filter((line) => line.type === 'checkpoint');
      return { stderr, checkpoints: checkpoints.map(({ id: _, millis: __, ...rest }) => rest) };
    };
    const [safe, torch] = [await graphs(SAMPLE_RUN), await graphs(run)];
    expect(torch.checkpoints).toEqual(safe.checkpoints);
    expect(torch.checkpoints).toHaveLength(3);
    expect(torch.stderr).toContain(
      'epoch=1-step=512.ckpt: beside the tensors it holds objects of argparse.Namespace, which are neither made nor read',
    );
  }, 60_000);

  it('can be compared with a directory', async () => {
    const file = join(run, 'epoch=1-step=512.ckpt');
    const other = join(SAMPLE_RUN, 'checkpoint-512');
    const { code, stdout } = await phasewatch('diff', file, other);
    expect(code).toBe(0);
    expect(stdout).toContain('512');
  });
});
