/** How many of the possible edges are drawn, and how weak the weakest of them is. */
import { weightText } from './number.ts';
import type { Picture } from './picture.ts';

export function edgesShownText(picture: Picture, possible: number, here: number): string {
  const { drawn, weakest } = picture;
  const of =
    here < possible
      ? `${grouped(here)} edges so far (of ${grouped(possible)} possible)`
      : `${grouped(possible)} possible edges`;
  const isChange = drawn.some(({ fate }) => fate !== null);
  const floor =
    weakest === null
      ? ''
      : `, ${isChange ? 'changed by' : 'all'} ≥ ${weightText(Math.max(0, Math.floor(weakest * 100) / 100))}`;
  return `showing ${grouped(drawn.length)} of ${of}${floor}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}
