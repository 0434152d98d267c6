import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { probeTokens, type TokenProbe } from '../../server/ablation/probe.ts';
import { readTextFile, readTokensFile } from '../../server/ablation/probe-file.ts';
import type { Architecture } from '../../server/model/architecture.ts';
import { gptNeoxArchitecture } from '../../server/model/gpt-neox.ts';

const MODEL: Architecture = gptNeoxArchitecture({
  hidden_size: 8,
  num_attention_heads: 1,
  num_hidden_layers: 1,
  intermediate_size: 8,
  vocab_size: 6,
  max_position_embeddings: 16,
  bos_token_id: 0,
  eos_token_id: 3,
});
const INDUCTION = { kind: 'induction', prompts: 50, segment: 8, seed: 1 } as const satisfies TokenProbe;

describe('the induction probe', () => {
  it('repeats every segment once', () => {
    const { ids, positions } = probeTokens(INDUCTION, MODEL);
    expect(positions).toBe(16);
    for (let prompt = 0; prompt < 50; prompt += 1) {
      const own = [...ids.subarray(prompt * 16, (prompt + 1) * 16)];
      expect(own.slice(8)).toEqual(own.slice(0, 8));
    }
  });

  it('draws every plain token and no special one', () => {
    expect(new Set(probeTokens(INDUCTION, MODEL).ids)).toEqual(new Set([1, 2, 4, 5]));
  });

  it('is the same for the same seed and another for another', () => {
    const ids = (seed: number) => [...probeTokens({ ...INDUCTION, seed }, MODEL).ids];
    expect(ids(1)).toEqual(ids(1));
    expect(ids(2)).not.toEqual(ids(1));
  });

  it('is refused where it is longer than the model reads, with a segment that fits', () => {
    expect(() => probeTokens({ ...INDUCTION, segment: 9 }, MODEL)).toThrow(
      'the probe has 18 positions, the model at most 16; try --segment 8',
    );
  });
});

describe('resample ablation', () => {
  it('is refused with a single prompt', () => {
    expect(() => probeTokens({ ...INDUCTION, prompts: 1 }, MODEL, 'resample')).toThrow(
      'needs at least 2 prompts',
    );
  });
});

describe('given tokens', () => {
  it('are refused where the vocabulary ends before them', () => {
    expect(() => probeTokens({ kind: 'tokens', tokens: [[1, 6]] }, MODEL)).toThrow(
      'the probe holds token 6, the vocabulary ends at 5',
    );
  });

  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-probe-'));
  const file = (text: string) => {
    const path = join(directory, 'tokens.json');
    writeFileSync(path, text);
    return path;
  };

  it('are read from a JSON array of prompts', async () => {
    expect(await readTokensFile(file('[[1,2],[3,4]]'))).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it.each([
    ['no JSON', 'hello', 'expected a JSON array'],
    ['one prompt without its array', '[1,2,3]', 'at [0]'],
    ['a negative id', '[[1,-2]]', 'at [0][1]'],
    ['a prompt without tokens', '[[1],[]]', 'at [1]'],
    ['no prompts', '[]', 'expected a JSON array'],
  ])('are refused with a sentence: %s', async (_, text, sentence) => {
    await expect(readTokensFile(file(text))).rejects.toThrow(sentence);
  });
});

describe('a text file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-text-'));
  const file = (text: string) => {
    const path = join(directory, 'prompts.txt');
    writeFileSync(path, text);
    return path;
  };

  it('is one prompt a line, without the empty ones', async () => {
    expect(await readTextFile(file('one\n\r\n[two\n'))).toEqual(['one', '[two']);
  });

  it('may be a JSON array of strings, whose prompts may hold line breaks', async () => {
    expect(await readTextFile(file('["a\\nb","c"]'))).toEqual(['a\nb', 'c']);
  });

  it.each([
    ['nothing', '\n', 'expected one prompt a line'],
    ['an array of other things', '["a",3]', 'at [1]'],
  ])('is refused with %s', async (_, text, sentence) => {
    await expect(readTextFile(file(text))).rejects.toThrow(sentence);
  });
});
