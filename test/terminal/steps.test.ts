import { describe, expect, test } from 'vitest';
import { namedSteps, stepsFrom, wantedSteps } from '../../server/terminal/steps.ts';

const wanted = (word: string | undefined, steps: readonly number[]) =>
  steps.filter(wantedSteps(stepsFrom(word)));

describe('steps', () => {
  test('are all, single ones, or a range with both ends', () => {
    expect(wanted(undefined, [0, 7])).toEqual([0, 7]);
    expect(wanted('0,512', [0, 1, 512])).toEqual([0, 512]);
    expect(wanted('1000:3000:1000', [0, 1000, 1500, 2000, 3000, 4000])).toEqual([1000, 2000, 3000]);
    expect(wanted('10:', [9, 10, 11])).toEqual([10, 11]);
    expect(wanted(':10', [0, 10, 11])).toEqual([0, 10]);
    expect(wanted('::5,7', [0, 5, 6, 7])).toEqual([0, 5, 7]);
  });

  test('that were named one by one can be missed', () => {
    expect(namedSteps(stepsFrom('4,0:9:3,8'))).toEqual([4, 8]);
    expect(namedSteps(null)).toEqual([]);
  });

  for (const word of ['', 'x', ':', '1:2:3:4', '5:1', '0:9:0', '-1', '1,', '9007199254740993'])
    test(`are not "${word}"`, () => {
      expect(() => stepsFrom(word)).toThrow('--steps: expected steps such as 0,512 or 0:143000:1000, got');
    });
});
