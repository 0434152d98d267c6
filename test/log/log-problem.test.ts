import { expect, it } from 'vitest';
import { logProblemFrom } from '../../server/log/log-problem.ts';

const coded = (code: string, message: string, cause?: Error) =>
  Object.assign(new Error(message, cause && { cause }), { code });
/** As classic-level wraps what LevelDB says when it cannot be opened. */
const notOpen = (code: string, message: string) =>
  coded('LEVEL_DATABASE_NOT_OPEN', 'Database failed to open', coded(code, message));

it.each([
  ['locked', notOpen('LEVEL_LOCKED', 'IO error: lock /d/LOCK: Resource temporarily unavailable')],
  ['locked', notOpen('LEVEL_LOCKED', 'IO error: lock /d/LOCK: already held by process')],
  ['unwritable', notOpen('LEVEL_LOCKED', 'IO error: lock /d/LOCK: No locks available')],
  ['full', coded('LEVEL_IO_ERROR', 'IO error: /d/000003.log: No space left on device')],
  ['full', coded('LEVEL_IO_ERROR', 'IO error: /d/000003.log: Disk quota exceeded')],
  ['read-only', notOpen('LEVEL_IO_ERROR', 'IO error: /d/LOCK: Permission denied')],
  ['read-only', coded('EROFS', 'EROFS: read-only file system, mkdir')],
  ['damaged', notOpen('LEVEL_CORRUPTION', 'Corruption: CURRENT file does not end with newline')],
  ['damaged', new Error('Corruption: expected offset 3, found 4')],
  ['unwritable', coded('EMFILE', 'EMFILE: too many open files')],
  ['unwritable', 'words'],
])('%s is what %s comes to', (code, error) => {
  const problem = logProblemFrom('/d', error);
  expect([problem.code, problem.cause]).toEqual([code, error]);
  expect(problem.message).toMatch(/^\/d: /);
  expect(logProblemFrom('/other', problem)).toBe(problem);
});
