/**
 * Why a log cannot be read or written: what LevelDB or the file system said, as a code and a sentence for people.
 *
 * None of these ends a run: results are then announced without being kept, and everybody is told so.
 */
export type LogProblemCode =
  /** Another process writes this log. */
  | 'locked'
  /** The directory may not be written. */
  | 'read-only'
  /** No room: on the disk, or within the bound that was set. */
  | 'full'
  /** Written by a later version. */
  | 'newer'
  /** Its files contradict themselves. */
  | 'damaged'
  /** Anything else that the operating system refused. */
  | 'unwritable';

export class LogProblem extends Error {
  override readonly name = 'LogProblem';
  readonly code: LogProblemCode;

  constructor(code: LogProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const SENTENCES: Readonly<Record<Exclude<LogProblemCode, 'newer'>, string>> = {
  locked: 'another phasewatch has it open; stop that one, or give this one another directory with --data',
  'read-only': 'it may not be written; give a directory that may with --data',
  full: 'there is no room left; free some',
  damaged: 'its files are damaged; move the directory away to begin anew',
  unwritable: 'it cannot be written',
};

/** LevelDB gives codes for some conditions and the system's words for others. */
const SIGNS: readonly (readonly [LogProblemCode & keyof typeof SENTENCES, RegExp])[] = [
  // Some network file systems have no locks, which LevelDB tells in the same way.
  ['unwritable', /No locks available|not supported|not implemented/],
  ['locked', /LEVEL_LOCKED/],
  ['full', /No space left|Disk quota exceeded|File too large|ENOSPC|EDQUOT|EFBIG/],
  ['read-only', /Read-only file system|Permission denied|EROFS|EACCES|EPERM/],
  ['damaged', /LEVEL_CORRUPTION|Corruption/],
];

export function logProblemFrom(directory: string, error: unknown): LogProblem {
  if (error instanceof LogProblem) return error;
  const words = wordsOf(error);
  const code = SIGNS.find(([, sign]) => sign.test(words))?.[0] ?? 'unwritable';
  const detail = code === 'unwritable' ? ` (${words})` : '';
  return new LogProblem(code, `${directory}: ${SENTENCES[code]}${detail}`, { cause: error });
}

/** Codes and messages of an error and of what caused it. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? `${error.code} ` : '';
  return `${code}${error.message}${error.cause === undefined ? '' : `; ${wordsOf(error.cause)}`}`;
}
