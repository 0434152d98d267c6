/**
 * A safetensors file, open for reading tensor by tensor in any order (tensor-file.ts). Opening reads and checks the
 * header only (safetensors-header.ts).
 */
import type { FileHandle } from 'node:fs/promises';
import { fileFailure, openRegularFile } from './regular-file.ts';
import { headerBytesFrom, LENGTH_BYTES, tensorsFromHeader } from './safetensors-header.ts';
import { readFully, type TensorEntry, type TensorFile, tensorFile } from './tensor-file.ts';

/**
 * The tensors in the order in which they lie in the file.
 * @param root the directory that the file has to lie in, after all links
 * @throws CheckpointFailure `incomplete`, `leads-out`, `unreadable`, `truncated`, `corrupt`
 */
export async function openSafetensors(file: string, root: string): Promise<TensorFile> {
  const handle = await openRegularFile(file, root);
  try {
    return tensorFile(file, handle, await readHeader(file, handle));
  } catch (error) {
    await handle.close();
    throw fileFailure(file, error);
  }
}

async function readHeader(file: string, handle: FileHandle): Promise<ReadonlyMap<string, TensorEntry>> {
  const { size: fileBytes } = await handle.stat();
  const prefix = new Uint8Array(Math.min(LENGTH_BYTES, fileBytes));
  await readFully(file, handle, prefix, 0);
  const header = new Uint8Array(headerBytesFrom(file, prefix, fileBytes));
  await readFully(file, handle, header, LENGTH_BYTES);
  return tensorsFromHeader(file, header, fileBytes);
}
