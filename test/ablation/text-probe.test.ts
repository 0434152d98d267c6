/** Text through a checkpoint's own tokenizer, and prompts of different lengths. */
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Runtime } from '../../server/ablation/runtime.ts';
import { textTokens } from '../../server/ablation/text-probe.ts';
import { readTokenizer } from '../../server/source/tokenizer-files.ts';
import { sampleCheckpoint } from '../support/checkpoints.ts';
import { swept } from '../support/sweeping.ts';

const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());

/** A byte-level BPE tokenizer of 34 tokens that begins every text with <s>. */
const LETTERS = ['<s>', '<unk>', 'Ġ', ...'abcdefghijklmnopqrstuvwxyz', 'th', 'the', 'Ġthe', 'in', 'ing'];
const TOKENIZER = {
  version: '1.0',
  added_tokens: [
    {
      id: 0,
      content: '<s>',
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } },
  },
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    vocab: Object.fromEntries(LETTERS.map((token, id) => [token, id])),
    merges: [
      ['t', 'h'],
      ['th', 'e'],
      ['Ġ', 'the'],
      ['i', 'n'],
      ['in', 'g'],
    ],
  },
};

const directory = mkdtempSync(join(tmpdir(), 'phasewatch-text-'));
const checkpoint = { ...sampleCheckpoint(512), directory: join(directory, 'checkpoint-512') };
cpSync(sampleCheckpoint(512).directory, checkpoint.directory, { recursive: true });

describe('a text probe', () => {
  it('says what to do where the checkpoint has no tokenizer', async () => {
    const files = await readTokenizer(checkpoint);
    expect(files).toBeNull();
    expect(() => textTokens(['a'], files)).toThrow(/expected tokenizer\.json .* or use the induction probe/);
  });

  it.each([
    ['beside the checkpoint', checkpoint.directory],
    ['in the watched directory', directory],
  ])('is tokenised by tokenizer.json %s, special tokens as the model expects', async (_, where) => {
    writeFileSync(join(where, 'tokenizer.json'), JSON.stringify(TOKENIZER));
    const { tokens } = textTokens(['the cat', 'thinking'], await readTokenizer(checkpoint));
    // By hand: <s> the Ġ c a t; <s> th in k ing
    expect(tokens).toEqual([
      [0, 30, 2, 5, 3, 22],
      [0, 29, 32, 13, 33],
    ]);
  });

  it('refuses a file that is no tokenizer', () => {
    expect(() => textTokens(['a'], { tokenizer: { model: { type: 'none' } }, config: {} })).toThrow(
      'expected a tokenizer of the Hugging Face format',
    );
  });
});

describe('prompts of different lengths', () => {
  const long = Array.from({ length: 40 }, (_, at) => 1 + ((7 * at) % 60));
  const short = Array.from({ length: 9 }, (_, at) => 3 + ((11 * at) % 50));
  const sweepOf = (...tokens: number[][]) =>
    swept(runtime, sampleCheckpoint(4000), { kind: 'tokens', tokens }, { effectPositions: 48 });

  it('have the weights, losses and effects that each has by itself', async () => {
    const [both, first, second] = [await sweepOf(long, short), await sweepOf(long), await sweepOf(short)];
    first.perPrompt.forEach((weight, edge) => {
      expect(both.perPrompt[2 * edge]).toBeCloseTo(weight, 5);
      expect(both.perPrompt[2 * edge + 1]).toBeCloseTo(second.perPrompt[edge], 5);
    });
    // Means over positions: 40 of the long prompt and 9 of the short one.
    const kl = (run: typeof both) => run.effects?.kl_nats ?? expect.fail();
    kl(both).forEach((value, node) => {
      expect(value).toBeCloseTo((40 * kl(first)[node] + 9 * kl(second)[node]) / 49, 4);
    });
    const loss = (run: typeof both) => run.task.loss_first_half ?? expect.fail();
    expect(loss(both)).toBeCloseTo((19 * loss(first) + 3 * loss(second)) / 22, 5);
  });

  it.each(['zero', 'mean'] as const)(
    'have results that do not depend on what pads them: %s',
    async (ablation) => {
      const probe = { kind: 'tokens', tokens: [long, short] } as const;
      const sweepPadded = (id: number) =>
        swept(runtime, sampleCheckpoint(4000), probe, { ablation, effectPositions: 48 }, (tokens) => ({
          ...tokens,
          ids: tokens.ids.map((token, place) => (place >= 40 + short.length ? id : token)),
        }));
      const [zeros, others] = [await sweepPadded(0), await sweepPadded(17)];
      expect(others.perPrompt).toEqual(zeros.perPrompt);
      expect(others.effects).toEqual(zeros.effects);
      expect(others.headScores).toEqual(zeros.headScores);
      expect(others.task).toEqual(zeros.task);
    },
  );

  it('are refused under resample ablation', async () => {
    await expect(
      swept(
        runtime,
        sampleCheckpoint(4000),
        { kind: 'tokens', tokens: [long, short] },
        { ablation: 'resample' },
      ),
    ).rejects.toThrow('needs prompts of one length; they have 40, 9 tokens');
  });
});
