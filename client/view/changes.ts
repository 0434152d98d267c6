/**
 * Which phase changes are shown, and as what. One that is no longer probable was taken back if it has been said
 * before, and is a doubt if it has not: both stay in the list, neither is drawn over the charts.
 */
import { type PhaseChange, PROBABLE } from '../../protocol/phases.ts';

export type ChangeStanding = 'standing' | 'retracted' | 'doubted';

export function standingOf({ probability, revision }: PhaseChange): ChangeStanding {
  if (probability >= PROBABLE) return 'standing';
  return revision > 0 ? 'retracted' : 'doubted';
}

export function probableOf(changes: readonly PhaseChange[]): PhaseChange[] {
  return changes.filter((change) => standingOf(change) === 'standing');
}

export function newestFirst(changes: readonly PhaseChange[]): PhaseChange[] {
  return changes.toSorted((a, b) => b.interval[1] - a.interval[1] || b.reportedStep - a.reportedStep);
}

/** Those that stand now and have not been `known` before: what a person would want to be told of. */
export function newsOf(known: ReadonlySet<string>, changes: readonly PhaseChange[]): PhaseChange[] {
  return probableOf(changes).filter(({ id }) => !known.has(id));
}

/** `2 phase changes, 1 taken back`. */
export function countText(changes: readonly PhaseChange[]): string {
  const count = (standing: ChangeStanding) =>
    changes.filter((change) => standingOf(change) === standing).length;
  const standing = count('standing');
  const others = [
    [count('retracted'), 'taken back'],
    [count('doubted'), 'in doubt'],
  ] as const;
  return [
    `${standing === 0 ? 'no' : standing} phase change${standing === 1 ? '' : 's'}`,
    ...others.flatMap(([number, words]) => (number > 0 ? [`${number} ${words}`] : [])),
  ].join(', ');
}

/** How strongly a mark is drawn: 0.4 where it is as likely as not, 1 where it is certain. */
export function opacityOf({ probability }: PhaseChange): number {
  return 0.4 + 0.6 * Math.max(0, Math.min(1, (probability - PROBABLE) / (1 - PROBABLE)));
}
