/** Pushing to this server as the words of the command ask for it, and what a pushed file has to be. */
import { join } from 'node:path';
import process from 'node:process';
import { MIB } from '../base/config.ts';
import { dataDirectory } from '../data-directory.ts';
import { headerBytesFrom, LENGTH_BYTES, tensorsFromHeader } from '../source/safetensors-header.ts';
import type { DataWords, UploadWords } from '../terminal/options.ts';
import type { FormatReader } from '../upload/incoming-file.ts';
import { Uploads } from '../upload/uploads.ts';

const FILE = 'model.safetensors';

export const UPLOAD_FORMAT: FormatReader = {
  lengthBytes: LENGTH_BYTES,
  headerBytes: (prefix, fileBytes) => headerBytesFrom(FILE, prefix, fileBytes ?? Number.POSITIVE_INFINITY),
  fileBytes(header, fileBytes) {
    const tensors = tensorsFromHeader(FILE, header, fileBytes);
    let end = LENGTH_BYTES + header.length;
    for (const tensor of tensors.values()) end = Math.max(end, tensor.end);
    return end;
  },
};

/** @returns null where no token for uploads was given */
export function uploadsOf(
  words: DataWords & UploadWords & { readonly uploadToken: string | null },
  isWatched: (name: string) => boolean,
): Uploads | null {
  if ((words.uploadToken ?? process.env.PHASEWATCH_UPLOAD_TOKEN ?? null) === null) return null;
  return new Uploads({
    root: join(dataDirectory(words.data), 'uploads'),
    bytesMax: words.uploadMib * MIB,
    allBytesMax: words.uploadsMib * MIB,
    format: UPLOAD_FORMAT,
    isWatched,
  });
}
