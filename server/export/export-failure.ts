/** A run that cannot be exported as asked: the message says what was expected, what was found and what to do. */
export class ExportFailure extends Error {
  override readonly name = 'ExportFailure';
}
