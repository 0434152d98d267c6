/**
 * The address of a run in an object store: `s3://bucket/prefix`. The prefix is a folder, with or without a slash at
 * its end; without one the whole bucket is the run's folder.
 */
export type BucketAddress = {
  readonly bucket: string;
  /** Empty, or ends in a slash. */
  readonly prefix: string;
  /** As a person writes it, without a slash at its end. */
  readonly text: string;
};

export function isBucketAddress(word: string): boolean {
  return /^s3:\/\//i.test(word);
}

/** Null where the word is no address of this form. */
export function bucketAddressFrom(word: string): BucketAddress | null {
  const [, bucket, path = ''] = /^s3:\/\/([^/\s]+)(?:\/(.*))?$/is.exec(word) ?? [];
  if (bucket === undefined) return null;
  const folder = path.replace(/\/+$/, '');
  return {
    bucket,
    prefix: folder === '' ? '' : `${folder}/`,
    text: folder === '' ? `s3://${bucket}` : `s3://${bucket}/${folder}`,
  };
}
