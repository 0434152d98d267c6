/**
 * Text prompts → token ids, by the checkpoint's own tokenizer, with the special tokens that it puts around a text.
 *
 * Hugging Face `tokenizers` format: tokenizer.json, and tokenizer_config.json where there is one.
 */
import { Tokenizer } from '@huggingface/tokenizers';
import { CheckpointFailure } from '../base/failure.ts';
import type { TokenizerFiles } from '../source/tokenizer-files.ts';
import type { TextTokens } from './probe.ts';

/** @throws CheckpointFailure bad-probe */
export function textTokens(texts: readonly string[], files: TokenizerFiles | null): TextTokens {
  if (!files)
    throw new CheckpointFailure(
      'bad-probe',
      'expected tokenizer.json beside the checkpoint or in the watched directory, to turn text into tokens; found none. Copy it there, or use the induction probe, which needs none (leave --text out)',
    );
  const tokenizer = tokenizerOf(files);
  return {
    kind: 'text',
    tokens: texts.map((text, index) => {
      const { ids } = tokenizer.encode(text);
      if (ids.length === 0)
        throw new CheckpointFailure('bad-probe', `prompt ${index + 1} of the text probe has no tokens`);
      return ids;
    }),
  };
}

function tokenizerOf({ tokenizer, config }: TokenizerFiles): Tokenizer {
  try {
    return new Tokenizer(tokenizer, config);
  } catch (error) {
    throw new CheckpointFailure(
      'bad-probe',
      `tokenizer.json: expected a tokenizer of the Hugging Face format; ${error instanceof Error ? error.message : error}`,
    );
  }
}
