/**
 * The step that the name of a checkpoint directory gives.
 *
 * Rule, upper and lower case alike, first match wins:
 * 1. the number after the word `step` or `steps`, which may end a longer word (`global_step500`, `timestep7`);
 * 2. the number after the word `checkpoint`, `ckpt`, `iteration` or `iter` (`ckpt_003`);
 * 3. a name that is nothing but digits.
 * Between word and number there may be one of `- _ = .` or a space; leading zeros do not count.
 *
 * No step: hidden names, names of unfinished directories, numbers with a magnitude (`step10k`: the rule does
 * not guess) and numbers above 2^53 − 1. The names are those that trainers and hubs write in the wild.
 */

const RULES = [
  /steps?[-_=. ]?(\d+)(?![\d]|[kmb](?![a-z]))/i,
  /(?<![a-z])(?:checkpoint|ckpt|iteration|iter)[-_=. ]?(\d+)(?![\d]|[kmb](?![a-z]))/i,
  /^(\d+)$/,
];

/** How writers mark what they will rename when it is whole: `x.tmp`, `tmp-checkpoint-500`, `5.orbax-checkpoint-tmp-17`. */
const UNFINISHED = /\.(?:tmp|partial|incomplete)$|(?<![a-z])tmp(?![a-z])/i;

/** Whether a name says that it is nobody else's business: hidden, or not finished yet. */
export function isPrivateName(name: string): boolean {
  return name.startsWith('.') || UNFINISHED.test(name);
}

export function stepFromName(name: string): number | null {
  if (isPrivateName(name)) return null;
  for (const rule of RULES) {
    const digits = rule.exec(name)?.[1];
    if (digits === undefined) continue;
    const step = Number(digits);
    return Number.isSafeInteger(step) ? step : null;
  }
  return null;
}
