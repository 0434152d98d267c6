/** A source without the checkpoints whose steps are not wanted; it hears at once that nobody reads those. */
import { filter, merge, Subject } from 'rxjs';
import type { Source } from './source.ts';

export function ofSteps(source: Source, isWanted: (step: number) => boolean): Source {
  return (taker) => {
    const passedOver = new Subject<string>();
    return source({ ...taker, through: merge(taker.through, passedOver) }).pipe(
      filter((event) => {
        if (event.type === 'failed') return isWanted(event.step);
        if (event.type !== 'ready' || isWanted(event.checkpoint.step)) return true;
        passedOver.next(event.checkpoint.id);
        return false;
      }),
    );
  };
}
