/**
 * An upload that is not taken: the fault of who sends it (400, 409, 413), or of a server that has no room or no time
 * for it (503, 507, 500). The message is one sentence for people; nothing of the upload is kept.
 */
export type UploadRefusalStatus = 400 | 409 | 413 | 500 | 503 | 507;

export class UploadRefusal extends Error {
  override readonly name = 'UploadRefusal';
  readonly status: UploadRefusalStatus;
  /** When it is worth another try; null where it is not, before something is done about it. */
  readonly retrySeconds: number | null;

  constructor(
    status: UploadRefusalStatus,
    message: string,
    { retrySeconds = null, cause }: { readonly retrySeconds?: number | null; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.retrySeconds = retrySeconds;
  }
}

/** What to throw for an error that was met while an upload was written: a full disk may have room again. */
export function refusalOfDisk(error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return new UploadRefusal(
    isFull ? 507 : 500,
    isFull
      ? 'expected room on the disk of the server, found none left; make some there and push again'
      : `expected to keep the upload, the file system of the server refused it (${error.code})`,
    { retrySeconds: 30, cause: error },
  );
}
