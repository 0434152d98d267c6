/** How many of the possible edges are drawn, and how weak the weakest of them is. */
import { weightText, wholeText } from './number.ts';
import type { Picture } from './picture.ts';

export function edgesShownText(picture: Picture, possible: number, here: number): string {
  const { drawn, weakest } = picture;
  const of =
    here < possible
      ? `${wholeText(here)} edges so far (of ${wholeText(possible)} possible)`
      : `${wholeText(possible)} possible edges`;
  const isChange = drawn.some(({ fate }) => fate !== null);
  const least = weakest === null ? 0 : Math.max(0, Math.floor(weakest * 100) / 100);
  // That all changes are at least 0 says nothing; that all weights are, does.
  const isSaid = weakest !== null && (least > 0 || !isChange);
  const floor = isSaid ? `, ${isChange ? 'changed by' : 'all'} ≥ ${weightText(least)}` : '';
  return `showing ${wholeText(drawn.length)} of ${of}${floor}`;
}
