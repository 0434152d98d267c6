/**
 * The known word that somebody may have meant by one that is not known, by the optimal string alignment distance:
 * letters put in, left out, replaced, or swapped with their neighbour, each of them one. It has to be at most a third
 * of the word's length: `prot` is close to `port`, and nothing is close to `x`. Limit: words of up to 64 letters.
 */
const LETTERS_MAX = 64;

/** Null where none is close. Of several equally close ones the first. */
export function nearestWord(word: string, known: Iterable<string>): string | null {
  if (word.length > LETTERS_MAX) return null;
  let nearest: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = distanceOf(word.toLowerCase(), candidate.toLowerCase());
    if (distance >= least || distance >= candidate.length) continue;
    nearest = candidate;
    least = distance;
  }
  return nearest;
}

/** A question to end a sentence with; empty where no known word is close. */
export function didYouMean(word: string, known: Iterable<string>, prefix = ''): string {
  const nearest = nearestWord(word, known);
  return nearest === null ? '' : `; did you mean ${prefix}${nearest}?`;
}

function distanceOf(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, last[j] + 1, row[j - 1] + 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
