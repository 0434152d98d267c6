/** Wrong usage, of the command as of the library: a sentence, or one a line, about what was expected and what came. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
