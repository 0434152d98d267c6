/**
 * The step that the name of a checkpoint gives: of a directory, or of a file of torch.save without its ending.
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

/** Files that torch.save writes, by their endings. */
const TORCH = /\.(?:pt|pth|ckpt)$/i;
/** What trainers write beside the model, under a name that may give its step too. */
const BESIDE = /(?<![a-z])(?:optim|optimizer|scheduler|sched|scaler|rng|args)(?![a-z])/i;

/** Whether a file of this name may be a checkpoint of its own. */
export function isTorchName(name: string): boolean {
  return TORCH.test(name) && !BESIDE.test(name);
}

/** The step of a file of torch.save (`epoch=3-step=1000.ckpt`). */
export function stepFromTorchName(name: string): number | null {
  return isTorchName(name) ? stepFromName(name.replace(TORCH, '')) : null;
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
