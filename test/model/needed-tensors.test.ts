import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../server/model/family.ts';
import { neededTensors } from '../../server/model/needed-tensors.ts';
import { openCheckpoint } from '../../server/source/checkpoint-files.ts';
import { GOLDEN_CHECKPOINTS } from '../support/checkpoints.ts';

describe('the tensors that are needed', () => {
  for (const [name, ref] of Object.entries(GOLDEN_CHECKPOINTS))
    test(`are among them all that ${name} is read from`, async () => {
      const files = await openCheckpoint(ref);
      try {
        const needed = new Set(neededTensors(files.config, [...files.tensors.names()]));
        const read = new Set<string>();
        const { architecture, weights } = readModel(files.config, {
          ...files.tensors,
          read: (tensor) => {
            read.add(tensor);
            return files.tensors.read(tensor);
          },
        });
        await weights.embedding();
        await weights.readout();
        for (let layer = 0; layer < architecture.layers; layer++) await weights.block(layer);
        expect(read.size).toBeGreaterThan(10);
        expect([...read].filter((tensor) => !needed.has(tensor))).toEqual([]);
      } finally {
        await files.close();
      }
    });

  test('are not the masks and frequencies that older files hold, nor what an optimizer kept', () => {
    const { configFile } = GOLDEN_CHECKPOINTS['neox-512'];
    const config = JSON.parse(readFileSync(configFile, 'utf8'));
    const buffers = [
      'gpt_neox.layers.0.attention.bias',
      'gpt_neox.layers.0.attention.masked_bias',
      'gpt_neox.layers.0.attention.rotary_emb.inv_freq',
      'transformer.h.0.attn.attention.masked_bias',
      'h.0.attn.bias',
      'model.layers.0.self_attn.rotary_emb.inv_freq',
      'optimizer.state.0.exp_avg',
    ];
    const weights = ['h.0.attn.c_attn.bias', 'model.layers.0.self_attn.q_proj.bias', 'attention.dense.bias'];
    expect(neededTensors(config, [...buffers, ...weights])).toEqual(weights);
  });
});
