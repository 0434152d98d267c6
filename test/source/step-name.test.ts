import { describe, expect, test } from 'vitest';
import { isPrivateName, stepFromName, stepFromTorchName } from '../../server/source/step-name.ts';

const NAMES: readonly [name: string, step: number | null][] = [
  // as trainers and hubs write them
  ['checkpoint-500', 500],
  ['step1000', 1000],
  ['step_1000', 1000],
  ['step-240000', 240_000],
  ['ckpt_003', 3],
  ['step-001000-2BT', 1000],
  ['stage1-step150-tokens1B', 150],
  ['step1000-tokens4B', 1000],
  ['global_step500', 500],
  ['epoch=3-step=1000.ckpt', 1000],
  ['iter_0005000', 5000],
  ['iteration 12', 12],
  ['Checkpoint-7', 7],
  ['STEP8', 8],
  ['steps_20', 20],
  ['checkpoint-0', 0],
  ['00042', 42],
  // the word step wins over the words that come later in the rule
  ['checkpoint-3-step-40', 40],
  ['checkpoint-500-steps', 500],
  ['iter-9-of-step-10', 10],
  // nothing that gives a step
  ['checkpoint-best', null],
  ['epoch-3', null],
  ['runs', null],
  ['stepping-stones', null],
  ['writer5', null],
  ['12-tokens', null],
  ['', null],
  // a magnitude is not guessed
  ['step10k', null],
  ['step-10K', null],
  ['checkpoint-2M', null],
  // the largest number that is exact, and one more
  ['step9007199254740991', 9_007_199_254_740_991],
  ['step9007199254740992', null],
  ['99999999999999999999', null],
  // hidden, or not finished
  ['.step1000', null],
  ['checkpoint-500.tmp', null],
  ['checkpoint-500.partial', null],
  ['checkpoint-500.INCOMPLETE', null],
  ['tmp-checkpoint-500', null],
  ['step_500.orbax-checkpoint-tmp-1690000000', null],
];

test.each(NAMES)('the name %j gives step %j', (name, step) => {
  expect(stepFromName(name)).toBe(step);
});

test.each<[string, number | null]>([
  ['step_1000.pt', 1000],
  ['epoch=3-step=1000.ckpt', 1000],
  ['epoch=3-step=1000-v1.ckpt', 1000],
  ['checkpoint-500.pth', 500],
  ['00042.PT', 42],
  ['ckpt_7.pt', 7],
  ['last.ckpt', null],
  ['step_1000', null],
  ['step_1000.bin', null],
  ['optimizer_step_1000.pt', null],
  ['step_1000-scheduler.pt', null],
  ['rng-step5.pth', null],
  ['optimism-step5.pt', 5],
  ['step_1000.pt.tmp', null],
])('the file of torch.save %j gives step %j', (name, step) => {
  expect(stepFromTorchName(name)).toBe(step);
});

describe('private names', () => {
  test.each(['.git', 'checkpoint-500.tmp', 'tmp-checkpoint-500'])('%j is private', (name) => {
    expect(isPrivateName(name)).toBe(true);
  });
  test.each(['checkpoint-500', 'attempt-3', 'partial-run'])('%j is not', (name) => {
    expect(isPrivateName(name)).toBe(false);
  });
});
