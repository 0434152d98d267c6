/**
 * Text in pieces large enough to be written at once: a line a piece would be twelve million pieces for the edges of 154
 * checkpoints of Pythia-410M. A piece ends with the part that fills it, so none is longer than this and one part.
 */
export const PIECE_CHARACTERS = 65_536;

export function* inPieces(parts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
