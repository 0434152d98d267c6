/**
 * The families that the demo can train, by the `model_type` of their config.json.
 * A new family is one file like `gpt-neox.ts`, its name in `architecture.ts` and one line here.
 */
import type { Family, FamilyName } from './architecture.ts';
import { GPT_NEOX } from './gpt-neox.ts';
import { GPT2 } from './gpt2.ts';
import { LLAMA } from './llama.ts';

const BY_NAME: Readonly<Record<FamilyName, Family>> = { gpt_neox: GPT_NEOX, gpt2: GPT2, llama: LLAMA };

export function familyOf({ family }: { readonly family: FamilyName }): Family {
  return BY_NAME[family];
}
