/**
 * A failure of the world: a file, a model or a value is not what it has to be. It costs the checkpoint it
 * belongs to (which is marked failed and shown with the sentence) and never the run.
 *
 * `code` is stable and for programs; the message is one sentence for people: which file, what was expected,
 * what was found. Our own mistakes are plain errors and end the process; they never come as this class.
 */

/** One line per code. A room that meets a new kind of failure adds a line here. */
export type FailureCode =
  /** A file is shorter than it says it is: cut short, or still being written. */
  | 'truncated'
  /** A file contradicts itself or its format. */
  | 'corrupt'
  /** A file of the checkpoint is not there. */
  | 'incomplete'
  /** Larger than anything that is read; the limits stand with the readers. */
  | 'too-large'
  /** Where it is fetched from does not give it: it is not found there, or not for us. */
  | 'refused'
  /** A file is a link that leads out of the watched directory. */
  | 'leads-out'
  /** The operating system refuses to list or read it. */
  | 'unreadable'
  /** A file is of a form that is not read: the sentence says which, and how to save it instead. */
  | 'unsupported-file'
  /** A tensor is stored in a number format that is not read. */
  | 'unsupported-dtype'
  /** A tensor that the model needs, or that the index promises, is not there. */
  | 'missing-tensor'
  /** A tensor has another shape than the configuration asks for. */
  | 'wrong-shape'
  /** The configuration describes a model that is not known. */
  | 'unsupported-model'
  /** A weight or a result is NaN or infinite. */
  | 'not-finite'
  /** The probe does not fit the model. */
  | 'bad-probe'
  /** The engine that runs the model refused it or broke. */
  | 'engine';

export class CheckpointFailure extends Error {
  override readonly name = 'CheckpointFailure';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
