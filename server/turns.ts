/**
 * Whose turn it is: checkpoints are analysed one at a time, and an analysis that is slower than the run may leave
 * some out, visibly, instead of falling behind for ever.
 *
 *   every   only each K-th checkpoint is taken as it comes; 1 takes all
 *   maxLag  when more than this many wait, all but the newest are left out
 *   fillIn  what was left out is taken, oldest first, whenever nothing else waits
 *
 *   ready     a-b-c-d-e------|        maxLag 2, an analysis takes 6 frames
 *   taken     a-----e-----b---c---d|  b, c, d are left out when d and e come, and filled in later
 */
import { Observable, type OperatorFunction, type Subscription } from 'rxjs';

export type TurnPolicy = {
  readonly every: number;
  /** Null: wait for as many as there are. */
  readonly maxLag: number | null;
  readonly fillIn: boolean;
};

type Turn = { readonly id: string };

/**
 * One inner Observable at a time.
 * @param take analyses one @param leaveOut says that one was left out for now
 */
export function inTurn<T extends Turn, R>(
  policy: TurnPolicy,
  take: (turn: T) => Observable<R>,
  leaveOut: (turn: T) => Observable<R>,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      let waiting: T[] = [];
      let leftOut: T[] = [];
      let came = 0;
      let under: Subscription | null = null;
      let over = false;

      const leave = (turns: readonly T[]) => {
        for (const turn of turns) {
          leftOut.push(turn);
          subscriber.add(leaveOut(turn).subscribe((value) => subscriber.next(value)));
        }
      };
      const next = () => {
        if (under) return;
        const turn = waiting.shift() ?? (policy.fillIn ? leftOut.shift() : undefined);
        if (!turn) {
          if (over) subscriber.complete();
          return;
        }
        let ended = false;
        const inner = take(turn).subscribe({
          next: (value) => subscriber.next(value),
          error: (error) => subscriber.error(error),
          complete: () => {
            ended = true;
            under = null;
            next();
          },
        });
        // An analysis that is over before it returns has already made room for the next.
        if (ended) return;
        under = inner;
        subscriber.add(inner);
      };

      subscriber.add(
        source.subscribe({
          next(turn) {
            // Its files changed while it waited: the newer turn counts.
            waiting = waiting.filter((other) => other.id !== turn.id);
            leftOut = leftOut.filter((other) => other.id !== turn.id);
            came += 1;
            if ((came - 1) % policy.every !== 0) leave([turn]);
            else waiting.push(turn);
            if (policy.maxLag !== null && waiting.length > policy.maxLag) {
              leave(waiting.slice(0, -1));
              waiting = waiting.slice(-1);
            }
            next();
          },
          error: (error) => subscriber.error(error),
          complete() {
            over = true;
            next();
          },
        }),
      );
    });
}
