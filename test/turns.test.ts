/** Turn-taking in virtual time. */
import { delay, map, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { inTurn, type TurnPolicy } from '../server/turns.ts';

const ALL: TurnPolicy = { every: 1, maxLag: null, fillIn: true };

/** Marbles in, `taken at frame` and `left out at frame` out; an analysis takes `frames`. */
function turns(marbles: string, policy: TurnPolicy, frames: number): string[] {
  const scheduler = new TestScheduler(() => {});
  const seen: string[] = [];
  scheduler.run(({ hot }) => {
    hot(marbles)
      .pipe(
        map((id) => ({ id })),
        inTurn(
          policy,
          ({ id }) => {
            seen.push(`${scheduler.now()} ${id}`);
            return of(id).pipe(delay(frames));
          },
          ({ id }) => of(`without ${id}`),
        ),
      )
      .subscribe({
        next: (value) => value.startsWith('without') && seen.push(`${scheduler.now()} ${value}`),
        complete: () => seen.push(`${scheduler.now()} end`),
      });
  });
  return seen;
}

describe('turns', () => {
  it('are taken one at a time, in the order of arrival', () => {
    expect(turns('abc|', ALL, 5)).toEqual(['0 a', '5 b', '10 c', '15 end']);
  });

  it('go to the newest when more wait than may, and to the others when idle', () => {
    expect(turns('a-b-c-d-e---|', { ...ALL, maxLag: 2 }, 9)).toEqual([
      '0 a',
      '6 without b',
      '6 without c',
      '9 d',
      '18 e',
      '27 b',
      '36 c',
      '45 end',
    ]);
  });

  it('go to each K-th as it comes, and to the others when idle', () => {
    expect(turns('abcd|', { ...ALL, every: 3 }, 4)).toEqual([
      '0 a',
      '1 without b',
      '2 without c',
      '4 d',
      '8 b',
      '12 c',
      '16 end',
    ]);
  });

  it('leave out for good what nobody fills in', () => {
    expect(turns('abc|', { every: 2, maxLag: null, fillIn: false }, 4)).toEqual([
      '0 a',
      '1 without b',
      '4 c',
      '8 end',
    ]);
  });

  it('go once to what comes again while it waits', () => {
    expect(turns('abb|', ALL, 6)).toEqual(['0 a', '6 b', '12 end']);
  });
});
