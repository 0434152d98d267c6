import { describe, expect, it } from 'vitest';
import { choiceFrom, choiceText } from '../../client/view/metric-choice.ts';

const chosen = (...ids: string[]) => ({ scope: 'chosen', chosen: new Set(ids) }) as const;
const OVERVIEW = { scope: 'overview', chosen: new Set<string>() } as const;

describe('choiceFrom', () => {
  it('keeps names of a trainer’s log, which only the run knows, unless they would be taken apart', () => {
    expect([...(choiceFrom('trainer:train/loss,gini')?.chosen ?? [])]).toEqual([
      'gini',
      'trainer:train/loss',
    ]);
    expect(choiceText({ scope: 'chosen', chosen: new Set(['gini', 'trainer:a,b', 'trainer:a&b']) })).toBe(
      'gini',
    );
  });

  it('reads a list of panels in the order of the catalogue, or the name of a scope', () => {
    expect([...(choiceFrom('churn,gini')?.chosen ?? [])]).toEqual(['gini', 'churn']);
    expect(choiceFrom('all')).toEqual({ scope: 'all', chosen: new Set() });
  });

  it('drops what no panel has, and is nothing where nothing is left', () => {
    expect(choiceFrom('gini,<script>')).toEqual(chosen('gini'));
    expect([choiceFrom('nonsense'), choiceFrom(''), choiceFrom(null)]).toEqual([null, null, null]);
  });

  it('reads what it writes', () => {
    for (const choice of [chosen('gini', 'churn'), OVERVIEW])
      expect(choiceFrom(choiceText(choice))).toEqual(choice);
  });
});
